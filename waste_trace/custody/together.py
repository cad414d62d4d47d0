"""Several containers on one scale: the difference is no single container's, but it is booked."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from waste_trace.codes import digital_id
from waste_trace.custody.fold import Touch
from waste_trace.custody.movements import Account, Kind, Movement

#: Where the weight of an event is what was treated, the difference is of that.
_DEATHS = {"treat": Kind.TREATED}


def weighed_members(touch: Touch) -> list[str]:
    """The containers that stood on the scale together."""
    listed = touch.body["containers"]
    return [str(code) for code in listed] if isinstance(listed, list) else []


def shared_moves(touch: Touch, contents: Sequence[Decimal | None]) -> tuple[Movement, ...]:
    """The booking of what the scale said beyond the contents; none where one is not known.

    Args:
        contents: what was in each of the containers then, in kilograms.
    """
    known = [weight_kg for weight_kg in contents if weight_kg is not None]
    if len(known) != len(contents):
        return ()
    difference = Decimal(str(touch.body["weight_kg"])) - sum(known, Decimal(0))
    if not difference:
        return ()
    death = _DEATHS.get(touch.typ)
    weight_kg = -difference if death else difference
    account = Account(touch.org, touch.site)
    return (Movement(touch.idx, death or Kind.LOSS, account, weight_kg, touch.claimed_at),)


def shared_waste_code(members: Iterable[str]) -> str:
    """The one waste code of all of them, or "" for a mixed load."""
    codes = {str(digital_id.parse(code).waste) for code in members}
    return codes.pop() if len(codes) == 1 else ""
