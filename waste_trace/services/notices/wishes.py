"""How a person wants to hear of each kind: on screen, by e-mail at once, in the daily summary."""

from collections.abc import Mapping
from typing import ClassVar

from sqlalchemy import select

from waste_trace.errors import WasteTraceError
from waste_trace.notices.kinds import Email, Kind, Wish, default_wish, kinds_for
from waste_trace.services.deployment import Deployment
from waste_trace.services.sign_in import Person
from waste_trace.store.tables import Subscription
from waste_trace.store.writing import table_of, upsert, write_transaction


class UnknownKind(WasteTraceError):
    """There is no such kind of notice for this role."""

    code: ClassVar[str] = "unknown-notice-kind"
    default_do_zh = "请使用列表中的通知类型。"
    default_do_en = "Use a kind of the list."


def wishes(deployment: Deployment, person: Person) -> list[tuple[Kind, Wish]]:
    """Every kind that concerns one's role, and how one hears of it."""
    table = table_of(Subscription)
    query = select(table).where(table.c.pseudonym == person.pseudonym)
    with deployment.engine.connect() as connection:
        own = {
            row.kind: Wish(row.shown, Email(row.email)) for row in connection.execute(query).all()
        }
    return [
        (kind, own.get(kind.name, default_wish(kind, person.role)))
        for kind in kinds_for(person.role)
    ]


def wish(deployment: Deployment, person: Person, wanted: Mapping[str, Wish]) -> None:
    """From now on hear of these kinds so; what was told stays as it was.

    Raises:
        UnknownKind
    """
    known = {kind.name for kind in kinds_for(person.role)}
    alien = sorted(set(wanted) - known)
    if alien:
        raise UnknownKind(
            f"没有这种通知：{'、'.join(alien)}。",
            f"No such kind: {', '.join(alien)}.",
            allowed=sorted(known),
        )
    rows = [
        {"pseudonym": person.pseudonym, "kind": name, "shown": one.shown, "email": one.email.value}
        for name, one in wanted.items()
    ]
    with write_transaction(deployment.engine) as connection:
        upsert(connection, Subscription, rows)
