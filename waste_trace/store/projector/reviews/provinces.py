"""Applications for transfers to another province on which a bureau's word is overdue."""

from datetime import date

from sqlalchemy import select

from waste_trace.compliance.calendar import start_of_day
from waste_trace.compliance.province_deadlines import (
    PROVINCE_RULES,
    ApplicationTimes,
    late_province_steps,
)
from waste_trace.store.projector.record import Record
from waste_trace.store.projector.work import Work
from waste_trace.store.tables import TransferApplication
from waste_trace.store.writing import table_of


def review_provinces(day: date, record: Record, work: Work) -> None:
    """Settle the rules on all applications; a district has few of them in a year."""
    now, book, table = start_of_day(day), work.config.rules, table_of(TransferApplication)
    raised = [
        finding
        for row in work.connection.execute(select(table).order_by(table.c.idx)).mappings()
        for finding in late_province_steps(
            ApplicationTimes(
                idx=row["idx"],
                applicant=row["org"],
                applied_at=row["applied_at"],
                opinion_at=row["opinion_at"],
                replied_at=row["replied_at"],
                decided_at=row["decided_at"],
                refused=row["status"] == "refused",
            ),
            now,
            book.calendar,
            book.limits,
        )
    ]
    work.findings.settle_rules([rule.name for rule in PROVINCE_RULES], raised, record)
