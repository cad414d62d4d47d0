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
from sqlalchemy import Column, Connection, Dialect, Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.exc import StatementError

from waste_trace.store.engine import unstorable

#: Below so many rows COPY is no faster than a statement.
FEW = 8
_Process = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Form:
    """A statement, and how rows become its values."""

    statement: str
    values: Callable[[Mapping[str, Any]], tuple[Any, ...]]
    processes: tuple[tuple[int, _Process], ...]

    @classmethod
    def of(cls, statement: str, columns: Sequence[Column[Any]], kind: str) -> "_Form":
        """For values of these columns (two at least), in the order of the statement's marks."""
        dialect = _dialect(kind)
        processes = (
            (place, column.type.dialect_impl(dialect).bind_processor(dialect))
            for place, column in enumerate(columns)
        )
        return cls(
            statement,
            itemgetter(*[column.name for column in columns]),
            tuple((place, process) for place, process in processes if process is not None),
        )

    def bind(self, rows: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
        """The rows as the driver takes them; StatementError for what a column does not take."""
        bound = [self.values(row) for row in rows]
        if not self.processes:
            return bound
        columns: list[Sequence[Any]] = list(zip(*bound, strict=True))
        for place, process in self.processes:
            try:
                columns[place] = _converted(columns[place], process)
            except ValueError as error:
                raise StatementError(str(error), self.statement, None, error) from error
        return list(zip(*columns, strict=True))


def _converted(column: Sequence[Any], process: _Process) -> Sequence[Any]:
    """A column's values; the rows of a batch share most of their times and weights."""
    known: dict[Any, Any] = {}
    converted: list[Any] = []
    for value in column:
        if value not in known:
            known[value] = process(value)
        converted.append(known[value])
    return converted


def is_whole(table: Table, rows: Sequence[Mapping[str, Any]]) -> bool:
    """True where this way can be taken: the rows have a value for every column."""
    return len(rows[0]) == len(table.columns)


def insert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; many of them on PostgreSQL by COPY."""
    kind = connection.dialect.name
    if kind == "sqlite" or len(rows) < FEW:
        form = _insert_form(table, kind)
        connection.exec_driver_sql(form.statement, form.bind(rows))
        return
    form = _copy_form(table, kind)
    bound = form.bind(rows)
    cursor = cast("Cursor[Any]", connection.connection.cursor())
    try:
        with cursor, cursor.copy(form.statement.encode()) as copy:
            for row in bound:
                copy.write_row(row)
    except DataError as error:
        raise unstorable() from error


def upsert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, or replace those whose primary key is there."""
    form = _upsert_form(table, connection.dialect.name)
    connection.exec_driver_sql(form.statement, form.bind(rows))


def update(
    connection: Connection,
    table: Table,
    names: tuple[str, ...],
    rows: Sequence[Mapping[str, Any]],
) -> None:
    """Write the columns ``names`` of rows that are there, found by their primary key."""
    form = _update_form(table, names, connection.dialect.name)
    connection.exec_driver_sql(form.statement, form.bind(rows))


@lru_cache(maxsize=128)
def _insert_form(table: Table, kind: str) -> _Form:
    marks = ", ".join([_mark(kind)] * len(table.columns))
    statement = f"INSERT INTO {_into(table)} VALUES ({marks})"  # noqa: S608 - our own tables' names
    return _Form.of(statement, list(table.columns), kind)


@lru_cache(maxsize=128)
def _copy_form(table: Table, kind: str) -> _Form:
    return _Form.of(f"COPY {_into(table)} FROM STDIN", list(table.columns), kind)


@lru_cache(maxsize=128)
def _upsert_form(table: Table, kind: str) -> _Form:
    keys = [column.name for column in table.primary_key.columns]
    others = [column.name for column in table.columns if column.name not in keys]
    changed = ", ".join(f"{_quoted(name)} = excluded.{_quoted(name)}" for name in others)
    conflict = f"ON CONFLICT ({', '.join(map(_quoted, keys))}) DO UPDATE SET {changed}"
    return _Form.of(f"{_insert_form(table, kind).statement} {conflict}", list(table.columns), kind)


@lru_cache(maxsize=512)
def _update_form(table: Table, names: tuple[str, ...], kind: str) -> _Form:
    keys = [column.name for column in table.primary_key.columns]
    changed = ", ".join(f"{_quoted(name)} = {_mark(kind)}" for name in names)
    found = " AND ".join(f"{_quoted(name)} = {_mark(kind)}" for name in keys)
    statement = f"UPDATE {table.name} SET {changed} WHERE {found}"  # noqa: S608 - our own names
    return _Form.of(statement, [table.columns[name] for name in (*names, *keys)], kind)


def _into(table: Table) -> str:
    return f"{table.name} ({', '.join(_quoted(column.name) for column in table.columns)})"


def _mark(kind: str) -> str:
    return "?" if kind == "sqlite" else "%s"


def _quoted(name: str) -> str:
    return f'"{name}"'


def _dialect(kind: str) -> Dialect:
    made = sqlite.dialect() if kind == "sqlite" else psycopg.dialect()  # type: ignore[no-untyped-call]
    return cast(Dialect, made)
