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
from waste_trace.services.reports.reading import Reading, Told, parts
from waste_trace.store.tables import ContainerEvent
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
    reading: Reading, groups_: Sequence[Group], family: BatchFamily, numbers: Numbers
) -> dict[tuple[int, str], tuple[str, ...]]:
    """By event and waste code: the batches in which the unit last had these containers before.

    Args:
        family, numbers: of the step before.
    """
    steps = _steps(reading, (code for group in groups_ for code in group.codes), numbers)
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
    reading: Reading, codes: Iterable[str], numbers: Numbers
) -> dict[str, list[tuple[datetime, int]]]:
    """When the unit took that step with each container, earliest first."""
    link = table_of(ContainerEvent)
    found: dict[str, list[tuple[datetime, int]]] = {}
    for part in parts(codes):
        query = select(link.c.container, link.c.idx).where(link.c.container.in_(part))
        for container, idx in reading.connection.execute(query):
            if idx in numbers.at:
                found.setdefault(container, []).append((numbers.at[idx], idx))
    return {container: sorted(steps) for container, steps in found.items()}
