"""Small statements that differ between the two databases, in one place."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

from sqlalchemy import Connection, Engine, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel

from waste_trace.store.engine import is_sqlite


def table_of(model: type[SQLModel]) -> Table:
    """The Core table of a model: the hot path writes rows, not objects (measured 1.4 times)."""
    return cast(Table, model.__table__)  # type: ignore[attr-defined]


@contextmanager
def write_transaction(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes; on SQLite it holds the write lock from its first statement."""
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        yield connection


def upsert(
    connection: Connection, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert rows, or replace those whose primary key is there."""
    if not rows:
        return
    table = table_of(model)
    keys = [column.name for column in table.primary_key.columns]
    insert = sqlite.insert if is_sqlite(connection) else postgresql.insert
    statement = insert(table)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    connection.execute(
        statement.on_conflict_do_update(index_elements=keys, set_=changed), [dict(r) for r in rows]
    )


def insert_rows(
    connection: Connection, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert rows in one statement."""
    if rows:
        connection.execute(table_of(model).insert(), [dict(row) for row in rows])
