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
from waste_trace.store.tables import Filing, OrgClass, Plan
from waste_trace.store.writing import table_of


def review_filings(day: date, record: Record, work: Work) -> None:
    """Settle the rule on what was due since a class is known, in this year and the last."""
    now, filed = start_of_day(day), _filed(work)
    raised: list[Raised] = []
    for org, (management, since) in sorted(_classes(work).items()):
        due = [
            one
            for year in (day.year - 1, day.year)
            for one in filings_due(management, year)
            if one.due >= since
        ]
        raised += late_filings(org, due, frozenset(filed.get(org, ())), now)
    work.findings.settle_rules([LATE_FILING.name], raised, record)


def _classes(work: Work) -> dict[str, tuple[ManagementClass, date]]:
    """The class of each organisation and since when: as a bureau says, else as its plan does."""
    plan, classes = table_of(Plan), table_of(OrgClass)
    found: dict[str, tuple[ManagementClass, date]] = {}
    for row in work.connection.execute(select(plan).order_by(plan.c.year)).mappings():
        since = found[row["org"]][1] if row["org"] in found else day_of(row["filed_at"])
        found[row["org"]] = (ManagementClass(row["level"]), since)
    for row in work.connection.execute(select(classes)).mappings():
        found[row["org"]] = (ManagementClass(row["management"]), day_of(row["since"]))
    return found


def _filed(work: Work) -> dict[str, set[tuple[str, str]]]:
    """What each organisation has filed: kind and period."""
    plan, filing = table_of(Plan), table_of(Filing)
    filed: dict[str, set[tuple[str, str]]] = {}
    for org, kind, period in work.connection.execute(
        select(filing.c.org, filing.c.kind, filing.c.period)
    ):
        filed.setdefault(org, set()).add((kind, period))
    for org, year in work.connection.execute(select(plan.c.org, plan.c.year)):
        filed.setdefault(org, set()).add(("plan", str(year)))
    return filed
