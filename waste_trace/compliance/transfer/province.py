"""To another province only under an approval, within its term and quantity (art. 21 to 28)."""

from datetime import date, timedelta
from decimal import Decimal

from waste_trace.compliance.rule import Raised, Rule, Severity
from waste_trace.compliance.transfer.facts import (
    APPLICATIONS,
    ApplicationFact,
    Registers,
    Transfer,
)

NO_TRANSFER_APPROVAL = Rule(
    "no_transfer_approval",
    "跨省转移未经批准",
    "Moved to another province without approval",
    "危险废物转移管理办法 art. 21, 26, 28",
    "P",
    Severity.SERIOUS,
)
QUANTITY_OVER_APPROVAL = Rule(
    "quantity_over_approval",
    "跨省转移量超出批准量",
    "More than the approval allows",
    "危险废物转移管理办法 art. 28",
    "P",
    Severity.SERIOUS,
)


def approval_ends(decided: date, stated: str, applied_to: str, licence_to: str) -> str:
    """The last day of an approval: twelve months, the applied term and the licence bound it.

    Args:
        stated, applied_to, licence_to: days as texts; "" where there is none.
    """
    year_later = _year_later(decided)
    return min(filter(None, (year_later.isoformat(), stated, applied_to, licence_to)))


def _year_later(day: date) -> date:
    """Twelve months end on the day before the same date of the next year."""
    try:
        return day.replace(year=day.year + 1) - timedelta(days=1)
    except ValueError:  # 29 February
        return date(day.year + 1, 2, 28)


def province_approved(transfer: Transfer, registers: Registers) -> list[Raised]:
    """Findings on a transfer between provinces."""
    if APPLICATIONS not in registers.kept or not transfer.crosses_provinces:
        return []
    application = registers.application
    problem = _problem(transfer, application)
    if application is None or problem:
        zh, en = problem or ("联单未注明跨省转移批准。", "The manifest names no approval.")
        return [_raise(NO_TRANSFER_APPROVAL, transfer, zh, en)]
    allowed_kg = sum(application.kilograms.values(), Decimal(0))
    total_kg = registers.applied_kg + sum(transfer.kilograms.values(), Decimal(0))
    if total_kg <= allowed_kg:
        return []
    zh = f"按本批准累计转移 {total_kg} kg，批准量为 {allowed_kg} kg。"
    en = f"{total_kg} kg are moved under this approval of {allowed_kg} kg."
    return [_raise(QUANTITY_OVER_APPROVAL, transfer, zh, en)]


def _problem(transfer: Transfer, application: ApplicationFact | None) -> tuple[str, str] | None:
    if application is None:
        return None
    if application.org != transfer.sender or application.receiver != transfer.receiver:
        return "批准的移出人或接受人不同。", "The approval is for other parties."
    if application.status != "approved":
        return "跨省转移申请尚未批准。", "The application has not been approved."
    if not application.valid_from <= transfer.day.isoformat() <= application.approved_to:
        ends = application.approved_to
        return f"批准有效期至 {ends}。", f"The approval is valid to {ends}."
    missing = transfer.kilograms.keys() - application.kilograms.keys()
    if missing:
        codes = ", ".join(sorted(missing))
        return f"批准未涵盖 {codes}。", f"The approval does not cover {codes}."
    return None


def _raise(rule: Rule, transfer: Transfer, zh: str, en: str) -> Raised:
    return Raised(
        rule,
        f"{rule.name}:{transfer.manifest}",
        transfer.manifest,
        transfer.sender,
        zh,
        en,
        {"application": transfer.application, "regions": list(transfer.regions)},
    )
