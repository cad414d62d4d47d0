"""From a container's events to its present: state, holder, weights, and the steps that are missing.

Events of offline devices arrive late, so the order of the ledger is not the order of the world.
The fold takes the order of claimed times. Where that order misses steps, clocks may differ: it
then tries claims that are near each other the other way round, and the order of the ledger, and
keeps the order that misses fewest (a handheld's clock a minute off is not a broken chain).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from waste_trace.custody.states import State, transition

#: Claimed times so near each other do not say which event came first: two handhelds that were
#: never set differ by so much. Own figure.
CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Touch:
    """One event, as it concerns one container."""

    idx: int
    typ: str
    role: str
    claimed_at: datetime
    org: str
    site: str
    body: Mapping[str, object]


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


@dataclass(frozen=True, slots=True)
class Present:
    """What the events of a container add up to."""

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
    changed_at: datetime | None = None
    last: int = field(default=-1, compare=False)  # a ledger index says nothing of the world
    missing: tuple[MissingStep, ...] = field(default=())


def fold(touches: Iterable[Touch]) -> Present:
    """The present of one container from all its events, in any order."""
    by_ledger = sorted(touches, key=lambda touch: touch.idx)
    by_claim = sorted(by_ledger, key=lambda touch: (touch.claimed_at, touch.idx))
    claimed = _walk(by_claim)
    if not claimed.missing:
        return claimed
    # The first of those that miss equally few, so that claims count more than arrival.
    orders = (claimed, _walk_within_skew(by_claim), _walk(by_ledger))
    return min(orders, key=lambda present: len(present.missing))


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
    body = touch.body
    manifest = str(body.get("manifest", "")) or present.manifest
    if row is None:
        rotation = _whole(body["rotation"]) if touch.typ == "reissue" else present.rotation
        mark = _whole(body["mark"]) if touch.typ == "bind_mark" else present.mark
        return replace(
            present, manifest=manifest, mark=mark, rotation=max(rotation, present.rotation)
        )
    missing = present.missing
    if not _expects(present, touch):
        step = MissingStep(
            touch.idx, touch.typ, touch.org, present.state, touch.role, present.holder, present.last
        )
        missing = (*missing, step)
    issued = touch.typ == "issue"
    return replace(
        _weigh(present, touch),
        state=row.after,
        holder=str(body["org"]) if issued else touch.org,
        site="" if touch.typ in ("store_out", "load", "depart") else touch.site,
        manifest=manifest,
        batch=str(body.get("batch", "")) or present.batch,
        method=str(body.get("method", "")) or present.method,
        issued=issued or present.issued,
        rotation=max(_whole(body["rotation"]), present.rotation) if issued else present.rotation,
        volume_l=_whole(body["volume_l"]) if body.get("volume_l") else present.volume_l,
        # A mark is the container's while it stands; what leaves gives its number back.
        mark=present.mark if row.after is State.STORED else None,
        changed_at=touch.claimed_at,
        last=touch.idx,
        missing=missing,
    )


def _weigh(present: Present, touch: Touch) -> Present:
    """Keep the three witnesses apart; a weight of several containers together is nobody's."""
    text = touch.body.get("weight_kg")
    containers = touch.body.get("containers")
    alone = isinstance(containers, list) and len(containers) == 1
    if touch.typ == "merge" and touch.role == "output":
        return replace(present, declared_kg=Decimal(str(text)))
    if touch.typ == "load":
        stated = Decimal(str(text)) if text is not None and alone else present.declared_kg
        return replace(present, dispatched_kg=stated)
    if text is None or not alone:
        return present
    if touch.typ == "fill":
        return replace(present, declared_kg=Decimal(str(text)))
    if touch.typ in ("weigh_in", "accept"):
        return replace(present, received_kg=Decimal(str(text)))
    return present


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{value!r} is no whole number")
    return value
