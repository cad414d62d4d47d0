"""``POST /v1/events``: the one way in for custody facts, over HTTP."""

import asyncio

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from api.http.bodies import read_body, remote_of
from api.http.permissions import House, SigningDevice
from waste_trace.services.record_event import submit_event

router = APIRouter(prefix="/v1", tags=["events"])


class RecordedEvent(BaseModel):
    """Where the event stands, and the proof (c2sp.org/tlog-proof@v1)."""

    index: int
    ms: int
    duplicate: bool
    receipt: str


@router.post("/events", status_code=201, response_model=RecordedEvent)
async def record_event(
    request: Request, response: Response, deployment: House, _: SigningDevice
) -> RecordedEvent:
    """Record one signed event (a DSSE envelope in JSON); the answer is its inclusion receipt.

    ``{"envelope": ..., "disclosures": ["<base64url>", ...]}`` brings the personal data that digests
    in the event stand for; it is kept beside the ledger.

    The signature is the authentication. The same payload again gives the same entry (200). The
    answer comes after the commit: what was answered is never lost.
    """
    body = await read_body(request, deployment, deployment.settings.max_event_bytes, "event")
    waiting = submit_event(deployment, body, remote=remote_of(request))  # keeps what it refuses
    recorded = await asyncio.wrap_future(waiting)
    if recorded.duplicate:
        response.status_code = 200
    return RecordedEvent(
        index=recorded.index,
        ms=recorded.ms,
        duplicate=recorded.duplicate,
        receipt=recorded.receipt,
    )
