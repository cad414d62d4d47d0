"""What was produced against what the management plan expects (产生量偏离计划)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from waste_trace.compliance.rule import Raised, Rule, Severity
from waste_trace.compliance.thresholds import Thresholds

FORECAST_DEVIATION = Rule(
    "forecast_deviation",
    "产生量偏离管理计划",
    "Produced amount deviates from the plan",
    "HJ 1259-2022 A.3 (预计产生量); the tolerance is configuration",
    "M",
    Severity.NOTICE,
    ("forecast_tolerance_permille", "forecast_after_days"),
)


@dataclass(frozen=True, slots=True)
class Forecast:
    """A year's plan for one waste of an organisation, and what was produced so far."""

    org: str
    waste_code: str
    year: int
    planned_kg: Decimal
    produced_kg: Decimal


def forecast_deviation(forecast: Forecast, today: date, limits: Thresholds) -> list[Raised]:
    """A notice where production is off the pro-rata plan by more than the tolerance."""
    first, last = date(forecast.year, 1, 1), date(forecast.year, 12, 31)
    passed = (min(today, last) - first).days + 1
    if passed <= limits.forecast_after.days:
        return []
    whole = (last - first).days + 1
    expected_kg = (forecast.planned_kg * passed / whole).quantize(Decimal("0.001"))
    allowed_kg = expected_kg * limits.forecast_permille / 1000
    difference = forecast.produced_kg - expected_kg
    if abs(difference) <= allowed_kg:
        return []
    side_zh, side_en = ("高于", "above") if difference > 0 else ("低于", "below")
    rule = FORECAST_DEVIATION
    return [
        Raised(
            rule, f"{rule.name}:{forecast.org}:{forecast.waste_code}:{forecast.year}",
            forecast.org, forecast.org,
            f"{forecast.waste_code} 已产生 {forecast.produced_kg} kg，{side_zh}计划按时间折算的"
            f" {expected_kg} kg。",
            f"{forecast.produced_kg} kg of {forecast.waste_code} were produced, {side_en} the "
            f"{expected_kg} kg of the plan pro rata.",
            {"waste_code": forecast.waste_code, "planned_kg": str(forecast.planned_kg),
             "produced_kg": str(forecast.produced_kg), "expected_kg": str(expected_kg),
             "tolerance_permille": limits.forecast_permille},
        )
    ]  # fmt: skip
