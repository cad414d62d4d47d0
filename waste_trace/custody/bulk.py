"""Loose waste (散装) on the books: what one event says of a heap, and what a stocktake finds.

A heap has no code and no state of its own: it is an account and a waste code, and what is there is
the sum of its bookings. Loads between two units are in `waste_trace.custody.loads`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from waste_trace.custody.fold import Touch
from waste_trace.custody.movements import Account, Kind, Movement

#: Subjects of loose waste begin with it: "@17" is what event 17 says, "@NUMBER/1" the first line
#: of a manifest.
MARK = "@"
STOCKTAKE = "take_stock"


@dataclass(frozen=True, slots=True)
class Heap:
    """A waste in no container on somebody's account (料堆, 储罐)."""

    account: Account
    waste_code: str


@dataclass(frozen=True, slots=True, order=True)
class Stocktake:
    """盘点: what was in a heap at a moment. Ordered as the fold orders: by claim, then entry."""

    at: datetime
    idx: int
    counted_kg: Decimal

    @property
    def place(self) -> tuple[datetime, int]:
        """Where it stands among the bookings of its heap."""
        return self.at, self.idx


def event_subject(idx: int) -> str:
    """What the bookings of one event on loose waste are about."""
    return f"{MARK}{idx}"


def heap_of(touch: Touch) -> Heap:
    """The heap that an event on loose waste names."""
    return Heap(Account(touch.org, touch.site), str(touch.body["waste_code"]))


def stocktake_of(touch: Touch) -> Stocktake:
    """What a ``take_stock`` counted."""
    return Stocktake(touch.claimed_at, touch.idx, _weight(touch))


def bulk_moves(touch: Touch) -> tuple[Movement, ...]:
    """The bookings that an event makes by itself; none of a stocktake, which asks the others."""
    weight_kg = _weight(touch)
    make = _MOVES.get(touch.typ)
    return make(touch, weight_kg) if make is not None and weight_kg else ()


def stocktake_moves(
    taken: Stocktake, heap: Heap, booked_kg: Decimal | None
) -> tuple[Movement, ...]:
    """The booking that makes the books what was counted.

    Args:
        booked_kg: what the books had before; None where they knew nothing of the heap, and it was
            found.
    """
    difference = taken.counted_kg - (booked_kg or Decimal(0))
    if not difference:
        return ()
    kind = Kind.FOUND if booked_kg is None else Kind.LOSS
    return (Movement(taken.idx, kind, heap.account, difference, taken.at),)


def _one(kind: Kind, sign: int) -> Callable[[Touch, Decimal], tuple[Movement, ...]]:
    def make(touch: Touch, weight_kg: Decimal) -> tuple[Movement, ...]:
        account = Account(touch.org, touch.site)
        return (Movement(touch.idx, kind, account, sign * weight_kg, touch.claimed_at),)

    return make


def _store(touch: Touch, weight_kg: Decimal) -> tuple[Movement, ...]:
    giver = Account(touch.org, str(touch.body.get("from_site", "")))
    taker = Account(touch.org, touch.site)
    if giver == taker:
        return ()
    return (
        Movement(touch.idx, Kind.MOVED, giver, -weight_kg, touch.claimed_at),
        Movement(touch.idx, Kind.MOVED, taker, weight_kg, touch.claimed_at),
    )


def _weight(touch: Touch) -> Decimal:
    return Decimal(str(touch.body["weight_kg"]))


_MOVES: Mapping[str, Callable[[Touch, Decimal], tuple[Movement, ...]]] = {
    "produce_bulk": _one(Kind.PRODUCED, 1),
    "open_bulk": _one(Kind.OPENING, 1),
    "store_bulk": _store,
    "treat_bulk": _one(Kind.TREATED, -1),
}
#: Events on heaps; each books for itself.
BULK_VERBS = frozenset({*_MOVES, STOCKTAKE})
