"""From a container's events to its present: state, holder, weights, and the steps that are missing.

Events of offline devices arrive late, so the order of the ledger is not the order of the world.
The fold takes the order of claimed times. Where that order misses steps, clocks may differ: it
then tries claims that are near each other the other way round, and the order of the ledger, and
keeps the order that misses fewest (a handheld's clock a minute off is not a broken chain).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from waste_trace.custody.movements import (
    FILLING,
    NOBODY,
    Account,
    Content,
    Movement,
    attribute,
    book,
)
from waste_trace.custody.stated import stated_kg, weighed_together
from waste_trace.custody.states import FINAL, State, Transition, transition
from waste_trace.value import value

#: Claimed times so near each other do not say which event came first: two handhelds that were
#: never set differ by so much. Own figure.
CLOCK_SKEW = timedelta(minutes=5)
#: Nothing is claimed later: what was not folded in the order of the claims is folded anew.
_NOT_IN_ORDER = datetime.max.replace(tzinfo=UTC)
#: Verbs after which a container stands nowhere.
ON_THE_WAY = frozenset({"store_out", "load", "depart", "hand_over", "take_over", "return"})
#: Verbs whose weight is the receiver's.
RECEIVING = frozenset({"weigh_in", "accept", "accept_with_difference", "accept_in_part"})


@value
class Touch:
    """One event, as it concerns one container, or (then ``container`` is "") one manifest."""

    idx: int
    typ: str
    role: str
    claimed_at: datetime
    org: str
    site: str
    body: Mapping[str, object]
    container: str = ""


@dataclass(frozen=True, slots=True)
class MissingStep:
    """An event that found the container in a state that its verb does not start from."""

    idx: int
    typ: str
    org: str
    found: State
    role: str = "subject"
    holder: str = ""
    held_since: int = -1


@value
class Present:
    """What the events of a container add up to.

    Attributes:
        content_kg: what is in it by the newest scale. account: whose it is on the books.
        missing: the steps that nobody recorded. moves: its bookings, in the order of the fold.
        latest: the claimed time of the last touch, where the order is that of the claims.
        together: by event in which it was weighed with others, what was in it then.
    """

    state: State = State.UNKNOWN
    holder: str = ""
    site: str = ""
    manifest: str = ""
    batch: str = ""
    method: str = ""
    issued: bool = False
    rotation: int = 0
    mark: int | None = None
    volume_l: int | None = None
    declared_kg: Decimal | None = None
    dispatched_kg: Decimal | None = None
    received_kg: Decimal | None = None
    content_kg: Decimal | None = None
    account: Account = NOBODY
    changed_at: datetime | None = None
    last: int = field(default=-1, compare=False)  # a ledger index says nothing of the world
    latest: datetime | None = field(default=None, compare=False)
    missing: tuple[MissingStep, ...] = field(default=())
    # They name ledger indices, too.
    moves: tuple[Movement, ...] = field(default=(), compare=False)
    together: Mapping[int, Decimal | None] = field(default_factory=dict, compare=False)


def fold(touches: Iterable[Touch]) -> Present:
    """The present of one container from all its events, in any order."""
    by_ledger = sorted(touches, key=lambda touch: touch.idx)
    by_claim = sorted(by_ledger, key=lambda touch: (touch.claimed_at, touch.idx))
    claimed = _walk(by_claim)
    if not claimed.missing:
        return claimed
    # The first of those that miss equally few, so that claims count more than arrival.
    orders = (claimed, _walk_within_skew(by_claim), _walk(by_ledger))
    best = min(orders, key=lambda present: len(present.missing))
    return replace(best, latest=_NOT_IN_ORDER)


def fold_on(present: Present, touch: Touch) -> Present | None:
    """``fold`` with one touch more, the newest of the ledger; None: it has to be folded anew.

    Where no step is missing the order is that of the claims, and what was claimed last comes last.
    """
    if present.missing or (present.latest is not None and touch.claimed_at < present.latest):
        return None
    after = _step(present, touch)
    return None if after.missing else after


def _walk(touches: Sequence[Touch]) -> Present:
    present = Present()
    for touch in touches:
        present = _step(present, touch)
    return present


def _walk_within_skew(by_claim: Sequence[Touch]) -> Present:
    """Of the events that may have been next, take the first that the container was ready for."""
    present, waiting = Present(), list(by_claim)
    while waiting:
        latest = waiting[0].claimed_at + CLOCK_SKEW
        near = [place for place, touch in enumerate(waiting) if touch.claimed_at <= latest]
        ready = (place for place in near if _expects(present, waiting[place]))
        present = _step(present, waiting.pop(next(ready, 0)))
    return present


def _expects(present: Present, touch: Touch) -> bool:
    row = transition(touch.typ, touch.role)
    return row is None or present.state in row.before


def _step(present: Present, touch: Touch) -> Present:
    row = transition(touch.typ, touch.role)
    manifest = str(touch.body.get("manifest", "")) or present.manifest
    weights = _weigh(present, touch)
    if row is None:
        return _stand_still(present, touch, manifest, weights)
    declared_kg, dispatched_kg, received_kg, content_kg = weights
    holder = _holder(touch)
    held = _hold(present, touch, row.after, holder)
    # Every field is named: a fold makes nothing but these, and `replace` takes 1.6 times as long.
    return Present(
        state=row.after,
        holder=holder,
        site="" if touch.typ in ON_THE_WAY else touch.site,
        manifest=manifest,
        batch=str(touch.body.get("batch", "")) or present.batch,
        method=str(touch.body.get("method", "")) or present.method,
        issued=touch.typ == "issue" or present.issued,
        rotation=_rotation(present, touch),
        # A mark is the container's while it stands; what leaves gives its number back.
        mark=present.mark if row.after is State.STORED else None,
        volume_l=_whole(touch.body.get("volume_l")) or present.volume_l,
        declared_kg=declared_kg,
        dispatched_kg=dispatched_kg,
        received_kg=received_kg,
        # Nobody looks into an emptied container; what is said of it later is another filling.
        content_kg=None if row.after in FINAL else content_kg,
        account=held,
        changed_at=touch.claimed_at,
        last=touch.idx,
        latest=touch.claimed_at,
        missing=present.missing + _missing(present, touch, row),
        moves=present.moves + _book(present, touch, Content(held, content_kg), row.after),
        together=_together(present, touch, content_kg),
    )


def _stand_still(present: Present, touch: Touch, manifest: str, weights: "_Weights") -> Present:
    """What is said of a container without moving it: its label, its mark, its weight."""
    declared_kg, dispatched_kg, received_kg, content_kg = weights
    after = Content(present.account, content_kg)
    return replace(
        present,
        manifest=manifest,
        mark=_whole(touch.body["mark"]) if touch.typ == "bind_mark" else present.mark,
        rotation=_rotation(present, touch),
        declared_kg=declared_kg,
        dispatched_kg=dispatched_kg,
        received_kg=received_kg,
        content_kg=content_kg,
        latest=touch.claimed_at,
        moves=present.moves + _book(present, touch, after, present.state),
    )


def _missing(present: Present, touch: Touch, row: Transition) -> tuple[MissingStep, ...]:
    if present.state in row.before:
        return ()
    return (
        MissingStep(
            touch.idx, touch.typ, touch.org, present.state, touch.role, present.holder, present.last
        ),
    )


def _together(
    present: Present, touch: Touch, content_kg: Decimal | None
) -> Mapping[int, Decimal | None]:
    if not weighed_together(touch.body) or touch.role not in ("subject", "input"):
        return present.together
    return {**present.together, touch.idx: content_kg}


def _holder(touch: Touch) -> str:
    """Who has it now: whoever says so, but for what a service or a platform says for another."""
    if touch.typ == "issue":
        return str(touch.body["org"])
    return str(touch.body.get("unit") or touch.org)


def _hold(present: Present, touch: Touch, state: State, org: str) -> Account:
    """The account that has the content after the step; ``org`` is who has it now."""
    if state in (State.ISSUED, State.VOID):
        return present.account
    if touch.typ == "store_out" and present.account.org == org:
        return present.account  # on the ramp, it is still the store's
    nowhere = touch.typ in ON_THE_WAY or touch.typ == "arrive" or org != touch.org
    return Account(org, "" if nowhere else touch.site)


def _book(present: Present, touch: Touch, after: Content, state: State) -> tuple[Movement, ...]:
    before = Content(present.account, present.content_kg)
    verb = (touch.typ, touch.role)
    first: tuple[Movement, ...] = ()
    if touch.typ == "collect" and before.account.org == touch.org != touch.body["from_org"]:
        producer = str(touch.body["from_org"])
        first = attribute(before, producer, touch.idx, touch.claimed_at)
        before = Content(Account(producer), before.weight_kg)
    return (*first, *book(before, after, state, verb, touch.idx, touch.claimed_at))


#: Declared, dispatched, received, and what is in it by the newest scale.
_Weights = tuple[Decimal | None, Decimal | None, Decimal | None, Decimal | None]


def _weigh(present: Present, touch: Touch) -> _Weights:
    """Keep the three witnesses apart; a weight of several containers together is nobody's."""
    stated = stated_kg(touch.body, touch.container, touch.role)
    declared_kg, dispatched_kg = present.declared_kg, present.dispatched_kg
    received_kg = present.received_kg
    if touch.typ == "load":
        dispatched_kg = stated if stated is not None else declared_kg
    elif stated is None:
        pass
    elif touch.typ in FILLING or touch.typ == "weigh":
        declared_kg = declared_kg if touch.role == "input" else stated
    elif touch.typ in RECEIVING:
        received_kg = stated
    content_kg = present.content_kg if stated is None else stated
    return declared_kg, dispatched_kg, received_kg, content_kg


def _rotation(present: Present, touch: Touch) -> int:
    if touch.typ not in ("issue", "reissue"):
        return present.rotation
    return max(_whole(touch.body["rotation"]) or 0, present.rotation)


def _whole(value: object) -> int | None:
    if value is not None and not isinstance(value, int):
        raise TypeError(f"{value!r} is no whole number")
    return value
