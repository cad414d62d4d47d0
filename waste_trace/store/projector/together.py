"""Several containers on one scale: the difference is no single container's, but it is booked."""

from collections.abc import Iterable
from decimal import Decimal

from waste_trace.codes import digital_id
from waste_trace.custody.fold import Touch
from waste_trace.custody.movements import Account, Kind, Movement
from waste_trace.store.projector.work import Work

#: Where the weight of an event is what was treated, the difference is of that.
_DEATHS = {"treat": Kind.TREATED}


def settle_together(codes: Iterable[str], work: Work) -> None:
    """Book the difference of every weighing that these containers shared with others."""
    touches = {
        touch.idx: touch
        for code in codes
        for touch in work.histories.container(code)
        if touch.idx in work.histories.present(code).together
    }
    for touch in touches.values():
        _settle(touch, work)


def _settle(touch: Touch, work: Work) -> None:
    listed = touch.body["containers"]
    members = [str(code) for code in listed] if isinstance(listed, list) else []
    work.histories.ahead(members, [])
    contents = [work.histories.present(code).together.get(touch.idx) for code in members]
    known = [weight_kg for weight_kg in contents if weight_kg is not None]
    moves: list[Movement] = []
    if len(known) == len(members):
        difference = Decimal(str(touch.body["weight_kg"])) - sum(known, Decimal(0))
        death = _DEATHS.get(touch.typ)
        if difference:
            account = Account(touch.org, touch.site)
            weight_kg = -difference if death else difference
            moves = [Movement(touch.idx, death or Kind.LOSS, account, weight_kg, touch.claimed_at)]
    codes = {str(digital_id.parse(code).waste) for code in members}
    waste_code = codes.pop() if len(codes) == 1 else ""
    work.bookings.settle(f"#{touch.idx}", waste_code, moves)
