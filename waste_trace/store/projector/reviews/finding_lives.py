"""Which findings have had no answer in time."""

from datetime import date, datetime

from sqlalchemy import func, or_, select

from waste_trace.compliance.calendar import start_of_day
from waste_trace.compliance.finding_life import (
    FINDING_OVERDUE,
    WAITS_FOR_PARTY,
    WaitingFinding,
    finding_overdue,
)
from waste_trace.store.projector.record import Record
from waste_trace.store.projector.work import Work
from waste_trace.store.tables import Finding, FindingLife
from waste_trace.store.writing import table_of


def review_answers(day: date, record: Record, work: Work) -> None:
    """Settle the rule on findings that wait for their party. Runs after all other reviews."""
    work.flush()
    now, book = start_of_day(day), work.config.rules
    raised = [
        one
        for waiting in _waiting(now, work)
        for one in finding_overdue(waiting, now, book.answer_days, book.calendar)
    ]
    work.findings.settle_rules([FINDING_OVERDUE.name], raised, record)


def _waiting(now: datetime, work: Work) -> list[WaitingFinding]:
    finding, life = table_of(Finding), table_of(FindingLife)
    since = func.coalesce(life.c.since, finding.c.raised_at)
    waits = [status.value for status in WAITS_FOR_PARTY]
    query = (
        select(finding, life.c.since)
        .outerjoin(life, life.c.key == finding.c.key)
        .where(
            finding.c.cleared_idx.is_(None),
            finding.c.rule != FINDING_OVERDUE.name,
            finding.c.org != "",
            or_(life.c.status.is_(None), life.c.status.in_(waits)),
            since < now,
        )
        .order_by(finding.c.key)
    )
    return [
        WaitingFinding(
            key=row["key"],
            org=row["org"],
            severity=row["severity"],
            zh=row["zh"],
            since=row["since"] or row["raised_at"],
            raised_idx=row["raised_idx"],
        )
        for row in work.connection.execute(query).mappings()
    ]
