"""The daily look at the books: does every unit's stock of every waste close?"""

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

from sqlalchemy import case, func, select

from waste_trace.compliance.mass_balance import (
    MASS_BALANCE_GAP,
    BookedWaste,
    balance_subject,
    mass_balance_gap,
)
from waste_trace.custody.bulk import MARK
from waste_trace.custody.movements import Kind
from waste_trace.store.projector.record import Record
from waste_trace.store.projector.work import Work
from waste_trace.store.tables import MovementRow
from waste_trace.store.writing import table_of

_SHANGHAI = timezone(timedelta(hours=8))
_INCOMING = (Kind.OPENING, Kind.PRODUCED, Kind.RECEIVED, Kind.FOUND)


def review_mass_balance(day: date, record: Record, work: Work) -> None:
    """Settle the findings on every account of a unit and a waste code as the day begins."""
    table = table_of(MovementRow)
    nothing = Decimal(0)
    weight = table.c.weight_kg
    shared = case((table.c.subject.startswith("#"), weight), else_=nothing)
    found = case((table.c.kind == Kind.FOUND.value, weight), else_=nothing)
    loose = case((table.c.subject.startswith(MARK), weight), else_=nothing)
    incoming = case((table.c.kind.in_([k.value for k in _INCOMING]), weight), else_=nothing)
    midnight = datetime.combine(day, time.min, _SHANGHAI).astimezone(UTC)
    query = (
        select(
            table.c.org,
            table.c.waste_code,
            func.sum(weight),
            func.sum(shared),
            func.sum(found),
            func.sum(incoming),
            func.sum(loose),
        )
        .where(table.c.at < midnight)
        .group_by(table.c.org, table.c.waste_code)
        .order_by(table.c.org, table.c.waste_code)
    )
    for org, waste_code, *sums in work.connection.execute(query):
        booked = BookedWaste(org, waste_code, *sums)
        raised = mass_balance_gap(booked, work.config.weight_tolerance)
        subject = balance_subject(org, waste_code)
        work.findings.settle((MASS_BALANCE_GAP.name,), subject, raised, record)
