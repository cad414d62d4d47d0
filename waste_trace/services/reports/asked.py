"""What is asked for: whose form, of which place, for which days; and who may ask that."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from waste_trace.custody.vocabulary import REGULATOR
from waste_trace.errors import WasteTraceError
from waste_trace.reports.certificate import bounds_of
from waste_trace.reports.form import Period
from waste_trace.services.sign_in import Person


class UnknownReport(WasteTraceError):
    """There is no such form, or not for this person."""

    code: ClassVar[str] = "unknown-report"
    default_do_zh = "请从报表列表选择；其他单位的报表只供监管部门查看。"
    default_do_en = "Choose from the list; other units' forms are for the regulator only."


class ReportPeriodInvalid(WasteTraceError):
    """The days are in the wrong order, or too many."""

    code: ClassVar[str] = "report-period-invalid"
    default_do_zh = "请核对起止日期，一份报表最多覆盖五年。"
    default_do_en = "Check the first and the last day; a form covers five years at most."


@dataclass(frozen=True, slots=True)
class Asked:
    """A form to fill. ``site``: one place of the organisation, or None for all of it."""

    org: str
    site: str | None
    period: Period

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """The period as moments, aware; the second is not in it."""
        return bounds_of(self.period)

    def is_at(self, site: str) -> bool:
        """Whether what happened there belongs in the form."""
        return self.site in (None, site)


_MOST_DAYS = 5 * 366


def require_allowed(person: Person, asked: Asked) -> None:
    """Refuse what is another organisation's, but for a regulator; and a period that is none.

    Raises:
        UnknownReport, ReportPeriodInvalid
    """
    if person.role != REGULATOR and asked.org != person.org:
        raise UnknownReport(f"没有 {asked.org} 的报表。", f"There is no form of {asked.org}.")
    days = (asked.period.last - asked.period.first).days
    if not 0 <= days < _MOST_DAYS or asked.period.last.year > 9998:
        raise ReportPeriodInvalid("报表期间无效。", "The period of the form is not one.")
