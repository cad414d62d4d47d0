"""What a projection handler works with: rows, histories, books, findings, settings.

It outlives the batch: what the next events touch is mostly what the last ones did. That is true as
long as nobody else appends and no transaction is rolled back; then it is thrown away.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Connection, select

from waste_trace.custody.fold import Touch
from waste_trace.store.projector.bookings import Bookings
from waste_trace.store.projector.chains import Chains
from waste_trace.store.projector.findings import Findings
from waste_trace.store.projector.histories import Histories
from waste_trace.store.projector.record import ProjectorConfig, Record
from waste_trace.store.rows import Rows
from waste_trace.store.tables import EventIndex
from waste_trace.store.writing import insert_rows, table_of

#: So many things remembered (rows, touches, subjects) are forgotten: some fifty megabytes.
_MOST = 30_000


@dataclass(slots=True)
class Work:
    """The open transaction and its caches; what changed is written when the batch is through.

    ``kept``: which registers have entries (计划、许可证、合同 ...); None while nobody has looked.
    """

    connection: Connection
    rows: Rows
    histories: Histories
    bookings: Bookings
    findings: Findings
    chains: Chains
    config: ProjectorConfig
    _logged: dict[int, dict[str, Any]] = field(default_factory=dict)
    kept: frozenset[str] | None = None

    @classmethod
    def begin(cls, connection: Connection, config: ProjectorConfig) -> "Work":
        """Empty caches over a transaction."""
        rows = Rows(connection)
        return cls(
            connection,
            rows,
            Histories(connection),
            Bookings(connection),
            Findings(rows),
            Chains(rows),
            config,
        )

    def resume(self, connection: Connection) -> None:
        """Go on in another transaction, the next one of the same ledger."""
        self.connection = self.rows.connection = connection
        self.histories.connection = self.bookings.connection = connection
        self.findings.turned = {}

    @property
    def is_full(self) -> bool:
        """True when it remembers so much that it is better made anew."""
        return len(self.rows) + len(self.histories) + len(self.bookings) > _MOST

    def log(self, row: dict[str, Any]) -> None:
        """An event has been projected: its row of the event index."""
        self._logged[row["idx"]] = row

    def event(self, idx: int) -> Mapping[str, Any] | None:
        """The event index's row of an entry before this one, or None."""
        if idx in self._logged:
            return self._logged[idx]
        table = table_of(EventIndex)
        row = self.connection.execute(select(table).where(table.c.idx == idx)).mappings().first()
        return None if row is None else dict(row)

    def signed(self, idx: int) -> Touch | None:
        """An entry before this one as it was signed, or None."""
        row = self.event(idx)
        if row is None:
            return None
        told = (row[name] for name in ("typ", "claimed_at", "org", "site"))
        typ, claimed_at, org, site = told
        return Touch(idx, typ, "subject", claimed_at, org, site, orjson.loads(row["body"]))

    def flush(self) -> None:
        """Write what changed: queries see it from now on."""
        insert_rows(self.connection, EventIndex, list(self._logged.values()))
        self._logged.clear()
        self.chains.flush()
        self.rows.flush()
        self.histories.flush()
        self.bookings.flush()


#: Projects one event of the types that it is registered for.
Handler = Callable[[Record, Work], None]


def by_touch(project: Callable[[Touch, Work], None]) -> Handler:
    """A handler that asks no more of a record than who said what when: it can be told again."""
    return lambda record, work: project(record.touch(), work)
