"""When declarations and plans are due (申报时限), by management class (管理类别) of a site."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from waste_trace.compliance.calendar import end_of_day
from waste_trace.compliance.rule import Raised, Rule, Severity

LATE_FILING = Rule(
    "late_filing",
    "申报逾期",
    "Declaration is overdue",
    "HJ 1259-2022 (月报、季报每期次月15日前，年报和管理计划每年3月31日前)",
    "P",
    Severity.WARNING,
)
_MONTHLY_DAY = 15
_YEARLY = (3, 31)


class ManagementClass(StrEnum):
    """管理类别 of HJ 1259-2022 5."""

    KEY = "key"  # 环境重点监管单位
    SIMPLIFIED = "simplified"  # 简化管理单位
    REGISTERED = "registered"  # 登记管理单位


@dataclass(frozen=True, slots=True)
class Filing:
    """A declaration or plan and its last day. ``period``: 2026-10, 2026-Q3 or 2026."""

    kind: str  # month, quarter, year, plan
    period: str
    due: date


def filings_due(management: ManagementClass, year: int) -> list[Filing]:
    """What a site of the class has to file between 1 January and 31 December of ``year``."""
    yearly = date(year, *_YEARLY)
    due = [Filing("year", str(year - 1), yearly), Filing("plan", str(year), yearly)]
    if management is ManagementClass.KEY:
        due += [Filing("month", _month_before(year, m), _mid(year, m)) for m in range(1, 13)]
    elif management is ManagementClass.SIMPLIFIED:
        due += [Filing("quarter", _quarter_before(year, m), _mid(year, m)) for m in (1, 4, 7, 10)]
    return sorted(due, key=lambda filing: (filing.due, filing.kind))


def late_filings(
    org: str, due: Iterable[Filing], filed: frozenset[tuple[str, str]], now: datetime
) -> list[Raised]:
    """A finding for each filing whose last day is over and that is not in ``filed``.

    Args:
        filed: pairs (kind, period) that were filed.
    """
    return [
        _raise(org, filing)
        for filing in due
        if (filing.kind, filing.period) not in filed and now >= end_of_day(filing.due)
    ]


def _raise(org: str, filing: Filing) -> Raised:
    names = {"month": "月报", "quarter": "季报", "year": "年报", "plan": "管理计划"}
    return Raised(
        LATE_FILING,
        f"{LATE_FILING.name}:{org}:{filing.kind}:{filing.period}",
        org,
        org,
        f"{filing.period} {names[filing.kind]}应于 {filing.due.isoformat()} 前申报，尚未申报。",
        f"The {filing.kind} filing of {filing.period} was due by {filing.due.isoformat()}.",
        {"kind": filing.kind, "period": filing.period, "due": filing.due.isoformat()},
    )


def _mid(year: int, month: int) -> date:
    return date(year, month, _MONTHLY_DAY)


def _month_before(year: int, month: int) -> str:
    return f"{year - 1}-12" if month == 1 else f"{year}-{month - 1:02}"


def _quarter_before(year: int, month: int) -> str:
    quarter = (month - 1) // 3
    return f"{year}-Q{quarter}" if quarter else f"{year - 1}-Q4"
