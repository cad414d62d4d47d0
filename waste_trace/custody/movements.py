"""Every kilogram has an account (流水): who has it, where, since which event, and where it went.

A step of a container's fold is booked here as on a bank's books. An account is an organisation and
its site; a vehicle is the carrier's account. What one account gives another receives, so that over
all accounts: opening + produced + found - treated - exported + loss = what is still there.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from waste_trace.custody.states import FINAL, State
from waste_trace.value import value


class Kind(StrEnum):
    """Why a kilogram came to an account (+) or left it (-)."""

    OPENING = "opening"  # 期初
    PRODUCED = "produced"  # 产生
    RECEIVED = "received"  # 接收
    DISPATCHED = "dispatched"  # 移出
    MOVED = "moved"  # 单位内移动: between two sites of one organisation
    PACKED = "packed"  # 拼装、分装、倒装: out of one container and into another
    TREATED = "treated"  # 利用处置
    EXPORTED = "exported"  # 出口
    LOSS = "loss"  # 损耗 (-) or 盈余 (+): another scale said otherwise, or it was written off
    FOUND = "found"  # 来源不明: nobody has recorded how it came into the container


KIND_ZH: Mapping[Kind, str] = {
    Kind.OPENING: "期初",
    Kind.PRODUCED: "产生",
    Kind.RECEIVED: "接收",
    Kind.DISPATCHED: "移出",
    Kind.MOVED: "移库",
    Kind.PACKED: "拼分装",
    Kind.TREATED: "利用处置",
    Kind.EXPORTED: "出口",
    Kind.LOSS: "损耗",
    Kind.FOUND: "来源不明",
}

#: Verb and role to why waste is now in the container, or no longer.
_IN: Mapping[tuple[str, str], Kind] = {
    ("fill", "subject"): Kind.PRODUCED,
    ("open_stock", "subject"): Kind.OPENING,
    ("merge", "output"): Kind.PACKED,
    ("split", "output"): Kind.PACKED,
    ("repack", "output"): Kind.PACKED,
}
_OUT: Mapping[State, Kind] = {
    State.MERGED: Kind.PACKED,
    State.DIVIDED: Kind.PACKED,
    State.TREATED: Kind.TREATED,
    State.EXPORTED: Kind.EXPORTED,
    State.WRITTEN_OFF: Kind.LOSS,
    State.VOID: Kind.LOSS,
}
#: Verbs with which waste is put in: another weight then is more waste, not another scale.
FILLING = frozenset(verb for verb, _ in _IN)


@value
class Account:
    """Who has the waste and where; ``site`` is "" on a vehicle and where none was named."""

    org: str = ""
    site: str = ""


NOBODY = Account()


@value
class Movement:
    """One booking. ``weight_kg``: positive in, negative out. ``idx``: the event behind it."""

    idx: int
    kind: Kind
    account: Account
    weight_kg: Decimal
    at: datetime


@value
class Content:
    """What is in a container: None while nobody has said how much."""

    account: Account
    weight_kg: Decimal | None


def book(
    before: Content, after: Content, state: State, verb: tuple[str, str], idx: int, at: datetime
) -> tuple[Movement, ...]:
    """The bookings of one step.

    Args:
        before, after: the content around it; ``after.weight_kg`` is what was in it at the end of
            the step, also where the step took it out.
        state: the state that the step led to. verb: its verb and role.
    """
    if after == before and state not in FINAL:
        return ()  # most steps: nobody else has it, and nobody weighed it
    booked: list[Movement] = []

    def put(kind: Kind, account: Account, weight_kg: Decimal) -> None:
        if weight_kg:
            booked.append(Movement(idx, kind, account, weight_kg, at))

    old, new = before.weight_kg, after.weight_kg
    if new is None:
        return ()
    if old is None:
        put(_IN.get(verb, Kind.FOUND), after.account, new)
    else:
        filling = verb[0] in FILLING
        put(_IN[verb] if filling and verb in _IN else Kind.LOSS, before.account, new - old)
        _transfer(put, before.account, after.account, new)
    if state in FINAL:
        put(_OUT[state], after.account, -new)
    return tuple(booked)


def attribute(content: Content, producer: str, idx: int, at: datetime) -> tuple[Movement, ...]:
    """A platform filled at a producer's door: the waste was the producer's from the beginning."""
    if not content.weight_kg:
        return ()
    return (
        Movement(idx, Kind.PRODUCED, content.account, -content.weight_kg, at),
        Movement(idx, Kind.PRODUCED, Account(producer), content.weight_kg, at),
    )


def _transfer(
    put: Callable[[Kind, Account, Decimal], None],
    giver: Account,
    taker: Account,
    weight_kg: Decimal,
) -> None:
    if giver == taker:
        return
    within = giver.org == taker.org
    put(Kind.MOVED if within else Kind.DISPATCHED, giver, -weight_kg)
    put(Kind.MOVED if within else Kind.RECEIVED, taker, weight_kg)
