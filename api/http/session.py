"""Sign in and out, for programs (bearer token) and pages (cookie)."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from api.http.permissions import COOKIE, Anybody, House, Reader, require_same_site, session_token
from waste_trace.services.sign_in import sign_in, sign_out

router = APIRouter(prefix="/v1/session", tags=["session"])


class Credentials(BaseModel):
    """A user name and a password."""

    model_config = ConfigDict(extra="forbid", strict=True)

    username: str
    password: str


@router.post("", status_code=201)
def begin(
    asked: Credentials, request: Request, response: Response, deployment: House, _: Anybody
) -> dict[str, str]:
    """A session: the token for programs, the same as a cookie for pages."""
    require_same_site(request)
    token = sign_in(deployment, asked.username, asked.password)
    set_cookie(response, request, token, deployment.settings.session_hours)
    return {"token": token}


@router.get("")
def whoami(person: Reader) -> dict[str, str]:
    """Who asks."""
    return {
        "username": person.username,
        "display_name": person.display_name,
        "role": person.role,
        "org": person.org,
    }


@router.delete("", status_code=204)
def end(request: Request, response: Response, deployment: House, _: Reader) -> None:
    """End the session."""
    sign_out(deployment, session_token(request))
    response.delete_cookie(COOKIE)


def set_cookie(response: Response, request: Request, token: str, hours: int) -> None:
    """The session cookie: not for scripts, not for other sites, not without TLS where there is."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=hours * 3600,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
