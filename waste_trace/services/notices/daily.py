"""What is due once a day: deadlines, summaries, and old rows that nobody needs any more."""

from datetime import date, timedelta, timezone

from sqlalchemy import delete

from waste_trace.services.deployment import Deployment
from waste_trace.services.notices.deadlines import tell_deadlines
from waste_trace.services.notices.mail import digest_readers
from waste_trace.store import outbox
from waste_trace.store.tables import Invitation, Notice, WebhookDelivery
from waste_trace.store.writing import table_of, write_transaction

_CHINA = timezone(timedelta(hours=8))


def due_day(deployment: Deployment) -> date | None:
    """The day (China) whose round may begin; None before the hour of the settings."""
    now = deployment.now().astimezone(_CHINA)
    return now.date() if now.hour >= deployment.settings.digest_hour else None


def ask_for_day(deployment: Deployment, day: date) -> None:
    """Ask for a day's round; however many processes ask, there is one."""
    with write_transaction(deployment.engine) as connection:
        args = {"day": day.isoformat()}
        outbox.ask_once(connection, f"daily-{day}", "daily_notices", args, deployment.now())


def daily_notices(deployment: Deployment, day: str) -> None:
    """A day's round: tell deadlines, ask for each reader's summary, drop what is old."""
    tell_deadlines(deployment)
    readers = digest_readers(deployment) if deployment.settings.smtp_url.get_secret_value() else []
    with write_transaction(deployment.engine) as connection:
        for pseudonym in readers:
            args = {"pseudonym": pseudonym}
            name = f"digest-{day}-{pseudonym}"
            outbox.ask_once(connection, name, "mail_digest", args, deployment.now())
    _forget(deployment)


def _forget(deployment: Deployment) -> None:
    before = deployment.now() - timedelta(days=deployment.settings.notice_days)
    notice, sent, link = table_of(Notice), table_of(WebhookDelivery), table_of(Invitation)
    with write_transaction(deployment.engine) as connection:
        connection.execute(
            delete(notice).where(notice.c.told_at < before, notice.c.read_at.is_not(None))
        )
        connection.execute(
            delete(sent).where(sent.c.created_at < before, sent.c.done_at.is_not(None))
        )
        connection.execute(delete(link).where(link.c.expires_at < deployment.now()))
