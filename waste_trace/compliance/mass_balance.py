"""A unit's books of a waste do not close on what is there (物料不平衡)."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from waste_trace.compliance.rule import Raised, Rule, Severity
from waste_trace.compliance.weight_difference import WeightTolerance

MASS_BALANCE_GAP = Rule(
    "mass_balance_gap",
    "物料不平衡",
    "Mass balance does not close",
    "HJ 1259-2022 App. C (期末 = 期初 + 产生 - 自行 - 委外); 固废法 art. 36 (可追溯、可查询); "
    "the tolerance is configuration (no figure in law)",
    "P",
    Severity.WARNING,
)


@dataclass(frozen=True, slots=True)
class BookedWaste:
    """What the books of one unit say of one waste code.

    Attributes:
        stock_kg: the books' stock. shared_kg: what of it no container holds: the differences of
            weighings of several containers together.
        found_kg: what came and nobody recorded from where.
        turnover_kg: all that ever was there or came, which differences are measured against.
        loose_kg: what of the stock is in no container (散装).
    """

    org: str
    waste_code: str
    stock_kg: Decimal
    shared_kg: Decimal
    found_kg: Decimal
    turnover_kg: Decimal
    loose_kg: Decimal = Decimal(0)


def balance_subject(org: str, waste_code: str) -> str:
    """What a finding on the books of a unit and a waste code is about."""
    return f"{org}:{waste_code}"


def mass_balance_gap(booked: BookedWaste, tolerance: WeightTolerance) -> list[Raised]:
    """A finding that names every way in which the balance does not close, or nothing."""
    reasons = list(_reasons(booked, tolerance))
    if not reasons:
        return []
    subject = balance_subject(booked.org, booked.waste_code)
    return [
        Raised(
            rule=MASS_BALANCE_GAP,
            key=f"{MASS_BALANCE_GAP.name}:{subject}",
            subject=subject,
            org=booked.org,
            zh=f"{booked.waste_code}：{'；'.join(zh for zh, _ in reasons)}。",
            en=f"{booked.waste_code}: {'; '.join(en for _, en in reasons)}.",
            facts={
                "waste_code": booked.waste_code,
                "stock_kg": str(booked.stock_kg),
                "shared_kg": str(booked.shared_kg),
                "found_kg": str(booked.found_kg),
                "turnover_kg": str(booked.turnover_kg),
                "loose_kg": str(booked.loose_kg),
                "tolerance_permille": tolerance.permille,
                "tolerance_kg": str(tolerance.kg),
            },
        )
    ]


def _reasons(booked: BookedWaste, tolerance: WeightTolerance) -> Iterator[tuple[str, str]]:
    """What is wrong, in Chinese and in English."""

    def matters(weight_kg: Decimal) -> bool:
        return not tolerance.allows(booked.turnover_kg, booked.turnover_kg + weight_kg)

    if matters(booked.found_kg):
        yield (
            f"{booked.found_kg} kg 来源不明",
            f"{booked.found_kg} kg came from where nobody recorded",
        )
    if matters(booked.shared_kg):
        yield (
            f"合称差额 {booked.shared_kg:+f} kg 不属于任何容器",
            f"{booked.shared_kg:+f} kg of joint weighings are in no container",
        )
    if booked.stock_kg < 0 and matters(booked.stock_kg):
        yield (
            f"账面库存为 {booked.stock_kg} kg",
            f"the books have {booked.stock_kg} kg in stock",
        )
    elif booked.loose_kg < 0 and matters(booked.loose_kg):
        yield (
            f"散装账面库存为 {booked.loose_kg} kg",
            f"the books have {booked.loose_kg} kg of it in heaps and tanks",
        )
