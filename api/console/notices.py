"""Notices: what one was told, and how one wants to be told."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.console.login import local_path
from api.console.render import page
from api.console.show import shanghai
from api.http.permissions import House, Reader
from waste_trace.notices.kinds import KINDS, Email, Wish
from waste_trace.services.accounts import find_email
from waste_trace.services.notices.reading import list_notices, mark_read
from waste_trace.services.notices.wishes import wish, wishes

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@router.get("/notices")
def notices(
    request: Request, deployment: House, person: Reader, unread: bool = False
) -> HTMLResponse:
    """One's notices, the newest first."""
    rows = [
        row | {"told": shanghai(row["told_at"]), "kind_name": KINDS.get(row["kind"])}
        for row in list_notices(deployment, person, unread=unread)
    ]
    return page(request, "notices.html", person, "通知", "Notices", rows=rows, only_unread=unread)


@router.post("/notices/read")
def read(
    deployment: House,
    person: Reader,
    fact: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/notices",
) -> Response:
    """One notice was read, or all; then to what it is about."""
    mark_read(deployment, person, [fact] if fact else None)
    return RedirectResponse(local_path(next), 303)


@router.get("/notices/settings")
def settings(
    request: Request, deployment: House, person: Reader, done: bool = False
) -> HTMLResponse:
    """Every kind that concerns one, with how one hears of it."""
    return page(
        request,
        "notice_settings.html",
        person,
        "通知方式",
        "How to be told",
        crumbs=(("通知", "/notices"), ("通知方式", "")),
        wishes=wishes(deployment, person),
        email=find_email(deployment, person),
        mail_works=bool(deployment.settings.smtp_url.get_secret_value()),
        digest_hour=deployment.settings.digest_hour,
        done=done,
    )


@router.post("/notices/settings")
async def change(request: Request, deployment: House, person: Reader) -> Response:
    """Hear of each kind as ticked from now on."""
    form = await request.form()
    wanted = {
        kind.name: Wish(f"shown-{kind.name}" in form, _email(form.get(f"email-{kind.name}")))
        for kind, _ in wishes(deployment, person)
    }
    wish(deployment, person, wanted)
    return RedirectResponse("/notices/settings?done=true", 303)


def _email(value: object) -> Email:
    """What was chosen; what no form of ours sends is no e-mail."""
    return Email(str(value)) if value in set(Email) else Email.OFF
