"""One-time links: the first start of an installation, and a person's first password."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.console.render import bare_page
from api.http.permissions import Anybody, House, require_same_site
from api.http.problems import status_of
from api.http.session import set_cookie
from waste_trace.errors import WasteTraceError
from waste_trace.services.deployment import Deployment
from waste_trace.services.invite import InvitationRefused, accept_invitation, invited
from waste_trace.services.passwords import LEAST
from waste_trace.services.set_up import Beginning, set_up

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
Text = Annotated[str, Form()]


@router.get("/setup")
def first_form(deployment: House, _: Anybody, token: str = "") -> Response:
    """The form of the first start; only with the link that the server printed."""
    if invited(deployment, token):
        raise InvitationRefused("链接无效。", "This link is not good here.")
    return _set_up_form(deployment, token)


@router.post("/setup")
def begin(
    request: Request,
    deployment: House,
    _: Anybody,
    token: Text = "",
    org: Text = "",
    org_name: Text = "",
    region: Text = "",
    username: Text = "",
    display_name: Text = "",
    email: Text = "",
    password: Text = "",
    again: Text = "",
) -> Response:
    """Register the bureau, make its administrator, and sign them in."""
    require_same_site(request)
    asked = Beginning(
        org.strip(), org_name.strip(), region.strip(), username.strip(), display_name.strip(),
        password, email.strip(),
    )  # fmt: skip
    if password != again:
        return _set_up_form(deployment, token, asked, _unlike())
    try:
        session = set_up(deployment, token, asked)
    except InvitationRefused:
        raise
    except WasteTraceError as error:
        return _set_up_form(deployment, token, asked, error)
    return _signed_in(request, deployment, session)


@router.get("/welcome")
def welcome_form(deployment: House, _: Anybody, token: str = "") -> Response:
    """The form in which an invited person chooses a password."""
    username = invited(deployment, token)
    if not username:
        raise InvitationRefused("链接无效。", "This link is not good here.")
    return _welcome_form(token, username)


@router.post("/welcome")
def welcome(
    request: Request,
    deployment: House,
    _: Anybody,
    token: Text = "",
    password: Text = "",
    again: Text = "",
) -> Response:
    """Set the password and sign in."""
    require_same_site(request)
    username = invited(deployment, token)
    if password != again:
        return _welcome_form(token, username, _unlike())
    try:
        session = accept_invitation(deployment, token, password)
    except InvitationRefused:
        raise
    except WasteTraceError as error:
        return _welcome_form(token, username, error)
    return _signed_in(request, deployment, session)


def _signed_in(request: Request, deployment: Deployment, session: str) -> Response:
    answer = RedirectResponse("/", 303)
    set_cookie(answer, request, session, deployment.settings.session_hours)
    return answer


def _set_up_form(
    deployment: Deployment,
    token: str,
    asked: Beginning | None = None,
    error: WasteTraceError | None = None,
) -> HTMLResponse:
    region = deployment.settings.region_code
    return bare_page(
        "setup.html",
        "初始设置",
        "First set-up",
        status=200 if error is None else status_of(error),
        token=token,
        asked=asked or Beginning("", "", region, "", "", ""),
        least=LEAST,
        error=error,
    )


def _welcome_form(token: str, username: str, error: WasteTraceError | None = None) -> HTMLResponse:
    return bare_page(
        "welcome.html",
        "设置密码",
        "Set a password",
        status=200 if error is None else status_of(error),
        token=token,
        username=username,
        least=LEAST,
        error=error,
    )


def _unlike() -> WasteTraceError:
    return InvitationRefused(
        "两次输入的密码不一致。",
        "The two passwords are not the same.",
        do_zh="请重新输入。",
        do_en="Type them again.",
    )
