"""Batch codes of HJ 1259 Tables B.2 to B.5, which no event carries: derived from the ledger alone.

Every event of a kind makes one batch for each waste code in it. A unit's batches of one day
(claimed, Asia/Shanghai) are numbered in the order in which the ledger took their events in, so that
a late event never renumbers an earlier one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from waste_trace.codes.batch_code import BatchFamily
from waste_trace.reports.cells import shanghai_day
from waste_trace.services.reports.reading import Reading, utc
from waste_trace.store.tables import Container, ContainerEvent, EventIndex
from waste_trace.store.writing import table_of

#: An event and a waste code.
Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Numbers:
    """The day and running number of each batch, and when its event was claimed to be."""

    of: Mapping[Key, tuple[date, int]]
    at: Mapping[int, datetime]

    def code(self, family: BatchFamily, idx: int, waste_code: str) -> str:
        """The batch code; beyond 999 on one day the number has more than its three digits."""
        found = self.of.get((idx, waste_code))
        if found is None:
            return ""
        day, number = found
        return f"{family.value}{day:%Y%m%d}{number:03d}"


def number(keys: Iterable[tuple[Key, datetime]]) -> Numbers:
    """Number batches; ``keys`` come in any order, with the claimed time of their events."""
    counts: dict[date, int] = {}
    numbers: dict[Key, tuple[date, int]] = {}
    times: dict[int, datetime] = {}
    for key, at in sorted(set(keys)):
        day = shanghai_day(at)
        counts[day] = counts.get(day, 0) + 1
        numbers[key] = (day, counts[day])
        times[key[0]] = at
    return Numbers(numbers, times)


def numbers_of(reading: Reading, *types: str) -> Numbers:
    """The batches of the filing unit's events of these types, over all time and all its sites."""
    event, link, container = table_of(EventIndex), table_of(ContainerEvent), table_of(Container)
    query = (
        select(event.c.idx, container.c.waste_code, event.c.claimed_at)
        .join(link, link.c.idx == event.c.idx)
        .join(container, container.c.container == link.c.container)
        .where(event.c.org == reading.asked.org, event.c.typ.in_(types))
        .distinct()
    )
    return number(((idx, code), utc(at)) for idx, code, at in reading.connection.execute(query))
