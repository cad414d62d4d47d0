"""A stocktake of loose waste finds another weight than the books have (盘点差异)."""

from decimal import Decimal

from waste_trace.compliance.rule import Raised, Rule, Severity
from waste_trace.compliance.weight_difference import WeightTolerance
from waste_trace.custody.bulk import Heap

STOCK_DIFFERENCE = Rule(
    "stock_difference",
    "盘点与账面不符",
    "A stocktake differs from the books",
    "固废法 art. 36 (如实记录); the tolerance is configuration (no figure in law)",
    "P",
    Severity.WARNING,
    ("weight_tolerance_permille", "weight_tolerance_kg"),
)


def stocktake_subject(idx: int) -> str:
    """What a finding on a stocktake is about: its event."""
    return f"#{idx}"


def stock_difference(
    idx: int,
    heap: Heap,
    booked_kg: Decimal | None,
    counted_kg: Decimal,
    tolerance: WeightTolerance,
) -> list[Raised]:
    """A finding with both figures, or nothing.

    Args:
        idx: the ledger index of the stocktake.
        booked_kg: what the books had; None where they knew nothing of the heap.
    """
    expected_kg = booked_kg or Decimal(0)
    if tolerance.allows(expected_kg, counted_kg):
        return []
    difference_kg = counted_kg - expected_kg
    subject = stocktake_subject(idx)
    return [
        Raised(
            rule=STOCK_DIFFERENCE,
            key=f"{STOCK_DIFFERENCE.name}:{subject}",
            subject=subject,
            org=heap.account.org,
            zh=f"{heap.waste_code} 账面 {expected_kg} kg，盘点 {counted_kg} kg，"
            f"相差 {difference_kg:+f} kg。",
            en=f"{heap.waste_code}: {expected_kg} kg on the books, {counted_kg} kg counted: "
            f"{difference_kg:+f} kg.",
            facts={
                "waste_code": heap.waste_code,
                "site": heap.account.site,
                "booked_kg": str(expected_kg),
                "counted_kg": str(counted_kg),
                "difference_kg": str(difference_kg),
                "tolerance_permille": tolerance.permille,
                "tolerance_kg": str(tolerance.kg),
                "events": [idx],
            },
        )
    ]
