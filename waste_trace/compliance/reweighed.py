"""The same container on another scale of the same chain weighs something else (称重不一致)."""

from collections.abc import Sequence
from decimal import Decimal

from waste_trace.compliance.rule import Raised, Rule, Severity
from waste_trace.compliance.weight_difference import WeightTolerance
from waste_trace.custody.fold import Touch
from waste_trace.custody.movements import Kind, Movement

REWEIGHED = Rule(
    "reweighed",
    "复称不一致",
    "Weighed again, and it was something else",
    "HJ 1259-2022 6.2 (如实记录); the tolerance is configuration (no figure in law)",
    "P",
    Severity.WARNING,
    ("weight_tolerance_permille", "weight_tolerance_kg"),
)
#: Verbs at which somebody weighs what is there already; a receiver's scale has a rule of its own.
_WEIGHING = frozenset({"weigh", "collect", "store_in", "move", "store_out", "load", "take_back"})


def reweighed(
    container: str,
    touches: Sequence[Touch],
    moves: Sequence[Movement],
    tolerance: WeightTolerance,
) -> list[Raised]:
    """A finding for each weighing that lost or gained more than scales differ.

    Args:
        moves: the container's bookings in their order; what they add up to is what was in it.
    """
    if not any(move.kind is Kind.LOSS for move in moves):
        return []  # the usual case, asked at each event
    weighed = {touch.idx: touch for touch in touches if touch.typ in _WEIGHING}
    raised, before_kg = [], Decimal(0)
    for move in moves:
        touch, after_kg = weighed.get(move.idx), before_kg + move.weight_kg
        if touch and move.kind is Kind.LOSS and not tolerance.allows(before_kg, after_kg):
            raised.append(_raise(container, touch, before_kg, after_kg))
        before_kg = after_kg
    return raised


def _raise(container: str, touch: Touch, before_kg: Decimal, after_kg: Decimal) -> Raised:
    difference = f"{after_kg - before_kg:+f}"
    return Raised(
        rule=REWEIGHED,
        key=f"{REWEIGHED.name}:{container}:{touch.idx}",
        subject=container,
        org=touch.org,
        zh=f"原为 {before_kg} kg，再次称重为 {after_kg} kg，相差 {difference} kg，无人说明去向。",
        en=f"It held {before_kg} kg and weighed {after_kg} kg: {difference} kg, unexplained.",
        facts={
            "event": touch.idx,
            "before_kg": str(before_kg),
            "after_kg": str(after_kg),
            "difference_kg": difference,
        },
    )
