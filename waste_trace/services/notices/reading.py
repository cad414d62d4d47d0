"""What a person was told: the list, how much of it is unread, and that it was read."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select, update

from waste_trace.services.deployment import Deployment
from waste_trace.services.sign_in import Person
from waste_trace.store.tables import Notice
from waste_trace.store.writing import table_of, write_transaction

MOST = 200


def list_notices(
    deployment: Deployment, person: Person, *, unread: bool = False, limit: int = 100
) -> list[dict[str, Any]]:
    """One's notices, the newest first."""
    table = table_of(Notice)
    query = (
        select(table)
        .where(table.c.pseudonym == person.pseudonym, table.c.shown.is_(True))
        .order_by(table.c.told_at.desc(), table.c.fact)
        .limit(max(0, min(limit, MOST)))
    )
    if unread:
        query = query.where(table.c.read_at.is_(None))
    with deployment.engine.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def count_unread(deployment: Deployment, person: Person) -> int:
    """How many of one's notices nobody has read."""
    table = table_of(Notice)
    query = select(func.count()).where(
        table.c.pseudonym == person.pseudonym, table.c.read_at.is_(None), table.c.shown.is_(True)
    )
    with deployment.engine.connect() as connection:
        return int(connection.execute(query).scalar_one())


def mark_read(deployment: Deployment, person: Person, facts: Sequence[str] | None = None) -> None:
    """One's notices of these facts are read from now on; None: all of them."""
    table = table_of(Notice)
    statement = (
        update(table)
        .where(table.c.pseudonym == person.pseudonym, table.c.read_at.is_(None))
        .values(read_at=deployment.now())
    )
    if facts is not None:
        statement = statement.where(table.c.fact.in_(list(facts)))
    with write_transaction(deployment.engine) as connection:
        connection.execute(statement)
