"""Small statements that differ between the two databases, in one place."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

from sqlalchemy import Connection, Engine, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel

from waste_trace.store import bulk
from waste_trace.store.engine import is_sqlite


def table_of(model: type[SQLModel]) -> Table:
    """The Core table of a model: the hot path writes rows, not objects (measured 1.4 times)."""
    return cast(Table, model.__table__)  # type: ignore[attr-defined]


#: A process that freezes inside a batch (SIGSTOP, a paused virtual machine, a lost network) holds
#: the head of the log. After so long PostgreSQL ends its session: others go on, and what it commits
#: when it wakes is refused.
STALLED_SECONDS = 15


@contextmanager
def write_transaction(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes; on SQLite it holds the write lock from its first statement."""
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        if not is_sqlite(connection):
            limit = f"SET LOCAL idle_in_transaction_session_timeout = '{STALLED_SECONDS}s'"
            connection.exec_driver_sql(limit)
        yield connection


def upsert(
    connection: Connection, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert rows, or replace those whose primary key is there."""
    if not rows:
        return
    if bulk.is_whole(table_of(model), rows):
        bulk.upsert(connection, table_of(model), rows)
        return
    keys = [column.name for column in table_of(model).primary_key.columns]
    statement = _insert(connection, model)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    connection.execute(
        statement.on_conflict_do_update(index_elements=keys, set_=changed), [dict(r) for r in rows]
    )


def update_rows(
    connection: Connection,
    model: type[SQLModel],
    rows: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]],
) -> None:
    """Bring whole rows that are there from what they were (first) to what they are (second)."""
    by_columns: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for before, row in rows:
        changed = tuple([name for name, value in row.items() if value != before[name]])
        by_columns.setdefault(changed, []).append(row)
    for changed, together in by_columns.items():
        if changed:
            bulk.update(connection, table_of(model), changed, together)


def insert_rows(
    connection: Connection, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert rows in one statement."""
    if rows and bulk.is_whole(table_of(model), rows):
        bulk.insert(connection, table_of(model), rows)
    elif rows:
        connection.execute(table_of(model).insert(), [dict(row) for row in rows])


def insert_missing(
    connection: Connection, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert rows; those whose key is there already, also by another transaction, stay."""
    if rows:
        statement = _insert(connection, model).on_conflict_do_nothing()
        connection.execute(statement, [dict(row) for row in rows])


def insert_or_count(
    connection: Connection,
    model: type[SQLModel],
    row: Mapping[str, Any],
    same: Sequence[str],
    counter: str,
) -> None:
    """Insert a row, or add one to the ``counter`` of the row that is the ``same`` (unique)."""
    counted = {counter: table_of(model).c[counter] + 1}
    statement = _insert(connection, model).values(**row)
    connection.execute(statement.on_conflict_do_update(index_elements=same, set_=counted))


def _insert(connection: Connection, model: type[SQLModel]) -> sqlite.Insert | postgresql.Insert:
    return (sqlite.insert if is_sqlite(connection) else postgresql.insert)(table_of(model))
