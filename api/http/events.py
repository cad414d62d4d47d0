"""``POST /v1/events``: the one way in for custody facts, over HTTP, one by one or many at once."""

import asyncio
import json
from concurrent.futures import Future
from functools import partial
from typing import Any

import anyio
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from api.http.bodies import read_body, remote_of
from api.http.permissions import House, SigningDevice
from api.http.problems import problem
from api.http.settled import settled
from waste_trace.errors import WasteTraceError
from waste_trace.services.deployment import Deployment
from waste_trace.services.record_event import keep_refused, submit_event
from waste_trace.services.refused import MalformedRequest
from waste_trace.store.sequencer import Recorded

router = APIRouter(prefix="/v1", tags=["events"])


#: Most events of one batch: what a handheld gathers in days without a network goes in a few.
MOST_IN_BATCH = 256
_EVENT_BYTES = 16 * 1024  # of a batch on average; a payload of 16 KiB is the exception


class RecordedEvent(BaseModel):
    """Where the event stands, and the proof (c2sp.org/tlog-proof@v1)."""

    index: int
    ms: int
    duplicate: bool
    receipt: str


class BatchAnswer(BaseModel):
    """What became of one event of a batch: what ``POST /v1/events`` would have answered.

    ``status``: that answer's HTTP status. ``recorded``: with 200 and 201. ``problem``: else.
    """

    status: int
    recorded: RecordedEvent | None = None
    problem: dict[str, Any] | None = None


class BatchAnswers(BaseModel):
    """The answers, in the order of the events."""

    answers: list[BatchAnswer]


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
    return _shown(recorded)


@router.post("/events/batch", response_model=BatchAnswers)
async def record_events(request: Request, deployment: House, _: SigningDevice) -> BatchAnswers:
    """Record a JSON list of up to 256 bodies as ``POST /v1/events`` takes them, in their order.

    Each stands alone: one that is refused holds up none behind it. An answer that is 503 was not
    taken; the device keeps that event and asks again.
    """
    limit = deployment.settings.max_event_bytes + MOST_IN_BATCH * _EVENT_BYTES
    data, remote = await read_body(request, deployment, limit, "event"), remote_of(request)
    try:
        bodies = _read_batch(data)
    except MalformedRequest as error:
        await anyio.to_thread.run_sync(
            partial(keep_refused, deployment, data, error, remote=remote)
        )
        raise
    waiting = [_submitted(deployment, json.dumps(body).encode(), remote) for body in bodies]
    outcomes = await settled(waiting)
    return BatchAnswers(answers=[_answer(outcome, request) for outcome in outcomes])


def _read_batch(data: bytes) -> list[Any]:
    try:
        bodies = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise MalformedRequest("请求体不是 JSON。", "The body is not JSON.") from error
    if not isinstance(bodies, list) or len(bodies) > MOST_IN_BATCH:
        raise MalformedRequest(
            f"请求体应为至多 {MOST_IN_BATCH} 条事件的列表。",
            f"The body must be a list of at most {MOST_IN_BATCH} events.",
        )
    return bodies


def _submitted(deployment: Deployment, body: bytes, remote: str) -> Future[Recorded]:
    """As ``submit_event``; where nothing was taken, the future says so."""
    try:
        return submit_event(deployment, body, remote=remote)
    except WasteTraceError as error:
        refused: Future[Recorded] = Future()
        refused.set_exception(error)
        return refused


def _answer(outcome: Recorded | BaseException, request: Request) -> BatchAnswer:
    if isinstance(outcome, Recorded):
        return BatchAnswer(status=200 if outcome.duplicate else 201, recorded=_shown(outcome))
    if isinstance(outcome, WasteTraceError):
        said = problem(outcome, request.url.path)
        return BatchAnswer(status=said["status"], problem=said)
    raise outcome


def _shown(recorded: Recorded) -> RecordedEvent:
    return RecordedEvent(
        index=recorded.index,
        ms=recorded.ms,
        duplicate=recorded.duplicate,
        receipt=recorded.receipt,
    )
