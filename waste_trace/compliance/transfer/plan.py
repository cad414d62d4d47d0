"""The sender's management plan must cover what it sends (转移管理办法 art. 10, 14)."""

from decimal import Decimal

from waste_trace.compliance.rule import Raised, Rule, Severity
from waste_trace.compliance.transfer.facts import PLANS, Registers, Transfer

PLAN_NOT_COVERING = Rule(
    "plan_not_covering",
    "管理计划未涵盖",
    "Not covered by the management plan",
    "危险废物转移管理办法 art. 10, 14; HJ 1259-2022 A.7",
    "P",
    Severity.WARNING,
)
QUANTITY_OVER_PLAN = Rule(
    "quantity_over_plan",
    "转移量超出管理计划",
    "More than the management plan says",
    "危险废物转移管理办法 art. 14; HJ 1259-2022 A.7",
    "P",
    Severity.WARNING,
)


def plan_covers(transfer: Transfer, registers: Registers) -> list[Raised]:
    """A finding for each waste that the plan does not send to this receiver, or not so much of."""
    if PLANS not in registers.kept or not transfer.hazardous:
        return []
    raised = []
    for code, weight_kg in transfer.kilograms.items():
        planned_kg = (registers.planned_kg or {}).get(code)
        total_kg = registers.sent_kg.get(code, Decimal(0)) + weight_kg
        if planned_kg is None:
            raised.append(_missing(transfer, code, registers.planned_kg is None))
        elif total_kg > planned_kg:
            raised.append(_over(transfer, code, planned_kg, total_kg))
    return raised


def _missing(transfer: Transfer, code: str, no_plan: bool) -> Raised:
    year = transfer.day.year
    zh = f"{year} 年未备案管理计划" if no_plan else f"{year} 年管理计划没有向该接受单位转移 {code}"
    en = (
        f"No management plan for {year} is filed"
        if no_plan
        else f"The plan for {year} does not send {code} to this receiver"
    )
    return Raised(
        PLAN_NOT_COVERING,
        f"{PLAN_NOT_COVERING.name}:{transfer.manifest}:{code}",
        transfer.manifest,
        transfer.sender,
        f"{zh}。",
        f"{en}.",
        {"waste_code": code, "receiver": transfer.receiver, "year": year},
    )


def _over(transfer: Transfer, code: str, planned_kg: Decimal, total_kg: Decimal) -> Raised:
    return Raised(
        QUANTITY_OVER_PLAN,
        f"{QUANTITY_OVER_PLAN.name}:{transfer.manifest}:{code}",
        transfer.manifest,
        transfer.sender,
        f"{code} 本年累计转移 {total_kg} kg，管理计划为 {planned_kg} kg。",
        f"{total_kg} kg of {code} are moved this year; the plan says {planned_kg} kg.",
        {"waste_code": code, "planned_kg": str(planned_kg), "total_kg": str(total_kg)},
    )
