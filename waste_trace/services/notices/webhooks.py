"""Webhooks of an organisation: where its own system hears, with which secret, of which kinds."""

import secrets
from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import urlsplit

from sqlalchemy import Connection, func, select, update

from waste_trace.errors import WasteTraceError
from waste_trace.notices.kinds import KINDS
from waste_trace.notices.reachable import is_public
from waste_trace.notices.signed_message import secret_text
from waste_trace.services.deployment import Deployment
from waste_trace.services.notices.tell import delivery_row
from waste_trace.services.sign_in import Person
from waste_trace.store import outbox
from waste_trace.store.tables import Webhook, WebhookDelivery
from waste_trace.store.tiles import read_head
from waste_trace.store.writing import insert_missing, insert_rows, table_of, write_transaction

MOST = 5
_LISTED = 200
_REPLAYED = 10_000
Row = dict[str, Any]


class WebhookRefused(WasteTraceError):
    """The address cannot be a webhook, or there is no such webhook."""

    code: ClassVar[str] = "webhook-refused"
    default_do_zh = "请使用公网上的 https 地址；内网地址须由系统管理员在设置中允许。"
    default_do_en = "Use an https address on the public Internet; private ones are a setting."


def add_webhook(deployment: Deployment, person: Person, url: str, kinds: Sequence[str]) -> Row:
    """A webhook of one's organisation; the row with its ``secret``, which can be shown again.

    Args:
        kinds: names of notice kinds; none for all.

    Raises:
        WebhookRefused
    """
    require_address(url, private=deployment.settings.webhook_private)
    alien = sorted(set(kinds) - set(KINDS))
    if alien:
        raise WebhookRefused(
            f"没有这种通知：{'、'.join(alien)}。",
            f"No such kind: {', '.join(alien)}.",
            allowed=sorted(KINDS),
        )
    row: Row = {
        "id": f"whk_{secrets.token_hex(8)}",
        "org": person.org,
        "url": url,
        "kinds": ",".join(sorted(set(kinds))),
        "generation": 0,
        "created_by": person.pseudonym,
        "created_at": deployment.now(),
        "stopped_at": None,
    }
    table = table_of(Webhook)
    with write_transaction(deployment.engine) as connection:
        count = select(func.count()).where(table.c.org == person.org, table.c.stopped_at.is_(None))
        if connection.execute(count).scalar_one() >= MOST:
            raise WebhookRefused(f"每单位至多 {MOST} 个推送地址。", f"{MOST} webhooks at most.")
        insert_rows(connection, Webhook, [row])
    return row | {"secret": secret_of(deployment, row)}


def secret_of(deployment: Deployment, row: Row) -> str:
    """The signing secret of a webhook's row."""
    return secret_text(deployment.keys.secret("webhook"), row["id"], row["generation"])


def list_webhooks(deployment: Deployment, person: Person) -> list[Row]:
    """One's organisation's webhooks, with how many deliveries wait and are dead."""
    table, sent = table_of(Webhook), table_of(WebhookDelivery)
    counts = (
        select(sent.c.webhook, sent.c.state, func.count().label("number"))
        .join(table, table.c.id == sent.c.webhook)
        .where(table.c.org == person.org)
        .group_by(sent.c.webhook, sent.c.state)
    )
    query = (
        select(table)
        .where(table.c.org == person.org, table.c.stopped_at.is_(None))
        .order_by(table.c.created_at, table.c.id)
    )
    with deployment.engine.connect() as connection:
        number = {(row.webhook, row.state): row.number for row in connection.execute(counts)}
        return [
            {
                **row,
                "kinds": [kind for kind in row["kinds"].split(",") if kind],
                "waiting": number.get((row["id"], "waiting"), 0),
                "dead": number.get((row["id"], "dead"), 0),
            }
            for row in connection.execute(query).mappings()
        ]


def stop_webhook(deployment: Deployment, person: Person, webhook: str) -> None:
    """Nothing goes there any more; what waits is given up."""
    with write_transaction(deployment.engine) as connection:
        _find(connection, person, webhook)
        give_up(connection, deployment, webhook)


def give_up(connection: Connection, deployment: Deployment, webhook: str) -> None:
    """Stop a webhook in an open transaction."""
    table, sent = table_of(Webhook), table_of(WebhookDelivery)
    now = deployment.now()
    connection.execute(update(table).where(table.c.id == webhook).values(stopped_at=now))
    connection.execute(
        update(sent)
        .where(sent.c.webhook == webhook, sent.c.state == "waiting")
        .values(state="dead", answered="stopped", done_at=now)
    )


def renew_secret(deployment: Deployment, person: Person, webhook: str) -> str:
    """Another secret from now on; the old one signs nothing any more."""
    table = table_of(Webhook)
    with write_transaction(deployment.engine) as connection:
        row = _find(connection, person, webhook)
        row |= {"generation": row["generation"] + 1}
        connection.execute(
            update(table).where(table.c.id == webhook).values(generation=row["generation"])
        )
    return secret_of(deployment, row)


def show_secret(deployment: Deployment, person: Person, webhook: str) -> str:
    """The secret that signs now."""
    with deployment.engine.connect() as connection:
        return secret_of(deployment, _find(connection, person, webhook))


def list_deliveries(
    deployment: Deployment, person: Person, webhook: str, state: str = ""
) -> list[Row]:
    """Deliveries of a webhook, the newest first; ``state`` "dead" is the dead-letter list."""
    sent = table_of(WebhookDelivery)
    query = (
        select(sent)
        .where(sent.c.webhook == webhook)
        .order_by(sent.c.created_at.desc(), sent.c.id)
        .limit(_LISTED)
    )
    if state:
        query = query.where(sent.c.state == state)
    with deployment.engine.connect() as connection:
        _find(connection, person, webhook)
        return [dict(row) for row in connection.execute(query).mappings()]


def replay(
    deployment: Deployment, person: Person, webhook: str, after: int, *, dead_only: bool = False
) -> int:
    """Send again what came after a cursor (a ledger index; -1 for all that is kept); how many.

    The messages keep their ids, so a receiver knows what it had.
    """
    sent, now = table_of(WebhookDelivery), deployment.now()
    query = (
        select(sent.c.id)
        .where(sent.c.webhook == webhook, sent.c.idx > after, sent.c.state != "waiting")
        .order_by(sent.c.idx, sent.c.id)
        .limit(_REPLAYED)
    )
    if dead_only:
        query = query.where(sent.c.state == "dead")
    with write_transaction(deployment.engine) as connection:
        _find(connection, person, webhook)
        ids = list(connection.execute(query).scalars())
        connection.execute(
            update(sent)
            .where(sent.c.id.in_(ids))
            .values(state="waiting", attempts=0, answered="", done_at=None)
        )
        for one in ids:
            outbox.ask(connection, "post_webhook", {"delivery": one}, now)
    return len(ids)


def ping(deployment: Deployment, person: Person, webhook: str) -> str:
    """Send a message that says nothing but that it arrives; its id."""
    key, now = secrets.token_hex(8), deployment.now()
    with write_transaction(deployment.engine) as connection:
        _find(connection, person, webhook)
        head = read_head(connection)
        idx = head.size - 1 if head else -1
        said: Row = {"index": idx, "at": now.isoformat(), "zh": "测试消息", "en": "A test message"}
        row = delivery_row(deployment, webhook, "ping", key, idx, said)
        insert_missing(connection, WebhookDelivery, [row])
        outbox.ask(connection, "post_webhook", {"delivery": row["id"]}, now)
    return str(row["id"])


def require_address(url: str, *, private: bool) -> None:
    """Refuse what no message may go to; where a name leads is looked at when it is sent.

    Raises:
        WebhookRefused
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    schemes = ("https", "http") if private else ("https",)
    bad = parts.scheme not in schemes or not host or len(url) > 500 or port == 0
    if bad or parts.username is not None or parts.fragment or not url.isascii():
        raise WebhookRefused(
            "推送地址应为 https:// 开头的完整网址。", "A webhook's address is a full https URL."
        )
    if not private and is_private_literal(host):
        raise WebhookRefused(f"{host} 不是公网地址。", f"{host} is no public address.")


def is_private_literal(host: str) -> bool:
    """True if the host is written as an address, and that is not a public one."""
    try:
        return not is_public(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _find(connection: Connection, person: Person, webhook: str) -> Row:
    table = table_of(Webhook)
    row = (
        connection.execute(
            select(table).where(
                table.c.id == webhook, table.c.org == person.org, table.c.stopped_at.is_(None)
            )
        )
        .mappings()
        .first()
    )
    if row is None:
        raise WebhookRefused(f"没有推送地址 {webhook}。", f"There is no webhook {webhook}.")
    return dict(row)
