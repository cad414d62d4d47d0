"""What was produced this year against the plan (管理计划), or against what was registered."""

import json
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select

from waste_trace.compliance.calendar import start_of_day
from waste_trace.compliance.forecast_deviation import (
    FORECAST_DEVIATION,
    Forecast,
    forecast_deviation,
)
from waste_trace.custody.movements import Kind
from waste_trace.store.projector.record import Record
from waste_trace.store.projector.work import Work
from waste_trace.store.tables import MovementRow, Plan, WasteStream
from waste_trace.store.writing import table_of

#: Organisation and waste code to kilograms.
Amounts = dict[tuple[str, str], Decimal]


def review_forecasts(day: date, record: Record, work: Work) -> None:
    """Settle the rule on every waste that somebody expected this year."""
    planned, produced = _planned(day.year, work), _produced(day, work)
    raised = [
        one
        for (org, code), planned_kg in sorted(planned.items())
        for one in forecast_deviation(
            Forecast(org, code, day.year, planned_kg, produced.get((org, code), Decimal(0))),
            day,
            work.config.rules.limits,
        )
    ]
    work.findings.settle_rules([FORECAST_DEVIATION.name], raised, record)


def _planned(year: int, work: Work) -> Amounts:
    """By the plan of the year; of who filed none, by the registered wastes."""
    stream, plan = table_of(WasteStream), table_of(Plan)
    planned: Amounts = {
        (org, code): kg
        for org, code, kg in work.connection.execute(
            select(stream.c.org, stream.c.waste_code, stream.c.forecast_kg)
        )
    }
    query = select(plan.c.org, plan.c.body).where(plan.c.year == year)
    for org, body in work.connection.execute(query):
        planned = {key: kg for key, kg in planned.items() if key[0] != org}
        for source in json.loads(body)["sources"]:
            key = (org, source["waste_code"])
            planned[key] = planned.get(key, Decimal(0)) + Decimal(source["weight_kg"])
    return {key: kg for key, kg in planned.items() if kg}


def _produced(day: date, work: Work) -> Amounts:
    """What was booked as produced since the first of January, before the day."""
    move = table_of(MovementRow)
    query = (
        select(move.c.org, move.c.waste_code, func.sum(move.c.weight_kg))
        .where(
            move.c.kind == Kind.PRODUCED,
            move.c.at >= start_of_day(date(day.year, 1, 1)),
            move.c.at < start_of_day(day),
        )
        .group_by(move.c.org, move.c.waste_code)
    )
    return {(org, code): kg for org, code, kg in work.connection.execute(query)}
