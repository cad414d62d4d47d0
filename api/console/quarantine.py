"""Refused input, for the regulator: what came, why it was refused, what became of it."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.console.render import page
from api.console.show import Named
from api.http.permissions import Auditor, House
from waste_trace.errors import WasteTraceError
from waste_trace.services.resolve_quarantine import (
    MOST_REASON,
    list_reasons,
    list_refused,
    resolve,
    send_again,
)

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
CHANNELS = {"event": "事件", "picture": "图片"}
OUTCOMES = {
    "recorded": Named("已入账", "recorded"),
    "rejected": Named("不予受理", "rejected"),
    "forwarded": Named("已转办", "forwarded"),
}


@router.get("/quarantine")
def quarantine(
    request: Request,
    deployment: House,
    person: Auditor,
    reason: str = "",
    dev: str = "",
    unresolved: bool = False,
) -> HTMLResponse:
    """The newest refused input; the bytes stay on the server."""
    return page(
        request,
        "quarantine.html",
        person,
        "拒收留证",
        "Quarantine",
        rows=list_refused(deployment, reason=reason, dev=dev, unresolved=unresolved, limit=500),
        advice=advice_by_code(),
        reasons=list_reasons(deployment),
        channels=CHANNELS,
        outcomes=OUTCOMES,
        most_reason=MOST_REASON,
        asked={"reason": reason, "dev": dev, "unresolved": unresolved},
    )


@router.post("/quarantine/{item}/resolution")
def resolution(
    item: int,
    deployment: House,
    person: Auditor,
    outcome: Annotated[str, Form()],
    reason: Annotated[str, Form()] = "",
    index: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """What the regulator decided."""
    recorded = int(index) if index.isascii() and index.isdigit() and len(index) < 19 else None
    resolve(deployment, person, item, outcome, reason, recorded)
    return RedirectResponse(f"/quarantine#item-{item}", 303)


@router.post("/quarantine/{item}/retry")
def retry(item: int, deployment: House, _: Auditor) -> RedirectResponse:
    """The same bytes once more; then the entry that they have become."""
    return RedirectResponse(f"/ledger/{send_again(deployment, item).index}", 303)


def advice_by_code(kind: type[WasteTraceError] = WasteTraceError) -> dict[str, Named]:
    """What to do about each error, by its stable code: the reason that quarantine keeps."""
    found = {kind.code: Named(kind.default_do_zh, kind.default_do_en)}
    for special in kind.__subclasses__():
        found |= advice_by_code(special)
    return found
