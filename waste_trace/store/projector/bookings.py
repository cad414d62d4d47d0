"""The movement table: each subject's bookings as its fold gives them, written where they differ."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, delete, select

from waste_trace.custody.movements import Movement
from waste_trace.store.tables import MovementRow
from waste_trace.store.writing import insert_rows, table_of

_CHUNK = 400
Row = dict[str, Any]


class Bookings:
    """Bookings by subject: read once, compared, and only the difference written."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._stored: dict[str, list[Row]] = {}
        self._now: dict[str, list[Row]] = {}
        self._made_of: dict[str, tuple[str, tuple[Movement, ...]]] = {}

    def __len__(self) -> int:
        """How many subjects it remembers."""
        return len(self._stored)

    def ahead(self, subjects: Iterable[str]) -> None:
        """Read the bookings of these subjects."""
        wanted = [one for one in dict.fromkeys(subjects) if one not in self._stored]
        table = table_of(MovementRow)
        for start in range(0, len(wanted), _CHUNK):
            part = wanted[start : start + _CHUNK]
            self._stored.update({subject: [] for subject in part})
            query = select(table).where(table.c.subject.in_(part)).order_by(table.c.n)
            for row in self.connection.execute(query).mappings():
                self._stored[row["subject"]].append(dict(row))

    def settle(self, subject: str, waste_code: str, moves: Sequence[Movement]) -> bool:
        """From now on these are the subject's bookings; True if they differ from before."""
        made_of = (waste_code, tuple(moves))
        if self._made_of.get(subject) == made_of:
            return False
        self._made_of[subject] = made_of
        rows = [_row(subject, n, waste_code, move) for n, move in enumerate(moves)]
        if rows == self.of(subject):
            return False
        self._now[subject] = rows
        return True

    def of(self, subject: str) -> list[Row]:
        """The bookings of a subject as they are now."""
        self.ahead([subject])
        return self._now.get(subject, self._stored[subject])

    def flush(self) -> None:
        """Write the subjects that changed: what they no longer share with what stands there."""
        table, new = table_of(MovementRow), list[Row]()
        for subject, rows in self._now.items():
            stored = self._stored[subject]
            same = 0
            while same < min(len(rows), len(stored)) and rows[same] == stored[same]:
                same += 1
            if same < len(stored):
                wrong = (table.c.subject == subject) & (table.c.n >= same)
                self.connection.execute(delete(table).where(wrong))
            new += rows[same:]
        insert_rows(self.connection, MovementRow, new)
        self._stored |= self._now
        self._now = {}


def _row(subject: str, n: int, waste_code: str, move: Movement) -> Row:
    return {
        "subject": subject,
        "n": n,
        "idx": move.idx,
        "org": move.account.org,
        "site": move.account.site,
        "waste_code": waste_code,
        "kind": move.kind.value,
        "weight_kg": move.weight_kg,
        "at": move.at,
    }
