"""Loose waste (散装): heaps and loads into the books, and what stocktakes find beyond them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from waste_trace.compliance.stock_difference import (
    STOCK_DIFFERENCE,
    stock_difference,
    stocktake_subject,
)
from waste_trace.custody.bulk import (
    BULK_VERBS,
    MARK,
    STOCKTAKE,
    Heap,
    Stocktake,
    bulk_moves,
    event_subject,
    heap_of,
    stocktake_moves,
    stocktake_of,
)
from waste_trace.custody.fold import Touch
from waste_trace.custody.loads import is_loose, load_subject, loads
from waste_trace.custody.manifest import ManifestPresent
from waste_trace.custody.movements import Account, Movement
from waste_trace.store.projector.record import Record
from waste_trace.store.projector.work import Handler, Work
from waste_trace.store.tables import HeapRow, MovementRow
from waste_trace.store.writing import table_of

#: A moment among the bookings of a heap: when, and the event.
Place = tuple[datetime, int]


def project_bulk(record: Record, work: Work) -> None:
    """An event on a heap."""
    settle_bulk(record.touch(), record, work)


def settle_bulk(touch: Touch, record: Record, work: Work) -> None:
    """Book what an event on a heap says, now or as it was corrected."""
    heap = heap_of(touch)
    if touch.typ == STOCKTAKE:
        _count(heap, stocktake_of(touch), record, work)
    else:
        _settle(event_subject(touch.idx), heap.waste_code, bulk_moves(touch), record, work)


def settle_bulk_again(before: Touch, after: Touch, record: Record, work: Work) -> None:
    """An event on a heap reads differently; it may be another heap, or another time."""
    if after.typ == STOCKTAKE:
        _uncount(heap_of(before), stocktake_of(before), record, work)
    settle_bulk(after, record, work)


def settle_loads(
    number: str,
    present: ManifestPresent,
    before: Mapping[str, Any] | None,
    record: Record,
    work: Work,
) -> None:
    """Book the loads of a manifest, and unbook those that it no longer has.

    Args:
        before: its row until now.
    """
    found = loads(number, present, work.histories.manifest(number)) if is_loose(present) else ()
    for load in found:
        _settle(load.subject, load.waste_code, load.moves, record, work)
    lines = json.loads(before["lines"]) if before and before["containers"] == "[]" else []
    for line in range(len(found) + 1, len(lines) + 1):
        _settle(load_subject(number, line), "", (), record, work)


def _settle(
    subject: str, waste_code: str, moves: Sequence[Movement], record: Record, work: Work
) -> None:
    before = work.bookings.of(subject)
    if not work.bookings.settle(subject, waste_code, moves):
        return
    after = work.bookings.of(subject)
    changed = [row for row in (*before, *after) if row not in before or row not in after]
    _count_again(changed, record, work)


def _count_again(rows: Iterable[Mapping[str, Any]], record: Record, work: Work) -> None:
    """The stocktakes that come next after bookings that changed; the later ones build on them."""
    places: dict[Heap, set[Place]] = {}
    for row in rows:
        heap = Heap(Account(row["org"], row["site"]), row["waste_code"])
        places.setdefault(heap, set()).add((row["at"], row["idx"]))
    for heap, changed in places.items():
        taken = _stocktakes(heap, work)
        after = (next((one for one in taken if one.place > place), None) for place in changed)
        for one in sorted({one for one in after if one is not None}):
            _find(heap, one, taken, record, work)


def _uncount(heap: Heap, old: Stocktake, record: Record, work: Work) -> None:
    """A stocktake that was not there and then; the next one builds on the one before it."""
    taken = [one for one in _stocktakes(heap, work) if one.idx != old.idx]
    _keep(heap, taken, work)
    work.bookings.settle(event_subject(old.idx), heap.waste_code, ())
    after = next((one for one in taken if one.place > old.place), None)
    if after is not None:
        _find(heap, after, taken, record, work)


def _count(heap: Heap, new: Stocktake, record: Record, work: Work) -> None:
    """A stocktake, or another figure of one; the next one builds on it."""
    taken = sorted([*(one for one in _stocktakes(heap, work) if one.idx != new.idx), new])
    _keep(heap, taken, work)
    place = taken.index(new)
    for one in taken[place : place + 2]:
        _find(heap, one, taken, record, work)


def _keep(heap: Heap, taken: Sequence[Stocktake], work: Work) -> None:
    told = [[one.at.isoformat(), one.idx, str(one.counted_kg)] for one in taken]
    org, site = heap.account.org, heap.account.site
    key = {"org": org, "site": site, "waste_code": heap.waste_code}
    work.rows.put(HeapRow, {**key, "stocktakes": json.dumps(told)})


def _find(
    heap: Heap, one: Stocktake, taken: Sequence[Stocktake], record: Record, work: Work
) -> None:
    """What a stocktake says beyond the books of its heap, as they are before it."""
    place = taken.index(one)
    last = taken[place - 1] if place else None
    weights = _between(heap, last, one, work)
    booked_kg = None
    if last is not None or weights:
        booked_kg = sum(weights, last.counted_kg if last else Decimal(0))
    moves = stocktake_moves(one, heap, booked_kg)
    work.bookings.settle(event_subject(one.idx), heap.waste_code, moves)
    tolerance = work.config.weight_tolerance
    raised = stock_difference(one.idx, heap, booked_kg, one.counted_kg, tolerance)
    work.findings.settle((STOCK_DIFFERENCE.name,), stocktake_subject(one.idx), raised, record)


def _between(heap: Heap, last: Stocktake | None, one: Stocktake, work: Work) -> list[Decimal]:
    """What was booked on a heap after one stocktake and before the next."""
    work.bookings.flush()
    table = table_of(MovementRow)
    query = select(table.c.at, table.c.idx, table.c.weight_kg).where(
        table.c.org == heap.account.org,
        table.c.site == heap.account.site,
        table.c.waste_code == heap.waste_code,
        table.c.subject.startswith(MARK),
        table.c.at <= one.at,
    )
    if last is not None:
        query = query.where(table.c.at >= last.at)
    return [
        weight_kg
        for at, idx, weight_kg in work.connection.execute(query)
        if (at, idx) < one.place and (last is None or (at, idx) > last.place)
    ]


def _stocktakes(heap: Heap, work: Work) -> list[Stocktake]:
    row = work.rows.get(HeapRow, heap.account.org, heap.account.site, heap.waste_code)
    told = json.loads(row["stocktakes"]) if row else []
    return [Stocktake(datetime.fromisoformat(at), idx, Decimal(kg)) for at, idx, kg in told]


HANDLERS: dict[str, Handler] = dict.fromkeys(BULK_VERBS, project_bulk)
