"""What can be asked for in the outbox: small, idempotent functions that call services."""

import logging
from collections.abc import Callable, Mapping

from api.recognise import describe_code
from scanner.decode import load_image
from scanner.vision import verify_frame as look_at
from waste_trace.ledger.registry import KeyRegistry
from waste_trace.services.deployment import Deployment
from waste_trace.services.verify_frame import append_verdict, frame_to_verify
from waste_trace.store import outbox
from waste_trace.store.outbox import Job

_log = logging.getLogger(__name__)


def verify_frame(deployment: Deployment, capture: int) -> None:
    """Look at a captured picture and write the verdict into the ledger, once."""
    frame = frame_to_verify(deployment, capture)
    if frame is None:
        return
    # A worker appends rarely; what other processes enrolled meanwhile it has to ask for.
    registry = deployment.sequencer.refresh()
    verdict = look_at(
        load_image(frame.picture),
        reference=None if frame.reference is None else load_image(frame.reference),
        previous=None if frame.previous is None else load_image(frame.previous),
        expected=frame.expected,
        marks=frame.marks,
        identify=lambda text: _identity(registry, text),
    )
    detail = verdict.as_value()
    del detail["codes"]  # whole label texts; the containers' codes say the same in a leaf's room
    append_verdict(deployment, frame, verdict.verdict, detail)


def _identity(registry: KeyRegistry, text: str) -> str | None:
    """Which container a label in view stands for; a label that is not genuine stands for itself."""
    described = describe_code(registry, text)
    if described is None or "container" not in described:
        return None
    return str(described["container"]) if described["genuine"] else text


TASKS: Mapping[str, Callable[..., None]] = {"verify_frame": verify_frame}


def do_job(deployment: Deployment, job: Job) -> None:
    """Do a leased job and say in the outbox what became of it."""
    try:
        TASKS[job.task](deployment, **dict(job.args))
    except Exception as error:
        _log.exception("job %s (%s) failed", job.id, job.task)
        outbox.mark_failed(deployment.engine, job, repr(error), deployment.now())
    else:
        outbox.mark_done(deployment.engine, job.id, deployment.now())
