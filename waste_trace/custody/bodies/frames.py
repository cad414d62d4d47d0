"""Pictures of storage sites."""

from typing import Literal

from waste_trace.custody.bodies.fields import (
    Body,
    Sha256Text,
    Text,
)


class CaptureFrameBody(Body):
    """抓拍: a storage-site camera took this picture."""

    camera: Text
    sha256: Sha256Text
    media_type: Literal["image/png", "image/jpeg"]


class VerifyFrameBody(Body):
    """核验: what the vision service says of a captured picture."""

    camera: Text
    capture: int
    sha256: Sha256Text
    verdict: Literal["verified", "suspect", "unobservable"]
    detail: dict[str, object]
