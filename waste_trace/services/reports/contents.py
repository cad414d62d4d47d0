"""What was in containers at a moment, and in which batch of a unit they were last."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from waste_trace.codes.batch_code import BatchFamily
from waste_trace.custody.balance import Booking
from waste_trace.reports.forms.waste import Packing
from waste_trace.services.reports.batch_numbers import Numbers
from waste_trace.services.reports.reading import Reading, Told, parts, utc
from waste_trace.store.tables import ContainerEvent, EventIndex
from waste_trace.store.writing import table_of


@dataclass(frozen=True, slots=True)
class Group:
    """The containers of one waste code in one event."""

    told: Told
    waste_code: str
    codes: tuple[str, ...]


def groups(reading: Reading, told: Sequence[Told]) -> list[Group]:
    """Each event's containers by waste code; an event of several wastes makes several groups."""
    touched = reading.touched(one.idx for one in told)
    rows = reading.containers(code for codes in touched.values() for code in codes)
    found: list[Group] = []
    for one in told:
        by_code: dict[str, list[str]] = {}
        for container in touched.get(one.idx, ()):
            by_code.setdefault(rows[container]["waste_code"], []).append(container)
        found += [Group(one, code, tuple(held)) for code, held in sorted(by_code.items())]
    return found


def content_kg(bookings: Sequence[Booking], told: Told) -> Decimal:
    """What a container held after an event: all that was booked up to then, on every account."""
    moves = [booking.movement for booking in bookings]
    upto = [m.weight_kg for m in moves if m.at <= told.at or m.idx == told.idx]
    return sum(upto, Decimal(0))


def packing(reading: Reading, codes: Sequence[str]) -> Packing:
    """The containers of a row; their kind where they all are of one volume."""
    rows = reading.containers(codes)
    volumes = {rows[code]["volume_l"] for code in codes if code in rows}
    volume = volumes.pop() if len(volumes) == 1 else None
    return Packing(tuple(codes), f"{volume} L" if volume else "")


def batches_before(
    reading: Reading, groups_: Iterable[Group], typ: str, family: BatchFamily, numbers: Numbers
) -> dict[tuple[int, str], tuple[str, ...]]:
    """By event and waste code: the batches in which the unit last had these containers before.

    Args:
        typ, family: the verb of the step before, and what its batches are called.
    """
    groups_ = list(groups_)
    steps = _steps(reading, (code for group in groups_ for code in group.codes), typ)
    found: dict[tuple[int, str], tuple[str, ...]] = {}
    for group in groups_:
        earlier = set[int]()
        for code in group.codes:
            before = [idx for at, idx in steps.get(code, ()) if at <= group.told.at]
            earlier |= set(before[-1:])
        codes = [numbers.code(family, idx, group.waste_code) for idx in sorted(earlier)]
        found[group.told.idx, group.waste_code] = tuple(code for code in codes if code)
    return found


def produced_batches(reading: Reading, codes: Sequence[str]) -> tuple[str, ...]:
    """The production batches (产生批次) of containers, each once."""
    rows = reading.containers(codes)
    return tuple(sorted({row["batch"] for row in rows.values() if row["batch"]}))


def _steps(
    reading: Reading, codes: Iterable[str], typ: str
) -> dict[str, list[tuple[datetime, int]]]:
    """When the unit did ``typ`` with each container, earliest first."""
    event, link = table_of(EventIndex), table_of(ContainerEvent)
    found: dict[str, list[tuple[datetime, int]]] = {}
    for part in parts(codes):
        query = (
            select(link.c.container, event.c.claimed_at, event.c.idx)
            .join(event, event.c.idx == link.c.idx)
            .where(
                link.c.container.in_(part),
                event.c.typ == typ,
                event.c.org == reading.asked.org,
            )
        )
        for container, at, idx in reading.connection.execute(query):
            found.setdefault(container, []).append((utc(at), idx))
    return {container: sorted(steps) for container, steps in found.items()}
