"""The page behind the QR code at a small producer's door: ask the platform to come, no account."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from api.console.collection_view import Posted, wastes_of
from api.console.render import bare_page
from api.http.permissions import Anybody, House, require_same_site
from api.http.problems import status_of
from waste_trace.codes.door_token import DoorToken
from waste_trace.codes.errors import ForgedLabel, InvalidCode, UnknownIssuer
from waste_trace.errors import WasteTraceError
from waste_trace.services.collection.clients import list_streams
from waste_trace.services.collection.requests import ask_at_door, read_door
from waste_trace.services.deployment import Deployment
from waste_trace.services.look_up import name_organisations

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
_NOT_OURS = (InvalidCode, ForgedLabel, UnknownIssuer)


@router.get("/C/{path}")
@router.get("/c/{path}")
def door(path: str, deployment: House, _: Anybody) -> HTMLResponse:
    """The form, or that the code is not genuine."""
    try:
        token = read_door(deployment, path)
    except _NOT_OURS as error:
        return _page(deployment, path, None, problem=error)
    return _page(deployment, path, token)


@router.post("/C/{path}")
@router.post("/c/{path}")
def ask(path: str, request: Request, form: Posted, deployment: House, _: Anybody) -> Response:
    """Record the request; what may not be is said on the same page."""
    require_same_site(request)
    try:
        token = read_door(deployment, path)
    except _NOT_OURS as error:
        return _page(deployment, path, None, problem=error)
    personal = {
        "contact_name": str(form.get("name", "")).strip()[:60],
        "contact_phone": str(form.get("phone", "")).strip()[:30],
    }
    try:
        done = ask_at_door(deployment, token, wastes_of(form), personal=personal)
    except WasteTraceError as error:
        return _page(deployment, path, token, problem=error)
    return _page(deployment, path, token, done=done.index)


def _page(
    deployment: Deployment,
    path: str,
    token: DoorToken | None,
    *,
    problem: WasteTraceError | None = None,
    done: int | None = None,
) -> HTMLResponse:
    names = name_organisations(deployment)
    return bare_page(
        "door.html",
        "预约收集",
        "Ask for a collection",
        status=200 if problem is None else status_of(problem),
        path=path,
        token=token,
        producer=names.get(token.producer, token.producer) if token else "",
        platform=names.get(token.platform, token.platform) if token else "",
        streams=list_streams(deployment, token.producer) if token else [],
        problem=problem,
        done=done,
    )
