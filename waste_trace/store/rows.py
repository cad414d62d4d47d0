"""A write-behind cache of rows.

The projector changes the same container many times in a batch; here each row is read once and
written once, and every event still sees what the events before it did.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import Connection, delete, select, tuple_
from sqlmodel import SQLModel

from waste_trace.store.writing import table_of, update_rows, upsert

Key = tuple[Any, ...]
Row = dict[str, Any]
_CHUNK = 400  # keys a statement; SQLite allows 32,766 variables, PostgreSQL 65,535


class Rows:
    """Rows by primary key, read on demand or ahead, written by ``flush``."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._known: dict[type[SQLModel], dict[Key, Row | None]] = {}
        #: What changed since the last ``flush``, each with the row as the database has it; None
        #: where it has none, or nobody has looked.
        self._changed: dict[type[SQLModel], dict[Key, Row | None]] = {}

    def __len__(self) -> int:
        """How many rows it remembers."""
        return sum(map(len, self._known.values()))

    def ahead(self, model: type[SQLModel], keys: Iterable[Key]) -> None:
        """Read many rows at once, so that ``get`` finds them."""
        known = self._known.setdefault(model, {})
        wanted = [key for key in dict.fromkeys(keys) if key not in known]
        columns = list(table_of(model).primary_key.columns)
        for start in range(0, len(wanted), _CHUNK):
            part = wanted[start : start + _CHUNK]
            condition = (
                columns[0].in_([key[0] for key in part])
                if len(columns) == 1
                else tuple_(*columns).in_(part)
            )
            known.update(dict.fromkeys(part))
            names = [column.name for column in table_of(model).columns]
            for values in self.connection.execute(select(table_of(model)).where(condition)):
                row = dict(zip(names, values, strict=True))
                known[_key_of(model, row)] = row

    def get(self, model: type[SQLModel], *key: Any) -> Row | None:
        """The row, or None. What is returned may be changed only through ``put``."""
        known = self._known.setdefault(model, {})
        if key not in known:
            self.ahead(model, [key])
        return known[key]

    def known(self, model: type[SQLModel], *key: Any) -> Row | None:
        """The row if it was read or put before; asks the database nothing."""
        return self._known.get(model, {}).get(key)

    def learn(self, model: type[SQLModel], row: Row) -> None:
        """A row that somebody else's query has read."""
        self._known.setdefault(model, {}).setdefault(_key_of(model, row), row)

    def put(self, model: type[SQLModel], row: Row) -> None:
        """The row as it is from now on."""
        self._set(model, _key_of(model, row), row)

    def drop(self, model: type[SQLModel], *key: Any) -> None:
        """The row is no more."""
        self._set(model, key, None)

    def flush(self) -> None:
        """Write what changed: of rows that were there, only the columns that did.

        SQLite writes the indexes of every column that is set, whether or not its value is another
        one (measured on the container table with its six: 14 instead of 40 microseconds a row).
        """
        for model, changed in self._changed.items():
            known = self._known[model]
            new, old, gone = list[Row](), list[tuple[Row, Row]](), list[Key]()
            for key, before in changed.items():
                row = known[key]
                if row is None:
                    gone.append(key)
                elif before is None:
                    new.append(row)
                else:
                    old.append((before, row))
            upsert(self.connection, model, new)
            update_rows(self.connection, model, old)
            columns = list(table_of(model).primary_key.columns)
            for start in range(0, len(gone), _CHUNK):
                named = tuple_(*columns).in_(gone[start : start + _CHUNK])
                self.connection.execute(delete(table_of(model)).where(named))
        self._changed.clear()

    def _set(self, model: type[SQLModel], key: Key, row: Row | None) -> None:
        known = self._known.setdefault(model, {})
        self._changed.setdefault(model, {}).setdefault(key, known.get(key))
        known[key] = row


def _key_of(model: type[SQLModel], row: Row) -> Key:
    return tuple([row[name] for name in _key_names(model)])


@cache
def _key_names(model: type[SQLModel]) -> tuple[str, ...]:
    return tuple(column.name for column in table_of(model).primary_key.columns)
