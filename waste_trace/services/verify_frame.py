"""Tie camera pictures to the ledger: what a picture should show, and the verdict as a leaf.

The looking itself is the scanner's; this side knows what is true and writes down what was said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from waste_trace.services.deployment import Deployment
from waste_trace.store.sequencer import Draft, Recorded
from waste_trace.store.tables import Camera, Container, Frame
from waste_trace.store.writing import table_of


@dataclass(frozen=True, slots=True)
class FrameToVerify:
    """A captured picture with all that a verdict needs.

    Attributes:
        picture, reference, previous: image bytes; None where there is none.
        marks: far-mark ids to the codes that they are bound to.
        expected: codes of the containers that the record has standing at the site.
    """

    capture: int
    camera: str
    sha256: str
    picture: bytes
    reference: bytes | None
    previous: bytes | None
    expected: tuple[str, ...]
    marks: Mapping[int, str]


def frame_to_verify(deployment: Deployment, capture: int) -> FrameToVerify | None:
    """The picture of a capture event, or None if it has its verdict already."""
    frame, camera, container = table_of(Frame), table_of(Camera), table_of(Container)
    with deployment.engine.connect() as connection:
        row = connection.execute(select(frame).where(frame.c.idx == capture)).first()
        if row is None or row.verdict_idx is not None:
            return None
        known = connection.execute(select(camera).where(camera.c.camera == row.camera)).first()
        standing = connection.execute(
            select(container.c.container, container.c.mark)
            .where(container.c.site == row.site, container.c.state == "stored")
            .order_by(container.c.container)
        ).all()
    picture = deployment.blobs.get(row.sha256)
    if picture is None:
        raise FileNotFoundError(f"picture {row.sha256} of event {capture}")
    return FrameToVerify(
        capture=capture,
        camera=row.camera,
        sha256=row.sha256,
        picture=picture,
        reference=_blob(deployment, known.reference_sha256 if known else ""),
        previous=_blob(deployment, known.previous_sha256 if known else ""),
        expected=tuple(code for code, _ in standing),
        marks={mark: code for code, mark in standing if mark is not None},
    )


def append_verdict(
    deployment: Deployment, frame: FrameToVerify, verdict: str, detail: Mapping[str, object]
) -> Recorded | None:
    """Write the verdict into the ledger; None if another worker already has."""

    def build(connection: Connection) -> Sequence[Draft]:
        table = table_of(Frame)
        row = connection.execute(select(table).where(table.c.idx == frame.capture)).first()
        if row is None or row.verdict_idx is not None:
            return []
        body: dict[str, object] = {
            "camera": frame.camera,
            "capture": frame.capture,
            "sha256": frame.sha256,
            "verdict": verdict,
            "detail": dict(detail),
        }
        return [Draft("verify_frame", body, site=row.site)]

    written = deployment.sequencer.compose("vision", build)
    return written[0] if written else None


def _blob(deployment: Deployment, sha256: str) -> bytes | None:
    return deployment.blobs.get(sha256) if sha256 else None
