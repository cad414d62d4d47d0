"""Refused input over HTTP: what there is, what became of it, and once more the same bytes."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.http.events import RecordedEvent
from api.http.permissions import Auditor, House
from waste_trace.services.resolve_quarantine import (
    MOST_REASON,
    Outcome,
    list_refused,
    resolve,
    send_again,
)

router = APIRouter(prefix="/v1/quarantine", tags=["quarantine"])


class Resolution(BaseModel):
    """What became of it, and why; ``index``: the ledger entry, if it was recorded."""

    model_config = ConfigDict(extra="forbid", strict=True)

    outcome: Outcome
    reason: str = Field(min_length=1, max_length=MOST_REASON)
    index: int | None = None


@router.get("")
def quarantine(
    deployment: House, _: Auditor, reason: str = "", dev: str = "", unresolved: bool = False
) -> list[dict[str, Any]]:
    """Input that was refused, and what became of it; the bytes stay on the server."""
    return list_refused(deployment, reason=reason, dev=dev, unresolved=unresolved)


@router.post("/{item}/resolution", status_code=201)
def resolution(item: int, asked: Resolution, deployment: House, person: Auditor) -> Resolution:
    """Say what became of an item. What was said before stays beside it; the newest counts."""
    resolve(deployment, person, item, asked.outcome, asked.reason, asked.index)
    return asked


@router.post("/{item}/retry", status_code=201)
def retry(item: int, deployment: House, _: Auditor) -> RecordedEvent:
    """Hand the same signed bytes in again: the key may have been enrolled meanwhile."""
    recorded = send_again(deployment, item)
    return RecordedEvent(
        index=recorded.index,
        ms=recorded.ms,
        duplicate=recorded.duplicate,
        receipt=recorded.receipt,
    )
