"""From a container's events to its present: state, holder, weights, and the steps that are missing.

Events of offline devices arrive late, so the order of the ledger is not the order of the world.
The fold takes the order of claimed times, unless the order of the ledger explains the record with
fewer missing steps (a handheld's clock that is a minute off is not a broken chain).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from waste_trace.custody.states import State, transition


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
    volume_l: int | None = None
    declared_kg: Decimal | None = None
    dispatched_kg: Decimal | None = None
    received_kg: Decimal | None = None
    changed_at: datetime | None = None
    missing: tuple[MissingStep, ...] = field(default=())


def fold(touches: Iterable[Touch]) -> Present:
    """The present of one container from all its events, in any order."""
    by_ledger = sorted(touches, key=lambda touch: touch.idx)
    by_claim = sorted(by_ledger, key=lambda touch: (touch.claimed_at, touch.idx))
    claimed = _walk(by_claim)
    if not claimed.missing or by_claim == by_ledger:
        return claimed
    logged = _walk(by_ledger)
    return logged if len(logged.missing) < len(claimed.missing) else claimed


def _walk(touches: Sequence[Touch]) -> Present:
    present = Present()
    for touch in touches:
        present = _step(present, touch)
    return present


def _step(present: Present, touch: Touch) -> Present:
    row = transition(touch.typ, touch.role)
    body = touch.body
    manifest = str(body.get("manifest", "")) or present.manifest
    if row is None:
        return replace(present, manifest=manifest)
    missing = present.missing
    if present.state not in row.before:
        missing = (*missing, MissingStep(touch.idx, touch.typ, touch.org, present.state))
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
        rotation=_whole(body["rotation"]) if issued else present.rotation,
        volume_l=_whole(body["volume_l"]) if body.get("volume_l") else present.volume_l,
        changed_at=touch.claimed_at,
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
