"""Camera frames and their verdicts."""

import json

from waste_trace.compliance.frame_verdict import frame_verdict
from waste_trace.store.projector.record import Record
from waste_trace.store.projector.work import Handler, Work
from waste_trace.store.tables import Camera, Frame


def project_capture(record: Record, work: Work) -> None:
    """A picture was taken; nobody has looked at it yet."""
    event, body = record.event, record.event.body
    work.rows.put(
        Frame,
        {
            "idx": record.idx,
            "camera": body["camera"],
            "org": event.org,
            "site": event.site,
            "sha256": body["sha256"],
            "media_type": body["media_type"],
            "captured_at": event.claimed_at,
            "verdict_idx": None,
            "verdict": "",
            "detail": "{}",
        },
    )


def project_verdict(record: Record, work: Work) -> None:
    """The vision service has looked: keep its verdict and what the camera is judged against."""
    body = record.event.body
    frame = work.rows.get(Frame, body["capture"])
    if frame is None or frame["verdict_idx"] is not None:
        return
    camera, verdict = str(body["camera"]), str(body["verdict"])
    detail = body["detail"] if isinstance(body["detail"], dict) else {}
    shown = json.dumps(detail, ensure_ascii=False, sort_keys=True)
    work.rows.put(Frame, {**frame, "verdict_idx": record.idx, "verdict": verdict, "detail": shown})
    before = work.rows.get(Camera, camera)
    usable = verdict != "unobservable"
    reference = before["reference_sha256"] if before else ""
    work.rows.put(
        Camera,
        {
            "camera": camera,
            "org": frame["org"],
            "site": frame["site"],
            # The first usable picture is what later ones are compared with.
            "reference_sha256": reference or (str(body["sha256"]) if usable else ""),
            "previous_sha256": str(body["sha256"]),
            "last_verdict": verdict,
            "last_idx": record.idx,
        },
    )
    work.findings.add(frame_verdict(record.idx, camera, frame["org"], verdict, detail), record)


HANDLERS: dict[str, Handler] = {
    "capture_frame": project_capture,
    "verify_frame": project_verdict,
}
