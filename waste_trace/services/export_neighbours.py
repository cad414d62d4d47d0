"""What a period's bundle needs from beside it: the events that prove that nothing was left out."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, FromClause, Select, and_, func, select, tuple_

from waste_trace.ledger.registry import KeyRegistry
from waste_trace.store.tables import EventIndex
from waste_trace.store.writing import table_of

#: A key, as device and epoch.
Key = tuple[str, int]
#: Places asked for in one query: databases bound the number of parameters.
_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Around:
    """An organisation (统一社会信用代码) and the time from ``start`` to before ``end``, in UTC."""

    org: str
    start: datetime
    end: datetime

    @property
    def period_ms(self) -> tuple[int, int]:
        """Both times in Unix milliseconds."""
        return round(self.start.timestamp() * 1000), round(self.end.timestamp() * 1000)

    def holds(self, table: FromClause) -> ColumnElement[bool]:
        """Whether a row of the event index is the organisation's and lies in the period."""
        return and_(
            table.c.org == self.org, table.c.logged_at >= self.start, table.c.logged_at < self.end
        )

    def neighbours(
        self, connection: Connection, registry: KeyRegistry, size: int
    ) -> list[Select[tuple[int]]]:
        """Queries for the indices of what stands beside the period, all of it the organisation's.

        Of its keys with events in the period those whose ``seq`` is one below or above; of a silent
        one that was enrolled before the end, its last before the period and the one after that.

        Args:
            size: how many entries of the ledger count.
        """
        event = table_of(EventIndex)
        inside, last = self._inside(connection, size), self._last_before(connection, size)
        wanted: list[tuple[str, int, int]] = []
        for key in sorted(self._own(connection, registry)):
            said = inside.get(key, set())
            edge = last.get(key, -1)
            beside = {seq + step for seq in said for step in (-1, 1)} - said or {edge, edge + 1}
            wanted += [(*key, seq) for seq in sorted(beside)]
        place = tuple_(event.c.dev, event.c.ep, event.c.seq)
        return [
            select(event.c.idx).where(
                event.c.org == self.org, place.in_(wanted[start : start + _AT_ONCE])
            )
            for start in range(0, len(wanted), _AT_ONCE)
        ]

    def _own(self, connection: Connection, registry: KeyRegistry) -> set[Key]:
        """The organisation's keys that were enrolled before the end."""
        enrolled = {k.index: (k.dev, k.ep) for k in registry.keys.values() if k.org == self.org}
        event = table_of(EventIndex)
        query = select(event.c.idx).where(
            event.c.idx.in_(list(enrolled)), event.c.logged_at < self.end
        )
        return {enrolled[idx] for idx in connection.execute(query).scalars()}

    def _inside(self, connection: Connection, size: int) -> dict[Key, set[int]]:
        event = table_of(EventIndex)
        query = select(event.c.dev, event.c.ep, event.c.seq).where(
            self.holds(event), event.c.idx < size
        )
        inside: dict[Key, set[int]] = {}
        for dev, ep, seq in connection.execute(query):
            inside.setdefault((dev, ep), set()).add(seq)
        return inside

    def _last_before(self, connection: Connection, size: int) -> dict[Key, int]:
        """The highest number of each key that was logged before the period."""
        event = table_of(EventIndex)
        query = (
            select(event.c.dev, event.c.ep, func.max(event.c.seq))
            .where(event.c.org == self.org, event.c.logged_at < self.start, event.c.idx < size)
            .group_by(event.c.dev, event.c.ep)
        )
        return {(dev, ep): seq for dev, ep, seq in connection.execute(query)}
