"""What went into new containers against what came out of the old ones (拼装、分装差额)."""

from collections.abc import Iterable
from decimal import Decimal

from waste_trace.compliance.packing_difference import PACKING_DIFFERENCE, packing_difference
from waste_trace.custody.movements import Kind
from waste_trace.custody.vocabulary import container_roles
from waste_trace.store.projector.record import Record
from waste_trace.store.projector.work import Work


def settle_packing(idx: int, codes: Iterable[str], record: Record, work: Work) -> None:
    """Compare the two sides of the packing event ``idx``, which these containers were in."""
    touch = next(
        touch for code in codes for touch in work.histories.container(code) if touch.idx == idx
    )
    roles = container_roles(touch.typ, touch.body)
    work.histories.ahead(roles, [])
    sides = {"input": Decimal(0), "output": Decimal(0)}
    unknown = False
    for code, role in roles.items():
        moves = work.histories.present(code).moves
        booked = [m.weight_kg for m in moves if m.idx == idx and m.kind is Kind.PACKED]
        unknown |= not booked
        sides[role] += abs(sum(booked, Decimal(0)))
    raised = []
    if not unknown:
        raised = packing_difference(
            idx, touch.org, sides["input"], sides["output"], work.config.weight_tolerance
        )
    work.findings.settle((PACKING_DIFFERENCE.name,), f"#{idx}", raised, record)
