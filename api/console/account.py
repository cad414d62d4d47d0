"""One's own account: who one is here, where notices go, another password."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.console.render import page
from api.http.permissions import House, Reader, session_token
from api.http.problems import status_of
from waste_trace.errors import WasteTraceError
from waste_trace.services.accounts import change_email, change_password, find_email
from waste_trace.services.deployment import Deployment
from waste_trace.services.passwords import LEAST, WeakPassword
from waste_trace.services.sign_in import Person

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
Text = Annotated[str, Form()]


@router.get("/account")
def account(request: Request, deployment: House, person: Reader, done: str = "") -> HTMLResponse:
    """The page of one's own account."""
    return _page(request, deployment, person, done=done)


@router.post("/account/password")
def password(
    request: Request,
    deployment: House,
    person: Reader,
    current: Text = "",
    new: Text = "",
    again: Text = "",
) -> Response:
    """Change one's own password; one's other sessions end."""
    try:
        if new != again:
            raise WeakPassword("两次输入的密码不一致。", "The two passwords are not the same.")
        change_password(deployment, person, session_token(request), current, new)
    except WasteTraceError as error:
        return _page(request, deployment, person, error=error)
    return RedirectResponse("/account?done=password", 303)


@router.post("/account/email")
def email(request: Request, deployment: House, person: Reader, email: Text = "") -> Response:
    """Where one's notices go."""
    try:
        change_email(deployment, person, email.strip())
    except WasteTraceError as error:
        return _page(request, deployment, person, error=error)
    return RedirectResponse("/account?done=email", 303)


def _page(
    request: Request,
    deployment: Deployment,
    person: Person,
    *,
    done: str = "",
    error: WasteTraceError | None = None,
) -> HTMLResponse:
    return page(
        request,
        "account.html",
        person,
        "我的账号",
        "My account",
        status=200 if error is None else status_of(error),
        email=find_email(deployment, person),
        mail_works=bool(deployment.settings.smtp_url.get_secret_value()),
        least=LEAST,
        done=done,
        error=error,
    )
