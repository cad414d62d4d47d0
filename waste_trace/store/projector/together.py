"""Several containers on one scale: their difference into the books."""

from collections.abc import Iterable

from waste_trace.custody.together import shared_moves, shared_waste_code, weighed_members
from waste_trace.store.projector.work import Work


def settle_together(codes: Iterable[str], work: Work) -> None:
    """Book the difference of every weighing that these containers shared with others."""
    touches = {
        touch.idx: touch
        for code in codes
        if (together := work.histories.present(code).together)
        for touch in work.histories.container(code)
        if touch.idx in together
    }
    for idx, touch in touches.items():
        members = weighed_members(touch)
        work.histories.ahead(members, [])
        contents = [work.histories.present(code).together.get(idx) for code in members]
        work.bookings.settle(f"#{idx}", shared_waste_code(members), shared_moves(touch, contents))
