"""Whole rows of one table through the driver's own cursor: what a batch of the ledger writes.

SQLAlchemy's statements cost more than the database where rows are always the same, be they many or
one. Here the statement of a table is compiled once, and each column converts its values as its
type says, so that the rows are the same as through a Core statement (a test compares them, on both
databases).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any, cast

from psycopg import Cursor, DataError
from sqlalchemy import Connection, Dialect, Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.exc import StatementError

from waste_trace.store.engine import unstorable

#: Below so many rows COPY is no faster than a statement.
FEW = 8
_Process = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Form:
    """How the rows of one table go into one kind of database."""

    insert: str
    upsert: str
    copy: str
    values: Callable[[Mapping[str, Any]], tuple[Any, ...]]
    processes: tuple[tuple[int, _Process], ...]

    def bind(self, rows: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
        """The rows as the driver takes them; StatementError for what a column does not take."""
        bound = [self.values(row) for row in rows]
        if not self.processes:
            return bound
        columns = list(zip(*bound, strict=True))
        for place, process in self.processes:
            try:
                columns[place] = _converted(columns[place], process)
            except ValueError as error:
                raise StatementError(str(error), self.insert, None, error) from error
        return list(zip(*columns, strict=True))


def _converted(column: Sequence[Any], process: _Process) -> tuple[Any, ...]:
    """A column's values; the rows of a batch share most of their times and weights."""
    known: dict[Any, Any] = {}
    return tuple(
        known[value] if value in known else known.setdefault(value, process(value))
        for value in column
    )


def is_whole(table: Table, rows: Sequence[Mapping[str, Any]]) -> bool:
    """True where this way can be taken: the rows have a value for every column."""
    return len(rows[0]) == len(table.columns)


def insert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; many of them on PostgreSQL by COPY."""
    form = _form(table, connection.dialect.name)
    bound = form.bind(rows)
    if connection.dialect.name == "sqlite" or len(rows) < FEW:
        connection.exec_driver_sql(form.insert, bound)
        return
    cursor = cast("Cursor[Any]", connection.connection.cursor())
    try:
        with cursor, cursor.copy(form.copy.encode()) as copy:
            for row in bound:
                copy.write_row(row)
    except DataError as error:
        raise unstorable() from error


def upsert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, or replace those whose primary key is there."""
    form = _form(table, connection.dialect.name)
    connection.exec_driver_sql(form.upsert, form.bind(rows))


@lru_cache(maxsize=128)
def _form(table: Table, kind: str) -> _Form:
    dialect = _dialect(kind)
    names = [column.name for column in table.columns]
    keys = [column.name for column in table.primary_key.columns]
    into = f"{table.name} ({', '.join(map(_quoted, names))})"
    marks = ", ".join(["?" if kind == "sqlite" else "%s"] * len(names))
    insert = f"INSERT INTO {into} VALUES ({marks})"  # noqa: S608 - names of our own tables
    changed = ", ".join(
        f"{_quoted(name)} = excluded.{_quoted(name)}" for name in names if name not in keys
    )
    processes = (
        (place, column.type.dialect_impl(dialect).bind_processor(dialect))
        for place, column in enumerate(table.columns)
    )
    return _Form(
        insert,
        f"{insert} ON CONFLICT ({', '.join(map(_quoted, keys))}) DO UPDATE SET {changed}",
        f"COPY {into} FROM STDIN",
        itemgetter(*names),
        tuple((place, process) for place, process in processes if process is not None),
    )


def _quoted(name: str) -> str:
    return f'"{name}"'


def _dialect(kind: str) -> Dialect:
    made = sqlite.dialect() if kind == "sqlite" else psycopg.dialect()  # type: ignore[no-untyped-call]
    return cast(Dialect, made)
