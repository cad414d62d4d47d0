"""The facts of HJ 1259 Tables B.1 to B.4: what was produced, stored and treated on site.

Loose waste (散装) stands in them by its own events, and has no batch code.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import select

from waste_trace.codes.batch_code import BatchFamily
from waste_trace.custody.movements import Kind
from waste_trace.custody.states import State
from waste_trace.reports.forms.own_treatment import OwnTreatment
from waste_trace.reports.forms.produced import Produced
from waste_trace.reports.forms.stored import StoreMove
from waste_trace.reports.forms.waste import Packing, Waste
from waste_trace.services.reports.batch_numbers import numbers_of
from waste_trace.services.reports.contents import (
    Group,
    batches_before,
    content_kg,
    groups,
    packing,
    produced_batches,
)
from waste_trace.services.reports.reading import Reading, Told, parts, utc
from waste_trace.store.tables import Batch, Container, ContainerEvent, EventIndex
from waste_trace.store.writing import table_of

_KEPT = {State.FILLED, State.STORED, State.OUT, State.RETURNED}
_PACKED = {State.MERGED, State.DIVIDED}


def produced(reading: Reading) -> list[Produced]:
    """B.1: the unit's production batches of the period."""
    table, event = table_of(Batch), table_of(EventIndex)
    start, end = (moment.astimezone(UTC) for moment in reading.asked.bounds)
    query = (
        select(table, event.c.act, event.c.site)
        .join(event, event.c.idx == table.c.idx)
        .where(
            table.c.org == reading.asked.org,
            table.c.produced_at >= start,
            table.c.produced_at < end,
        )
    )
    rows = [row for row in reading.rows(query) if reading.asked.is_at(row["site"])]
    held = _containers_of_batches(reading, [row["batch"] for row in rows])
    fills = _fills(reading, [one["container"] for found in held.values() for one in found])
    facts = []
    for row in rows:
        containers = held.get(row["batch"], [])
        codes = [one["container"] for one in containers]
        facts.append(
            Produced(
                batch=row["batch"],
                produced_at=utc(row["produced_at"]),
                waste=reading.waste(row["waste_code"], row["waste_name"]),
                weight_kg=row["weight_kg"],
                packing=packing(reading, codes),
                facility=row["facility"],
                handler=reading.person(row["act"]),
                destination="、".join(_destinations(reading.asked.org, containers)),
                entries=(row["idx"], *(idx for code in codes for idx in fills.get(code, ()))),
            )
        )
    return [*facts, *map(partial(_produced_loose, reading), events_of(reading, "produce_bulk"))]


def _produced_loose(reading: Reading, told: Told) -> Produced:
    return Produced(
        batch="",
        produced_at=told.at,
        waste=_loose_waste(reading, told),
        weight_kg=Decimal(told.body["weight_kg"]),
        packing=Packing(),
        facility=str(told.body.get("facility", "")),
        handler=reading.person(told.act),
        destination="贮存" if told.site else "",
        entries=(told.idx,),
    )


def stored(reading: Reading, typ: str) -> list[StoreMove]:
    """B.2 (``store_in``) and B.3 (``store_out``): each event makes a batch for each waste in it."""
    family = BatchFamily.STORED_IN if typ == "store_in" else BatchFamily.STORED_OUT
    told = events_of(reading, typ)
    found = groups(reading, told)
    numbers, earlier = numbers_of(reading, typ), numbers_of(reading, "store_in")
    before = batches_before(reading, found, BatchFamily.STORED_IN, earlier)
    held = reading.contents(code for group in found for code in group.codes)
    facts = []
    for group in found:
        one = group.told
        site = reading.sites.get(one.site, {})
        batches = (
            produced_batches(reading, group.codes)
            if typ == "store_in"
            else before[one.idx, group.waste_code]
        )
        weights = [content_kg(held.get(code, ()), one) for code in group.codes]
        facts.append(
            StoreMove(
                batch=numbers.code(family, one.idx, group.waste_code),
                moved_at=one.at,
                waste=reading.waste(group.waste_code),
                weight_kg=sum(weights, Decimal(0)),
                packing=packing(reading, group.codes),
                facility=one.site,
                facility_kind=str(site.get("kind", "")),
                carried_by="",
                kept_by=reading.person(one.act),
                before=batches,
                entries=(one.idx,),
                destination="" if typ == "store_in" else _way_out(reading, group),
            )
        )
    return [*facts, *_stored_loose(reading)] if typ == "store_in" else facts


def _stored_loose(reading: Reading) -> Iterator[StoreMove]:
    """Loose waste that came to lie in a store: brought there, or put there as it arose."""
    for told in events_of(reading, "produce_bulk", "store_bulk"):
        if told.site:
            yield StoreMove(
                batch="",
                moved_at=told.at,
                waste=_loose_waste(reading, told),
                weight_kg=Decimal(told.body["weight_kg"]),
                packing=Packing(),
                facility=told.site,
                facility_kind=str(reading.sites.get(told.site, {}).get("kind", "")),
                carried_by="",
                kept_by=reading.person(told.act),
                before=(),
                entries=(told.idx,),
                destination="",
            )


def _loose_waste(reading: Reading, told: Told) -> Waste:
    return reading.waste(told.body["waste_code"], str(told.body.get("waste_name", "")))


def treated(reading: Reading) -> list[OwnTreatment]:
    """B.4: what the unit used or disposed of itself."""
    told = {one.idx: one for one in events_of(reading, "treat", "treat_bulk")}
    weights: dict[tuple[int, str], Decimal] = {}
    for booking in reading.bookings(reading.asked.org):
        move = booking.movement
        if move.kind is Kind.TREATED and move.idx in told:
            key = (move.idx, booking.waste_code)
            weights[key] = weights.get(key, Decimal(0)) - move.weight_kg
    found = {(g.told.idx, g.waste_code): g for g in groups(reading, list(told.values()))}
    # A mixed load that was weighed together has a difference that is no single waste's.
    keys = sorted(set(weights) | set(found))
    every = [found.get(key, Group(told[key[0]], key[1], ())) for key in keys]
    numbers, out = numbers_of(reading, "treat"), numbers_of(reading, "store_out")
    before = batches_before(reading, every, BatchFamily.STORED_OUT, out)
    return [
        _own_treatment(
            reading,
            group,
            weights.get((group.told.idx, group.waste_code), Decimal(0)),
            numbers.code(_own_family(reading, group.told), group.told.idx, group.waste_code),
            before[group.told.idx, group.waste_code],
        )
        for group in every
    ]


def _own_treatment(
    reading: Reading, group: Group, weight_kg: Decimal, batch: str, before: tuple[str, ...]
) -> OwnTreatment:
    told = group.told
    return OwnTreatment(
        batch=batch,
        is_use=is_use(reading, str(told.body.get("method", ""))),
        treated_at=told.at,
        finished_at=told.at,
        waste=reading.waste(group.waste_code),
        weight_kg=weight_kg,
        packing=packing(reading, group.codes),
        facility=str(told.body.get("facility", "")) or told.site,
        method=method_name(reading, str(told.body.get("method", ""))),
        handler=reading.person(told.act),
        before=before or produced_batches(reading, group.codes),
        entries=(told.idx,),
    )


def events_of(reading: Reading, *types: str) -> list[Told]:
    """The unit's own events of these types in the period, at the places that are asked for."""
    table = table_of(EventIndex)
    start, end = (moment.astimezone(UTC) for moment in reading.asked.bounds)
    query = select(table).where(
        table.c.org == reading.asked.org,
        table.c.typ.in_(types),
        table.c.claimed_at >= start,
        table.c.claimed_at < end,
    )
    return [one for one in reading.told(query) if reading.asked.is_at(one.site)]


def method_name(reading: Reading, code: str) -> str:
    """A method's code with its name, where the list has it."""
    method = reading.catalogue.method(code)
    return f"{code} {method.name}" if method else code


def is_use(reading: Reading, code: str) -> bool:
    """Whether a method uses the waste (利用); one that nobody has named disposes of it."""
    method = reading.catalogue.method(code)
    return method is not None and method.is_utilisation


def _own_family(reading: Reading, told: Told) -> BatchFamily:
    use = is_use(reading, str(told.body.get("method", "")))
    return BatchFamily.OWN_USE if use else BatchFamily.OWN_DISPOSAL


def _containers_of_batches(
    reading: Reading, batches: Sequence[str]
) -> dict[str, list[Mapping[str, Any]]]:
    """The unit's containers that each batch was filled into, by code."""
    table = table_of(Container)
    found: dict[str, list[Mapping[str, Any]]] = {}
    for part in parts(batches):
        query = select(table).where(table.c.batch.in_(part), table.c.unit == reading.asked.org)
        for row in reading.rows(query.order_by(table.c.container)):
            found.setdefault(row["batch"], []).append(dict(row))
    return found


def _fills(reading: Reading, codes: Iterable[str]) -> dict[str, list[int]]:
    """The indices of the events that filled each container."""
    event, link = table_of(EventIndex), table_of(ContainerEvent)
    found: dict[str, list[int]] = {}
    for part in parts(codes):
        query = (
            select(link.c.container, link.c.idx)
            .join(event, event.c.idx == link.c.idx)
            .where(link.c.container.in_(part), event.c.typ == "fill")
        )
        for container, idx in reading.connection.execute(query):
            found.setdefault(container, []).append(idx)
    return found


def _destinations(org: str, containers: Sequence[Mapping[str, Any]]) -> list[str]:
    """去向 of a batch, from where its containers are now; nothing while it is in none."""
    return sorted({_destination(org, State(row["state"]), row["holder"]) for row in containers})


def _destination(org: str, state: State, holder: str) -> str:
    if state in _PACKED:
        return "拼分装"
    if state is State.EXPORTED:
        return "出口"
    if state is State.WRITTEN_OFF:
        return "核销"
    if holder != org:
        return "委外利用/处置"
    if state is State.TREATED:
        return "自行利用/处置"
    return "贮存" if state in _KEPT else "待入库"


def _way_out(reading: Reading, group: Group) -> str:
    rows = reading.containers(group.codes)
    found = _destinations(reading.asked.org, list(rows.values()))
    return "、".join("已出库待运" if one in ("贮存", "待入库") else one for one in found)
