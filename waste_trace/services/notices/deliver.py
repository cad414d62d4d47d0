"""One attempt of a delivery: what to send, and what its answer means."""

from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import select, update

from waste_trace.errors import WasteTraceError
from waste_trace.notices.signed_message import sign_message
from waste_trace.services.deployment import Deployment
from waste_trace.services.notices.webhooks import give_up, secret_of
from waste_trace.store.tables import Webhook, WebhookDelivery
from waste_trace.store.writing import table_of, write_transaction

_GONE = 410


class NotDelivered(WasteTraceError):
    """The receiver did not take a message; it is tried again after a while."""

    code: ClassVar[str] = "not-delivered"
    default_do_zh = "请检查接收系统；系统会自动重试，放弃后可重放。"
    default_do_en = (
        "Look at the receiving system; we try again, and what is given up can be replayed."
    )


@dataclass(frozen=True, slots=True)
class Message:
    """A request to make now: headers are signed for this moment."""

    delivery: str
    url: str
    headers: dict[str, str]
    body: bytes


def message_to_send(deployment: Deployment, delivery: str) -> Message | None:
    """The message of a delivery that waits; None if it is done or its webhook was stopped."""
    sent, hook = table_of(WebhookDelivery), table_of(Webhook)
    query = (
        select(sent.c.body, hook)
        .join(hook, hook.c.id == sent.c.webhook)
        .where(sent.c.id == delivery, sent.c.state == "waiting", hook.c.stopped_at.is_(None))
    )
    with deployment.engine.connect() as connection:
        row = connection.execute(query).mappings().first()
    if row is None:
        return None
    body, seconds = row["body"].encode(), deployment.clock_ms() // 1000
    signature = sign_message(secret_of(deployment, dict(row)), delivery, seconds, body)
    headers = {
        "content-type": "application/json; charset=utf-8",
        "user-agent": "waste-trace-webhook/1",
        "webhook-id": delivery,
        "webhook-timestamp": str(seconds),
        "webhook-signature": signature,
    }
    return Message(delivery, row["url"], headers, body)


def settle(deployment: Deployment, delivery: str, status: int, answered: str) -> None:
    """Keep what became of an attempt.

    Args:
        status: of the HTTP answer; 0 where there was none.
        answered: a sentence for whoever looks after the receiver.

    Raises:
        NotDelivered: it is to be tried again.
    """
    sent, now = table_of(WebhookDelivery), deployment.now()
    with write_transaction(deployment.engine) as connection:
        row = connection.execute(
            select(sent.c.attempts, sent.c.webhook).where(sent.c.id == delivery)
        ).one()
        attempts = row.attempts + 1
        good = 200 <= status < 300
        dead = not good and attempts >= deployment.settings.webhook_attempts
        state = "delivered" if good else "dead" if dead else "waiting"
        connection.execute(
            update(sent)
            .where(sent.c.id == delivery)
            .values(
                state=state,
                attempts=attempts,
                answered=answered[:300],
                done_at=None if state == "waiting" else now,
            )
        )
        if status == _GONE:
            # The receiver says that it is there no more, and wants to hear nothing.
            give_up(connection, deployment, row.webhook)
            return
    if state == "waiting":
        raise NotDelivered(f"未送达：{answered}", f"Not delivered: {answered}")
