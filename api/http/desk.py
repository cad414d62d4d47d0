"""``POST /v1/desk/{typ}``: what a signed-in person says without a device (办事窗口)."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.http.events import RecordedEvent
from api.http.permissions import House, Speaker
from waste_trace.services.record_at_desk import record_at_desk

router = APIRouter(prefix="/v1", tags=["events"])


class Said(BaseModel):
    """An event's body, and what goes with it.

    ``claimed_at``: when it happened, with a time zone, where that was before now (补录).
    ``personal``: names, telephones, notes; kept beside the ledger.
    """

    model_config = ConfigDict(extra="forbid")

    body: dict[str, Any]
    site: str = ""
    claimed_at: datetime | None = None
    personal: dict[str, str] = Field(default_factory=dict)


@router.post("/desk/{typ}", status_code=201, response_model=RecordedEvent)
def record(typ: str, said: Said, deployment: House, person: Speaker) -> RecordedEvent:
    """Record an event for one's organisation; the vocabulary says which may be said here."""
    recorded = record_at_desk(
        deployment,
        person,
        typ,
        said.body,
        site=said.site,
        claimed_at=said.claimed_at,
        personal=said.personal,
    )
    return RecordedEvent(
        index=recorded.index, ms=recorded.ms, duplicate=False, receipt=recorded.receipt
    )
