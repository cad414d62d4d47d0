"""Which declarations and plans are overdue, of organisations whose management class is known."""

from datetime import date

from sqlalchemy import select

from waste_trace.compliance.calendar import day_of, start_of_day
from waste_trace.compliance.filing_deadlines import (
    LATE_FILING,
    ManagementClass,
    filings_due,
    late_filings,
)
from waste_trace.compliance.rule import Raised
from waste_trace.store.projector.record import Record
from waste_trace.store.projector.work import Work
from waste_trace.store.tables import Filing, OrgClass
from waste_trace.store.writing import table_of


def review_filings(day: date, record: Record, work: Work) -> None:
    """Settle the rule on what was due since an organisation was classified, this year and last."""
    now = start_of_day(day)
    classes, filing = table_of(OrgClass), table_of(Filing)
    filed: dict[str, set[tuple[str, str]]] = {}
    for row in work.connection.execute(select(filing)).mappings():
        filed.setdefault(row["org"], set()).add((row["kind"], row["period"]))
    raised: list[Raised] = []
    for row in work.connection.execute(select(classes).order_by(classes.c.org)).mappings():
        known_since = day_of(row["since"])
        due = [
            one
            for year in (day.year - 1, day.year)
            for one in filings_due(ManagementClass(row["management"]), year)
            if one.due >= known_since
        ]
        raised += late_filings(row["org"], due, frozenset(filed.get(row["org"], ())), now)
    work.findings.settle_rules([LATE_FILING.name], raised, record)
