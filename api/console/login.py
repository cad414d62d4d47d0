"""Sign in and out with a form."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.console.render import bare_page
from api.http.permissions import COOKIE, Anybody, House, require_same_site, session_token
from api.http.problems import status_of
from api.http.session import set_cookie
from waste_trace.services.sign_in import SignInRefused, TooManyAttempts, sign_in, sign_out

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@router.get("/login")
def login_form(person: Anybody, next: str = "/") -> Response:
    """The form; who is signed in already goes on."""
    if person is not None:
        return RedirectResponse(local_path(next), 303)
    return _form(next)


@router.post("/login")
def login(
    request: Request,
    deployment: House,
    _: Anybody,
    username: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Begin a session and go where the person wanted to go."""
    require_same_site(request)
    try:
        token = sign_in(deployment, username, password)
    except (SignInRefused, TooManyAttempts) as error:
        return _form(next, username, error)
    answer = RedirectResponse(local_path(next), 303)
    set_cookie(answer, request, token, deployment.settings.session_hours)
    return answer


@router.post("/logout")
def logout(request: Request, deployment: House, _: Anybody) -> Response:
    """End the session, if there is one."""
    require_same_site(request)
    sign_out(deployment, session_token(request))
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(COOKIE)
    return answer


def local_path(wanted: str) -> str:
    """The path if it is one of this site, else the first page (no way out to another site)."""
    inside = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if inside and wanted.isprintable() else "/"


def _form(
    wanted: str, username: str = "", error: SignInRefused | TooManyAttempts | None = None
) -> HTMLResponse:
    return bare_page(
        "login.html",
        "登录",
        "Sign in",
        status=200 if error is None else status_of(error),
        next=local_path(wanted),
        username=username,
        error=error,
    )
