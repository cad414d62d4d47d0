"""The facts of the declaration (HJ 1259 App. C), from the books of the unit."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from sqlalchemy import select

from waste_trace.codes.region import PROVINCES
from waste_trace.custody.balance import Balance, Booking, Item, balances
from waste_trace.custody.movements import Kind
from waste_trace.reports.forms.declaration import Declared, OthersShare, OwnShare
from waste_trace.services.reports.contents import Group
from waste_trace.services.reports.ledgers import is_use, method_name
from waste_trace.services.reports.reading import Reading, Told
from waste_trace.services.reports.transfers import Receivers
from waste_trace.store.tables import Organisation
from waste_trace.store.writing import table_of

#: What of a kilogram counts as used or disposed of by others; what came back is taken off.
_OTHERS = (Kind.DISPATCHED, Kind.EXPORTED)
_CAME_BACK = "take_back"
_ABROAD = "境外"


def declared(reading: Reading) -> list[Declared]:
    """Each waste that the unit had, got or gave in the period."""
    asked = reading.asked
    start, end = asked.bounds
    bookings = reading.bookings(asked.org)
    ours = [one for one in bookings if asked.is_at(one.movement.account.site)]
    within = [one for one in ours if start <= one.movement.at < end]
    told = reading.told_of(one.movement.idx for one in within)
    receivers = Receivers.read(reading, told)
    provinces = provinces_of(reading)
    facts = []
    for balance in balances(bookings, asked.org, asked.site, start, end):
        moved = [one for one in within if one.waste_code == balance.waste_code]
        if not moved and not balance.closing_kg:
            continue
        others = _others(moved, told, receivers, provinces)
        came_back = sum((o.movement.weight_kg for o in moved if _is_back(o, told)), Decimal(0))
        facts.append(
            Declared(
                waste=reading.waste(balance.waste_code),
                opening_kg=_figure(balance, Item.OPENING),
                produced_kg=_figure(balance, Item.PRODUCED),
                received_kg=_figure(balance, Item.RECEIVED) - came_back,
                own=_own(reading, moved, told),
                others=others,
                closing_kg=balance.closing_kg,
                entries=tuple(sorted({one.movement.idx for one in moved})),
            )
        )
    return facts


def _figure(balance: Balance, item: Item) -> Decimal:
    return balance.figures[item].weight_kg


def _is_back(booking: Booking, told: Mapping[int, Told]) -> bool:
    move = booking.movement
    return move.kind is Kind.RECEIVED and told[move.idx].typ == _CAME_BACK


def _own(
    reading: Reading, moved: Iterable[Booking], told: Mapping[int, Told]
) -> tuple[OwnShare, ...]:
    by_method: dict[str, Decimal] = {}
    for booking in moved:
        move = booking.movement
        if move.kind is Kind.TREATED:
            method = str(told[move.idx].body.get("method", ""))
            by_method[method] = by_method.get(method, Decimal(0)) - move.weight_kg
    return tuple(
        OwnShare(method_name(reading, method), weight_kg, is_use(reading, method))
        for method, weight_kg in sorted(by_method.items())
    )


def _others(
    moved: Sequence[Booking],
    told: Mapping[int, Told],
    receivers: Receivers,
    provinces: Mapping[str, str],
) -> tuple[OthersShare, ...]:
    """By receiver and method; a receiver whose loads all came back has no line."""
    shares: dict[tuple[str, str, str, str], Decimal] = {}
    for booking in moved:
        move, event = booking.movement, told[booking.movement.idx]
        if move.kind not in _OTHERS and not _is_back(booking, told):
            continue
        group = Group(event, booking.waste_code, (booking.container,) if booking.container else ())
        receiver = receivers.of(event, booking.waste_code)
        province = _ABROAD if event.typ == "export" else provinces.get(receivers.org(event), "")
        key = (province, receiver.name, receiver.permit, receivers.method(group))
        shares[key] = shares.get(key, Decimal(0)) - move.weight_kg
    reading = receivers.reading
    return tuple(
        OthersShare(
            province,
            name,
            permit,
            method_name(reading, method),
            weight_kg,
            is_use(reading, method),
        )
        for (province, name, permit, method), weight_kg in sorted(shares.items())
        if weight_kg
    )


def provinces_of(reading: Reading) -> dict[str, str]:
    """The province of every organisation, from the region that it is registered in."""
    table = table_of(Organisation)
    rows = reading.connection.execute(select(table.c.org, table.c.region))
    return {org: PROVINCES.get(region[:2], ("", ""))[0] for org, region in rows}
