"""New containers do not hold what the old ones held (拼装、分装、倒装差额)."""

from decimal import Decimal

from waste_trace.compliance.rule import Raised, Rule, Severity
from waste_trace.compliance.weight_difference import WeightTolerance

PACKING_DIFFERENCE = Rule(
    "packing_difference",
    "拼分装前后重量不符",
    "Packed weights differ",
    "HJ 1259-2022 6.2 (如实记录); the tolerance is configuration",
    "M",
    Severity.WARNING,
)


def packing_difference(
    idx: int, org: str, before_kg: Decimal, after_kg: Decimal, tolerance: WeightTolerance
) -> list[Raised]:
    """A finding with both weights, or nothing.

    Args:
        before_kg, after_kg: of all inputs and of all outputs of the event ``idx``.
    """
    if tolerance.allows(before_kg, after_kg):
        return []
    difference_kg = after_kg - before_kg
    return [
        Raised(
            PACKING_DIFFERENCE,
            f"{PACKING_DIFFERENCE.name}:{idx}",
            f"#{idx}",
            org,
            f"倒出 {before_kg} kg，装入 {after_kg} kg，相差 {difference_kg:+f} kg。",
            f"{before_kg} kg were taken out and {after_kg} kg put in: {difference_kg:+f} kg.",
            {
                "before_kg": str(before_kg),
                "after_kg": str(after_kg),
                "difference_kg": str(difference_kg),
                "event": idx,
            },
        )
    ]
