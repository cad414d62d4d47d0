"""Loads of loose waste (散装) on a manifest: from the sender's heap over the road into another.

Nothing holds a load but its manifest, so each line is followed as a container would be: what leaves
the heap is what was loaded, else what the line says; what another scale says is a loss or gain of
the giver; what the receiver takes is in the receiver's heap, what it refuses waits to go back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from waste_trace.custody.bulk import MARK
from waste_trace.custody.fold import Touch
from waste_trace.custody.manifest import ManifestPresent
from waste_trace.custody.movements import Account, Content, Movement, book
from waste_trace.custody.states import State

_ON_BOARD = frozenset({"load", "depart", "hand_over", "take_over", "arrive"})
_RECEIVING = frozenset(
    {"weigh_in", "accept", "accept_with_difference", "accept_in_part", "reject"}
)  # fmt: skip
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Load:
    """A waste line with its bookings. ``subject``: what the bookings are about."""

    subject: str
    waste_code: str
    moves: tuple[Movement, ...]


def load_subject(number: str, line: int) -> str:
    """What the bookings of a line, counted from 1, are about."""
    return f"{MARK}{number}/{line}"


def is_loose(present: ManifestPresent) -> bool:
    """True where the sender has written a manifest and nobody has named a container on it."""
    return present.opened is not None and not present.containers


def loads(number: str, present: ManifestPresent, touches: Iterable[Touch]) -> tuple[Load, ...]:
    """The bookings of every line of a manifest of loose waste; none of one with containers.

    Args:
        touches: all events of the manifest.
    """
    if present.opened is None or present.containers:
        return ()
    sender = Account(present.opened.org, present.opened.site)
    ordered = sorted(touches, key=lambda touch: (touch.claimed_at, touch.idx))
    alone = len(present.lines) == 1
    return tuple(
        Load(
            load_subject(number, place),
            str(line["waste_code"]),
            _Way(sender, Decimal(str(line["weight_kg"])), place, alone).walk(ordered),
        )
        for place, line in enumerate(present.lines, 1)
    )


@dataclass(slots=True)
class _Pile:
    """Waste that is together: with whom, and how much."""

    account: Account
    weight_kg: Decimal


@dataclass
class _Way:
    """One line on its way.

    Attributes:
        alone: it is the manifest's only line, so that a weight of the whole load is its own.
        refused: what the receiver did not take, while it has not gone back.
        arrived: the receiver has had it in hand; whatever the carrier's clock says, it was carried
            there before.
        decided: the receiver has said what it takes; only what it refused goes back.
    """

    sender: Account
    planned_kg: Decimal
    line: int
    alone: bool
    moves: list[Movement] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pile = _Pile(self.sender, self.planned_kg)
        self.refused = _Pile(self.sender, _NOTHING)
        self.left = False
        self.arrived = False
        self.decided = False

    def walk(self, ordered: Sequence[Touch]) -> tuple[Movement, ...]:
        """The bookings of these events, in order."""
        for touch in ordered:
            if touch.typ in _ON_BOARD and not self.arrived:
                self._board(touch)
            elif touch.typ in _RECEIVING:
                self.arrived = True
                self._receive(touch)
            elif touch.typ in ("return", "take_back"):
                back = self.refused if self.decided else self.pile
                site = touch.site if touch.typ == "take_back" else ""
                self._move(back, touch, site, self._stated(touch))
        return tuple(self.moves)

    def _receive(self, touch: Touch) -> None:
        if touch.typ == "weigh_in":
            whole = not self.refused.weight_kg
            self._move(self.pile, touch, touch.site, self._stated(touch) if whole else None)
            return
        self.decided = True
        self._rejoin()
        if touch.typ == "reject":
            self._move(self.pile, touch, touch.site)
            self._refuse(self.pile.weight_kg)
        else:
            self._accept(touch)

    def _board(self, touch: Touch) -> None:
        stated_kg = self._stated(touch)
        if not self.left and stated_kg is not None:
            self.pile.weight_kg = stated_kg  # what left the heap is what was loaded
            stated_kg = None
        self._move(self.pile, touch, "", stated_kg)

    def _accept(self, touch: Touch) -> None:
        said = self._said(touch)
        decision = str(said.get("decision", "accept"))
        stated_kg = self._stated(touch)
        taken_kg = stated_kg if decision == "accept" else None
        self._move(self.pile, touch, touch.site, taken_kg)
        if decision == "refuse":
            self._refuse(self.pile.weight_kg)
        elif decision == "part" and stated_kg is not None:
            if stated_kg > self.pile.weight_kg:
                self._move(self.pile, touch, touch.site, stated_kg)
            self._refuse(self.pile.weight_kg - stated_kg)

    def _refuse(self, weight_kg: Decimal) -> None:
        self.refused = _Pile(self.pile.account, weight_kg)
        self.pile.weight_kg -= weight_kg

    def _rejoin(self) -> None:
        """Of several decisions the newest counts; what has gone back is decided."""
        if self.refused.account == self.pile.account:
            self.pile.weight_kg += self.refused.weight_kg
            self.refused.weight_kg = _NOTHING

    def _move(self, pile: _Pile, touch: Touch, site: str, stated_kg: Decimal | None = None) -> None:
        before = Content(pile.account, pile.weight_kg)
        pile.account = Account(touch.org, site)
        if stated_kg is not None:
            pile.weight_kg = stated_kg
        after = Content(pile.account, pile.weight_kg)
        verb = (touch.typ, "subject")
        self.moves += book(before, after, State.LOADED, verb, touch.idx, touch.claimed_at)
        self.left = True

    def _said(self, touch: Touch) -> Mapping[str, object]:
        """What the receiver says of this line, if it decides line by line."""
        by_line = touch.body.get("by_line")
        rows = by_line if isinstance(by_line, list) else []
        return next((row for row in rows if row["line"] == self.line), {})

    def _stated(self, touch: Touch) -> Decimal | None:
        """What an event says that this line weighs; a weight of several lines is none of theirs."""
        text = self._said(touch).get("weight_kg")
        if text is None and self.alone:
            text = touch.body.get("weight_kg")
        return None if text is None else Decimal(str(text))
