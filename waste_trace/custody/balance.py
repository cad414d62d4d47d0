"""Mass balance (物料平衡): what an account had, got, gave and has, each figure with its events.

opening + produced + received + moved - dispatched - treated - exported - loss + packed + found
= closing. The books close by construction; what they do not explain is named beside them: waste
that nobody recorded the coming of (``found``), and differences of weighings of several containers
together, which stand in the books but in no container (closing - on hand). Loose waste is where the
books have it: only a stocktake can say otherwise.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from waste_trace.custody.bulk import MARK
from waste_trace.custody.movements import Kind, Movement

_NOTHING = Decimal(0)
#: What the stock calls waste in heaps, tanks and on the way that no container holds (散装).
LOOSE = "loose"


@dataclass(frozen=True, slots=True)
class Booking:
    """A movement of one subject.

    ``subject``: a container, "#index" of a weighing of several together, or loose waste (散装):
    "@index" of an event, "@NUMBER/1" of a manifest's line.
    """

    subject: str
    waste_code: str
    movement: Movement

    @property
    def is_shared(self) -> bool:
        """Whether the difference is no single container's."""
        return self.subject.startswith("#")

    @property
    def is_loose(self) -> bool:
        """Whether it is of waste that no container holds (散装)."""
        return self.subject.startswith(MARK)

    @property
    def container(self) -> str:
        """The container that it is about, or ""."""
        return "" if self.is_shared or self.is_loose else self.subject


class Item(StrEnum):
    """The figures of a balance, in their order."""

    OPENING = "opening"
    PRODUCED = "produced"
    RECEIVED = "received"
    MOVED = "moved"
    DISPATCHED = "dispatched"
    TREATED = "treated"
    EXPORTED = "exported"
    LOSS = "loss"
    PACKED = "packed"
    FOUND = "found"


#: How each figure counts towards the closing stock; figures out are written as positive numbers.
SIGN: Mapping[Item, int] = {
    item: -1 if item in (Item.DISPATCHED, Item.TREATED, Item.EXPORTED, Item.LOSS) else 1
    for item in Item
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A weight and the ledger indices that it is the sum of."""

    weight_kg: Decimal = _NOTHING
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Balance:
    """The balance of one waste code on one account over a period.

    Attributes:
        figures: every item, also those of nothing.
        stock: what is in each container at the end, by its code; all that is loose, as `LOOSE`.
    """

    waste_code: str
    figures: Mapping[Item, Figure]
    stock: Mapping[str, Decimal]

    @property
    def closing_kg(self) -> Decimal:
        """期末: what the books have at the end."""
        return sum((SIGN[i] * figure.weight_kg for i, figure in self.figures.items()), _NOTHING)

    @property
    def on_hand_kg(self) -> Decimal:
        """What containers and heaps hold at the end."""
        return sum(self.stock.values(), _NOTHING)

    @property
    def unassigned_kg(self) -> Decimal:
        """What the books have and no container holds (几件合称的差额)."""
        return self.closing_kg - self.on_hand_kg

    @property
    def found_kg(self) -> Decimal:
        """来源不明: what came and nobody recorded from where."""
        return self.figures[Item.FOUND].weight_kg

    @property
    def turnover_kg(self) -> Decimal:
        """What was there or came: what a difference is measured against."""
        incoming = (Item.OPENING, Item.PRODUCED, Item.RECEIVED, Item.FOUND)
        return sum((abs(self.figures[item].weight_kg) for item in incoming), _NOTHING)


def balances(
    bookings: Iterable[Booking], org: str, site: str | None, start: datetime, end: datetime
) -> tuple[Balance, ...]:
    """The balances of an account, one for each waste code that it ever had, by code.

    Args:
        site: one account of the organisation ("" is its vehicles), or None for all together.
        start, end: the period, aware; ``end`` is not in it.
    """
    by_code: dict[str, list[Booking]] = {}
    for booking in bookings:
        account = booking.movement.account
        ours = account.org == org and site in (None, account.site)
        if ours and booking.movement.at < end:
            by_code.setdefault(booking.waste_code, []).append(booking)
    return tuple(_balance(code, found, start) for code, found in sorted(by_code.items()))


def _balance(waste_code: str, bookings: list[Booking], start: datetime) -> Balance:
    weights = dict.fromkeys(Item, _NOTHING)
    entries: dict[Item, set[int]] = {item: set() for item in Item}
    stock: dict[str, Decimal] = {}
    for booking in bookings:
        move = booking.movement
        item = Item.OPENING if move.at < start else _item(move.kind)
        weights[item] += SIGN[item] * move.weight_kg
        entries[item].add(move.idx)
        if not booking.is_shared:
            held_in = booking.container or LOOSE
            stock[held_in] = stock.get(held_in, _NOTHING) + move.weight_kg
    figures = {item: Figure(weights[item], tuple(sorted(entries[item]))) for item in Item}
    held = {code: weight_kg for code, weight_kg in sorted(stock.items()) if weight_kg}
    return Balance(waste_code, figures, held)


def _item(kind: Kind) -> Item:
    return Item(kind.value)
