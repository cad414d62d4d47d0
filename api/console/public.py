"""The page behind a label's QR code, for anybody with a phone: genuine or not, what, how to act."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.console.public_view import Verdict, view_label
from api.console.render import bare_page
from api.http.permissions import Anybody, House
from api.recognise import describe_code
from waste_trace.codes.signature import key_id
from waste_trace.services.deployment import Deployment
from waste_trace.services.look_up import find_public

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@router.get("/Q/{token}")
@router.get("/q/{token}")
def label(token: str, deployment: House, _: Anybody) -> HTMLResponse:
    """What a label says, checked against the issuer's key and the ledger."""
    text = f"HTTPS://{deployment.settings.label_host}/Q/{token}"
    described = _describe(deployment, text)
    known = find_public(deployment, described["container"]) if described else None
    view = view_label(described, known)
    status = 404 if view.verdict is Verdict.UNREADABLE else 200
    return bare_page(
        "public.html", view.heading.zh, view.heading.en, status=status, view=view, token=token
    )


def _describe(deployment: Deployment, text: str) -> dict[str, Any] | None:
    """What the label says; nobody is told "forged" because this process has old keys."""
    described = describe_code(deployment.sequencer.registry, text)
    if described is None or described["genuine"]:
        return described
    issuers = {
        key_id(key.public_key)
        for key in deployment.sequencer.registry.keys.values()
        if key.purpose == "label"
    }
    if described["key_id"] in issuers:
        return described
    return describe_code(deployment.sequencer.refresh(), text)
