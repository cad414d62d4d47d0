"""What was received does not weigh what was dispatched (重大差异, 转移管理办法 art. 18)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from waste_trace.compliance.rule import Raised, Rule, Severity

WEIGHT_DIFFERENCE = Rule(
    "weight_difference",
    "移出量与接收量不符",
    "Dispatched and received weights differ",
    "危险废物转移管理办法 art. 18; the tolerance is configuration (no figure in law)",
    "P",
    Severity.WARNING,
    ("weight_tolerance_permille", "weight_tolerance_kg"),
)


@dataclass(frozen=True, slots=True)
class WeightTolerance:
    """Differences up to the larger of the two are scale noise. 未核实: set by the bureau."""

    permille: int
    kg: Decimal

    def allows(self, dispatched_kg: Decimal, received_kg: Decimal) -> bool:
        """True where the difference is within tolerance."""
        limit_kg = max(self.kg, dispatched_kg * self.permille / 1000)
        return abs(received_kg - dispatched_kg) <= limit_kg


def weight_difference(
    manifest: str,
    receiver: str,
    dispatched_kg: Decimal,
    received_kg: Decimal,
    events: Sequence[int],
    tolerance: WeightTolerance,
) -> list[Raised]:
    """A finding with both weights, or nothing.

    Args:
        dispatched_kg, received_kg: of the same containers.
        events: ledger indices of both witnesses' events.
    """
    if tolerance.allows(dispatched_kg, received_kg):
        return []
    difference = received_kg - dispatched_kg
    share = difference * 1000 / dispatched_kg if dispatched_kg else Decimal(1000)
    permille = share.quantize(Decimal("0.1"))
    signed = f"{difference:+f}"
    return [
        Raised(
            rule=WEIGHT_DIFFERENCE,
            key=f"{WEIGHT_DIFFERENCE.name}:{manifest}",
            subject=manifest,
            org=receiver,
            zh=f"移出 {dispatched_kg} kg，接收 {received_kg} kg，相差 {signed} kg（{permille}‰）。",
            en=f"Dispatched {dispatched_kg} kg, received {received_kg} kg: "
            f"{signed} kg ({permille} per mille).",
            facts={
                "dispatched_kg": str(dispatched_kg),
                "received_kg": str(received_kg),
                "difference_kg": str(difference),
                "permille": str(permille),
                "tolerance_permille": tolerance.permille,
                "tolerance_kg": str(tolerance.kg),
                "events": list(events),
            },
        )
    ]
