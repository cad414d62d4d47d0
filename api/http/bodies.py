"""Read request bodies with a limit; what is cut off is kept as evidence."""

from fastapi import Request

from api.http.errors import BodyTooLarge
from waste_trace.services.deployment import Deployment
from waste_trace.services.quarantine import quarantine


def remote_of(request: Request) -> str:
    """The address that a request came from."""
    return request.client.host if request.client else ""


async def read_body(request: Request, deployment: Deployment, limit: int, channel: str) -> bytes:
    """The whole body, at most ``limit`` bytes.

    Raises:
        BodyTooLarge: the first ``limit`` bytes have been put in quarantine.
    """
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > limit:
            error = BodyTooLarge(
                f"请求超过 {limit} 字节。",
                f"The request is larger than {limit} bytes.",
                limit=limit,
            )
            stated = request.headers.get("content-length", "")
            quarantine(
                deployment,
                bytes(received[:limit]),
                error,
                channel=channel,
                remote=remote_of(request),
                media_type=request.headers.get("content-type", ""),
                length=int(stated) if stated.isdigit() else len(received),
            )
            raise error
    return bytes(received)
