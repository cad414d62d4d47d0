"""E-mails of notices: claimed, composed, sent by whoever is given as ``send``, and marked.

Whoever takes notices to send marks them first, so that two workers do not send the same; what a
killed worker took is taken again after a while.
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any, ClassVar

from sqlalchemy import or_, select, update

from waste_trace.errors import WasteTraceError
from waste_trace.notices.kinds import Email
from waste_trace.services.deployment import Deployment
from waste_trace.store.tables import Notice, User
from waste_trace.store.writing import table_of, write_transaction

Send = Callable[[EmailMessage], None]
_SENDING = "sending"
#: What a worker has taken and not sent by then, it will not send any more.
_LOST_AFTER = timedelta(minutes=10)
#: News of last week is no news.
_STALE_AFTER = timedelta(days=3)
_MOST_LINES = 200


class MailRefused(WasteTraceError):
    """The mail server will never take this: the address does not exist, for example."""

    code: ClassVar[str] = "mail-refused"
    default_do_zh = "请在“我的账号”中更正邮箱地址。"
    default_do_en = "Correct the address on your account page."


def mail_notices(deployment: Deployment, pseudonym: str, which: Email, send: Send) -> int:
    """Send one person's waiting notices of that wish as one e-mail; how many there were.

    Raises:
        Whatever ``send`` raises but MailRefused: the notices wait again.
    """
    address = _address(deployment, pseudonym)
    rows = _claim(deployment, pseudonym, which)
    if not rows:
        return 0
    if not address:
        _settle(deployment, rows, "no address")
        return 0
    try:
        send(compose(deployment, address, rows, which))
    except MailRefused as error:
        _settle(deployment, rows, error.en[:200])
        return 0
    except BaseException:
        _release(deployment, rows)
        raise
    _settle(deployment, rows, "")
    return len(rows)


def digest_readers(deployment: Deployment) -> list[str]:
    """The pseudonyms of those for whom a daily summary has something."""
    table = table_of(Notice)
    query = (
        select(table.c.pseudonym)
        .where(
            table.c.email == Email.DIGEST.value,
            table.c.mailed_at.is_(None),
            table.c.told_at > deployment.now() - _STALE_AFTER,
        )
        .distinct()
        .order_by(table.c.pseudonym)
    )
    with deployment.engine.connect() as connection:
        return list(connection.execute(query).scalars())


def compose(
    deployment: Deployment, address: str, rows: Sequence[dict[str, Any]], which: Email
) -> EmailMessage:
    """The e-mail: plain text, Chinese first, with links where the server has an address."""
    message = EmailMessage()
    subject = rows[0]["zh"] if len(rows) == 1 else f"{len(rows)} 条通知"
    if which is Email.DIGEST:
        subject = f"每日汇总：{subject}"
    message["Subject"] = " ".join(f"[一码溯源] {subject}".split())[:150]
    message["From"] = deployment.settings.mail_sender
    message["To"] = address
    message["Date"] = format_datetime(deployment.now())
    # Made of what it says, so that a mail that went twice is known for the same.
    facts = "\n".join(f"{row['pseudonym']} {row['fact']}" for row in rows)
    digest = hashlib.sha256(facts.encode()).hexdigest()[:32]
    message["Message-ID"] = f"<{digest}@{deployment.settings.mail_sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    home = deployment.settings.public_url.rstrip("/")
    lines: list[str] = []
    for row in rows[:_MOST_LINES]:
        lines += [row["zh"], row["en"], *([f"{home}{row['href']}"] if home else []), ""]
    if len(rows) > _MOST_LINES:
        lines += [f"另有 {len(rows) - _MOST_LINES} 条，请登录查看。 More on the console.", ""]
    lines += ["--", "一码溯源 Waste Trace"]
    if home:
        lines.append(f"通知方式 What to send: {home}/notices/settings")
    message.set_content("\n".join(lines) + "\n")
    return message


def _address(deployment: Deployment, pseudonym: str) -> str:
    table = table_of(User)
    query = select(table.c.email).where(table.c.pseudonym == pseudonym, table.c.disabled.is_(False))
    with deployment.engine.connect() as connection:
        return str(connection.execute(query).scalar_one_or_none() or "")


def _claim(deployment: Deployment, pseudonym: str, which: Email) -> list[dict[str, Any]]:
    table, now = table_of(Notice), deployment.now()
    lost = (table.c.mail_error == _SENDING) & (table.c.mailed_at < now - _LOST_AFTER)
    query = (
        select(table)
        .where(
            table.c.pseudonym == pseudonym,
            table.c.email == which.value,
            or_(table.c.mailed_at.is_(None), lost),
            table.c.told_at > now - _STALE_AFTER,
        )
        .order_by(table.c.told_at, table.c.fact)
        .with_for_update(skip_locked=True)
    )
    with write_transaction(deployment.engine) as connection:
        rows = [dict(row) for row in connection.execute(query).mappings()]
        connection.execute(
            update(table).where(_these(rows)).values(mailed_at=now, mail_error=_SENDING)
        )
    return rows


def _settle(deployment: Deployment, rows: Sequence[dict[str, Any]], error: str) -> None:
    _mark(deployment, rows, mailed_at=deployment.now(), mail_error=error)


def _release(deployment: Deployment, rows: Sequence[dict[str, Any]]) -> None:
    _mark(deployment, rows, mailed_at=None, mail_error="")


def _mark(deployment: Deployment, rows: Sequence[dict[str, Any]], **values: object) -> None:
    with write_transaction(deployment.engine) as connection:
        connection.execute(update(table_of(Notice)).where(_these(rows)).values(**values))


def _these(rows: Sequence[dict[str, Any]]) -> Any:
    table = table_of(Notice)
    person = rows[0]["pseudonym"] if rows else ""
    return (table.c.pseudonym == person) & table.c.fact.in_([row["fact"] for row in rows])
