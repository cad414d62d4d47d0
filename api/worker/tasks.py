"""What can be asked for in the outbox: small, idempotent functions that call services."""

import logging
from collections.abc import Callable, Mapping
from smtplib import SMTPException

from api.recognise import describe_code
from api.worker.mail import SmtpServer
from api.worker.post import post
from scanner.decode import load_image
from scanner.vision import verify_frame as look_at
from waste_trace.ledger.registry import KeyRegistry
from waste_trace.notices.kinds import Email
from waste_trace.services.deployment import Deployment
from waste_trace.services.notices.daily import daily_notices
from waste_trace.services.notices.deliver import NotDelivered, message_to_send, settle
from waste_trace.services.notices.mail import mail_notices
from waste_trace.services.notices.tell import tell_batch
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


def mail(deployment: Deployment, pseudonym: str) -> None:
    """E-mail a person's notices that go at once."""
    mail_notices(deployment, pseudonym, Email.EACH, _mail_server(deployment).send)


def mail_digest(deployment: Deployment, pseudonym: str) -> None:
    """E-mail a person's daily summary."""
    mail_notices(deployment, pseudonym, Email.DIGEST, _mail_server(deployment).send)


def post_webhook(deployment: Deployment, delivery: str) -> None:
    """One attempt of a delivery."""
    message = message_to_send(deployment, delivery)
    if message is not None:
        status, answered = post(message, private=deployment.settings.webhook_private)
        settle(deployment, delivery, status, answered)


def _mail_server(deployment: Deployment) -> SmtpServer:
    return SmtpServer(deployment.settings.smtp_url.get_secret_value())


TASKS: Mapping[str, Callable[..., None]] = {
    "verify_frame": verify_frame,
    "tell_batch": tell_batch,
    "daily_notices": daily_notices,
    "mail_notices": mail,
    "mail_digest": mail_digest,
    "post_webhook": post_webhook,
}
#: Tasks that wait for other people's servers; embedded, they have a thread of their own.
SENDING = ("mail_notices", "mail_digest", "post_webhook")


def do_job(deployment: Deployment, job: Job) -> None:
    """Do a leased job and say in the outbox what became of it."""
    try:
        TASKS[job.task](deployment, **dict(job.args))
    except (NotDelivered, OSError, SMTPException) as error:
        # Somebody else's server is down: a line, and the retry, and no traceback.
        _log.warning("%s: %s", job.task, error)
        outbox.mark_failed(deployment.engine, job, repr(error), deployment.now())
    except Exception as error:
        _log.exception("job %s (%s) failed", job.id, job.task)
        outbox.mark_failed(deployment.engine, job, repr(error), deployment.now())
    else:
        outbox.mark_done(deployment.engine, job.id, deployment.now())
