"""Pictures: codes read from a photograph, and frames of storage-site cameras."""

import asyncio
import hashlib
from typing import Annotated, Any

import anyio
from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import Response

from api.http.bodies import read_body, remote_of
from api.http.errors import BodyTooLarge, NotFound
from api.http.events import RecordedEvent
from api.http.permissions import House, Reader, SigningDevice
from api.recognise import describe_code
from scanner.decode import load_image, read
from scanner.decode.errors import ReadError
from waste_trace.errors import WasteTraceError
from waste_trace.ledger.event import Event
from waste_trace.services.deployment import Deployment
from waste_trace.services.look_up import list_frames
from waste_trace.services.quarantine import quarantine
from waste_trace.services.record_event import check_event, keep_refused, submit_event
from waste_trace.services.refused import MalformedRequest

router = APIRouter(prefix="/v1", tags=["pictures"])


@router.post("/scans")
async def scan(request: Request, deployment: House, _: Reader) -> dict[str, Any]:
    """Read every code in a picture (the body is the image)."""
    data = await read_body(request, deployment, deployment.settings.max_picture_bytes, "picture")
    return await anyio.to_thread.run_sync(_scan, deployment, data, remote_of(request))


@router.post("/frames", status_code=201, response_model=RecordedEvent)
async def capture_frame(
    request: Request,
    deployment: House,
    _: SigningDevice,
    envelope: Annotated[str, Form()],
    picture: Annotated[UploadFile, File()],
) -> RecordedEvent:
    """Record a camera's picture: a signed ``capture_frame`` event and the picture it names.

    The verdict follows as an event of its own, when the worker has looked.
    """
    limit = deployment.settings.max_picture_bytes
    data = await picture.read(limit + 1)
    remote = remote_of(request)
    await anyio.to_thread.run_sync(_keep_picture, deployment, data, envelope, remote)
    recorded = await asyncio.wrap_future(submit_event(deployment, envelope.encode(), remote=remote))
    return RecordedEvent(
        index=recorded.index, ms=recorded.ms, duplicate=recorded.duplicate, receipt=recorded.receipt
    )


@router.get("/frames")
def frames(deployment: House, person: Reader) -> list[dict[str, Any]]:
    """Pictures of one's cameras and their verdicts."""
    return list_frames(deployment, person)


@router.get("/frames/{idx}/picture", response_class=Response)
def picture(idx: int, deployment: House, person: Reader) -> Response:
    """A camera's picture."""
    row = next((row for row in list_frames(deployment, person, 500) if row["idx"] == idx), None)
    data = deployment.blobs.get(row["sha256"]) if row else None
    if row is None or data is None:
        raise NotFound("没有这幅画面。", "There is no such picture.")
    return Response(data, media_type=row["media_type"])


def _scan(deployment: Deployment, data: bytes, remote: str) -> dict[str, Any]:
    try:
        image = load_image(data)
    except ReadError as error:
        _keep(deployment, data, error, remote)
        raise
    codes = [
        {
            "text": found.text,
            "format": found.format,
            "corners": [list(corner) for corner in found.quad],
            "engine": found.engine,
            "ms": found.ms,
            "label": describe_code(deployment.sequencer.registry, found.text),
        }
        for found in read(image)
    ]
    return {"codes": codes}


def _keep_picture(deployment: Deployment, data: bytes, envelope: str, remote: str) -> None:
    """Keep the picture of an event that can be recorded; refuse one that is not what it says."""
    try:
        item = check_event(deployment, envelope.encode())
    except WasteTraceError as error:
        keep_refused(deployment, envelope.encode(), error, remote=remote)
        raise
    try:
        _require_picture(deployment, data, item.event)
    except WasteTraceError as error:
        _keep(deployment, data, error, remote)
        raise
    deployment.blobs.put(data)


def _require_picture(deployment: Deployment, data: bytes, event: Event) -> None:
    limit = deployment.settings.max_picture_bytes
    if len(data) > limit:
        raise BodyTooLarge(
            f"画面超过 {limit} 字节。", f"The picture is larger than {limit} bytes.", limit=limit
        )
    digest = hashlib.sha256(data).hexdigest()
    if event.typ != "capture_frame" or event.body["sha256"] != digest:
        raise MalformedRequest(
            "事件登记的不是这幅画面。", "The event does not name this picture's SHA-256."
        )
    load_image(data)


def _keep(deployment: Deployment, data: bytes, error: WasteTraceError, remote: str) -> None:
    quarantine(
        deployment,
        data,
        error,
        channel="picture",
        remote=remote,
        media_type="application/octet-stream",
    )
