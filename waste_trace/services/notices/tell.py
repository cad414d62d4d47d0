"""From facts to notices: who is concerned, how each of them wants to hear, whose systems are told.

Doing it twice changes nothing: there is one notice for a person and a fact, and one delivery for a
webhook and a fact.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select

from waste_trace.custody.vocabulary import REGULATOR
from waste_trace.notices.kinds import BUREAU, BY_CAUSE, Email, Kind, Wish, default_wish
from waste_trace.notices.words import Said, addressees, say
from waste_trace.services.deployment import Deployment
from waste_trace.services.notices.facts import Fact, event_facts, finding_facts, with_names
from waste_trace.store import outbox
from waste_trace.store.tables import (
    Notice,
    Organisation,
    Subscription,
    User,
    Webhook,
    WebhookDelivery,
)
from waste_trace.store.writing import insert_missing, table_of, write_transaction

Row = dict[str, Any]


def tell_batch(
    deployment: Deployment, idx: int, events: Sequence[int], findings: Mapping[str, bool]
) -> None:
    """Tell what a ledger batch has to tell; the job that the sequencer asks for.

    Args:
        idx: the last index of the batch.
        events: indices of events that kinds name.
        findings: keys of findings that were opened (True) or cleared.
    """
    with deployment.engine.connect() as connection:
        facts = event_facts(connection, events)
        if findings:
            facts += finding_facts(connection, findings, idx)
    tell(deployment, facts)


def tell(deployment: Deployment, facts: Iterable[Fact]) -> None:
    """Write the notices and deliveries of facts, and ask for their sending, in one transaction."""
    with write_transaction(deployment.engine) as connection:
        for fact in with_names(connection, facts):
            for kind in BY_CAUSE.get(fact.cause, ()):
                if kind.concerns(fact.values):
                    _tell_one(connection, deployment, kind, fact)


def _tell_one(connection: Connection, deployment: Deployment, kind: Kind, fact: Fact) -> None:
    said = say(kind, fact.values)
    orgs = addressees(kind, fact.values)
    notices = _notices(connection, kind, fact, said, orgs)
    insert_missing(connection, Notice, notices)
    now = deployment.now()
    if deployment.settings.smtp_url.get_secret_value():
        for row in notices:
            if row["email"] == Email.EACH:
                job = f"mail-{_digest(row['pseudonym'], row['fact'])}"
                args = {"pseudonym": row["pseudonym"]}
                outbox.ask_once(connection, job, "mail_notices", args, now)
    deliveries = _deliveries(connection, deployment, kind, fact, said, orgs)
    insert_missing(connection, WebhookDelivery, deliveries)
    for row in deliveries:
        args = {"delivery": row["id"]}
        outbox.ask_once(connection, f"post-{row['id']}", "post_webhook", args, now)


def _notices(
    connection: Connection, kind: Kind, fact: Fact, said: Said, orgs: set[str]
) -> list[Row]:
    user, wish = table_of(User), table_of(Subscription)
    theirs = (wish.c.pseudonym == user.c.pseudonym) & (wish.c.kind == kind.name)
    people = connection.execute(
        select(user.c.pseudonym, user.c.role, wish.c.shown, wish.c.email)
        .outerjoin(wish, theirs)
        .where(user.c.disabled.is_(False), _concerned(kind, orgs))
        .order_by(user.c.pseudonym)
    )
    rows = []
    for person in people:
        wanted = default_wish(kind, person.role)
        if person.email is not None:
            wanted = Wish(person.shown, Email(person.email))
        if wanted.shown or wanted.email is not Email.OFF:
            rows.append(_notice(kind, fact, said, person.pseudonym, wanted))
    return rows


def _concerned(kind: Kind, orgs: set[str]) -> ColumnElement[bool]:
    user = table_of(User)
    bureau = user.c.role == REGULATOR
    return or_(user.c.org.in_(orgs), bureau) if BUREAU in kind.to else user.c.org.in_(orgs)


def _notice(kind: Kind, fact: Fact, said: Said, pseudonym: str, wanted: Wish) -> Row:
    return {
        "pseudonym": pseudonym,
        "fact": f"{kind.name}:{fact.key}",
        "kind": kind.name,
        "zh": said.zh,
        "en": said.en,
        "href": said.href,
        "idx": fact.idx,
        "told_at": fact.at,
        "shown": wanted.shown,
        "read_at": None,
        "email": wanted.email.value,
        "mailed_at": None,
        "mail_error": "",
    }


def _deliveries(
    connection: Connection,
    deployment: Deployment,
    kind: Kind,
    fact: Fact,
    said: Said,
    orgs: set[str],
) -> list[Row]:
    hook, org = table_of(Webhook), table_of(Organisation)
    concerned: ColumnElement[bool] = hook.c.org.in_(orgs)
    if BUREAU in kind.to:
        bureau = select(org.c.org).where(org.c.kinds.contains(REGULATOR))
        concerned = or_(concerned, hook.c.org.in_(bureau))
    hooks = connection.execute(
        select(hook).where(hook.c.stopped_at.is_(None), concerned).order_by(hook.c.id)
    ).mappings()
    return [
        delivery_row(
            deployment, row["id"], kind.name, fact.key, fact.idx, _message(kind, fact, said)
        )
        for row in hooks
        if kind.name in row["kinds"].split(",") or not row["kinds"]
    ]


def delivery_row(
    deployment: Deployment, webhook: str, kind: str, key: str, idx: int, message: Row
) -> Row:
    """A delivery that waits; its id is the message's for every attempt."""
    message_id = f"msg_{_digest(webhook, kind, key)}"
    body = json.dumps({"id": message_id, "type": kind, **message}, ensure_ascii=False)
    return {
        "id": message_id,
        "webhook": webhook,
        "kind": kind,
        "idx": idx,
        "body": body,
        "created_at": deployment.now(),
        "state": "waiting",
        "attempts": 0,
        "answered": "",
        "done_at": None,
    }


def _message(kind: Kind, fact: Fact, said: Said) -> Row:
    return {
        "index": fact.idx,
        "at": fact.at.isoformat(),
        "zh": said.zh,
        "en": said.en,
        "href": said.href,
        "fact": dict(sorted(fact.values.items())),
    }


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
