"""``POST /desk/{typ}``: a filled-in form becomes an event, and one is back where one was."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from api.console.desk_forms import FORMS, body_of
from api.console.show import SHANGHAI
from api.http.errors import BadParameters, NotFound
from api.http.permissions import House, Speaker
from waste_trace.services.record_at_desk import record_at_desk

router = APIRouter(include_in_schema=False)


async def filled_in(request: Request) -> FormData:
    """The fields of the posted form."""
    return await request.form()


@router.post("/desk/{typ}")
async def say(
    typ: str,
    deployment: House,
    person: Speaker,
    form: Annotated[FormData, Depends(filled_in)],
) -> Response:
    """Record what the form says for one's organisation."""
    if typ not in FORMS:
        raise NotFound(f"没有“{typ}”的表单。", f"There is no form for {typ!r}.")
    body = body_of(typ, form)
    happened = _moment(str(form.get("happened_at", "")))
    paper = str(form.get("paper", "")).strip()
    if paper:
        at = happened or deployment.now()
        body["paper"] = {"number": paper, "handed_over_at": at.isoformat()}
    site = str(form.get("site", ""))
    await run_in_threadpool(
        record_at_desk, deployment, person, typ, body, site=site, claimed_at=happened
    )
    return RedirectResponse(_inside(str(form.get("next", "/"))), 303)


def _moment(text: str) -> datetime | None:
    """What a clock in Shanghai showed (``datetime-local``); nothing: now."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    except ValueError:
        raise BadParameters("时间有误。", "This is no time.", happened_at=text) from None


def _inside(path: str) -> str:
    """A path of ours; never another site's address."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"
