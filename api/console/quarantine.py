"""Refused input, for the regulator: what came, from where, why it was refused, what to do."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.console.render import page
from api.console.show import Named
from api.http.permissions import Auditor, House
from waste_trace.errors import WasteTraceError
from waste_trace.services.quarantine import list_quarantine

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
CHANNELS = {"event": "事件", "picture": "图片"}


@router.get("/quarantine")
def quarantine(
    request: Request, deployment: House, person: Auditor, reason: str = ""
) -> HTMLResponse:
    """The newest refused input; the bytes stay on the server."""
    rows = list_quarantine(deployment, 500)
    return page(
        request,
        "quarantine.html",
        person,
        "拒收留证",
        "Quarantine",
        rows=[row for row in rows if reason in ("", row.reason)],
        advice=advice_by_code(),
        reasons=sorted({row.reason for row in rows}),
        channels=CHANNELS,
        asked={"reason": reason},
    )


def advice_by_code(kind: type[WasteTraceError] = WasteTraceError) -> dict[str, Named]:
    """What to do about each error, by its stable code: the reason that quarantine keeps."""
    found = {kind.code: Named(kind.default_do_zh, kind.default_do_en)}
    for special in kind.__subclasses__():
        found |= advice_by_code(special)
    return found
