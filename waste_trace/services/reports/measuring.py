"""What the ledger knows of the quantities that the indicators of 无废城市 are made from."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from waste_trace.custody.balance import Booking
from waste_trace.custody.movements import Kind
from waste_trace.reports.cells import tonnes
from waste_trace.reports.forms.indicators import Known
from waste_trace.services.reports.ledgers import is_use
from waste_trace.services.reports.reading import Reading

#: 填埋 (HJ 1033 App. F: D1); the list of methods is from secondary sources, 未核实.
_LANDFILL = "D1"
_HAZARDOUS = ("HW01", "HW99")
#: 工业固体废物 of the list of 2024; household, construction and farm waste come after it.
_INDUSTRIAL = ("SW01", "SW59")


def known_quantities(reading: Reading, entered: Mapping[str, Decimal]) -> dict[str, Known]:
    """The district's quantities of the period: from the books, and as the bureau entered them."""
    start, end = reading.asked.bounds
    found = {name: Known(value) for name, value in entered.items()}
    within = [one for one in reading.bookings() if start <= one.movement.at < end]
    treated = [one for one in within if one.movement.kind is Kind.TREATED]
    told = reading.told_of(one.movement.idx for one in treated)
    methods = {idx: str(one.body.get("method", "")) for idx, one in told.items()}
    used = [one for one in treated if is_use(reading, methods[one.movement.idx])]
    produced = [one for one in within if one.movement.kind is Kind.PRODUCED]
    filled = [one for one in treated if methods[one.movement.idx] == _LANDFILL]
    found["hazardous_produced"] = _sum(_of(reading, produced, _HAZARDOUS), 1)
    found["hazardous_used"] = _sum(_of(reading, used, _HAZARDOUS), -1)
    found["hazardous_landfilled"] = _sum(_of(reading, filled, _HAZARDOUS), -1)
    # A district that keeps no books of solid waste has not none of it: nobody knows how much.
    if any(_of(reading, within, _INDUSTRIAL)):
        found["solid_produced"] = _sum(_of(reading, produced, _INDUSTRIAL), 1)
        found["solid_used"] = _sum(_of(reading, used, _INDUSTRIAL), -1)
    return found


def _of(reading: Reading, bookings: Iterable[Booking], classes: tuple[str, str]) -> list[Booking]:
    """Those of wastes whose class is from the first to the second."""
    first, last = classes
    return [one for one in bookings if first <= reading.waste(one.waste_code).category <= last]


def _sum(bookings: Iterable[Booking], sign: int) -> Known:
    moves = [booking.movement for booking in bookings]
    weight_kg = sum((sign * move.weight_kg for move in moves), Decimal(0))
    return Known(tonnes(weight_kg), tuple(sorted({move.idx for move in moves})))
