"""How long each container has stood with its holder."""

import itertools
import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from sqlalchemy import RowMapping, and_, or_, select

from waste_trace.compliance.calendar import start_of_day
from waste_trace.compliance.storage_time import (
    MEDICAL_SUFFIX,
    STORAGE_TIME_RULES,
    Standing,
    storage_time,
)
from waste_trace.custody.movements import Kind
from waste_trace.store.projector.record import Record
from waste_trace.store.projector.reviews.standing import STANDING, operators
from waste_trace.store.projector.work import Work
from waste_trace.store.tables import Container, EventIndex, MovementRow
from waste_trace.store.writing import table_of

#: With these a container's content came to its holder; moving within a holder is no new beginning.
_ARRIVALS = (Kind.PRODUCED, Kind.OPENING, Kind.RECEIVED, Kind.PACKED, Kind.FOUND)
_CHUNK = 400


def review_storage_times(day: date, record: Record, work: Work) -> None:
    """Settle the rules of storage time on every container that stands."""
    now, limits = start_of_day(day), work.config.rules.limits
    raised = [
        finding
        for standing in _standing(now, work)
        for finding in storage_time(standing, now, limits)
    ]
    work.findings.settle_rules([rule.name for rule in STORAGE_TIME_RULES], raised, record)


def _standing(now: datetime, work: Work) -> Iterator[Standing]:
    """The containers that came to their holder long enough ago for any rule to ask."""
    keepers = operators(work)
    codes = _candidates(now, work)
    for start in range(0, len(codes), _CHUNK):
        rows = _arrivals(codes[start : start + _CHUNK], work)
        for code, group in itertools.groupby(rows, key=lambda row: str(row["container"])):
            row = list(group)[-1]  # the last time that it came
            yield Standing(
                container=code,
                waste_code=row["waste_code"],
                org=row["holder"],
                site=row["site"],
                producer=row["holder"] not in keepers,
                since=_since(row, work),
                since_idx=row["idx"],
            )


def _candidates(now: datetime, work: Work) -> list[str]:
    limits = work.config.rules.limits
    container, move = table_of(Container), table_of(MovementRow)
    medical = container.c.waste_code.endswith(MEDICAL_SUFFIX)
    longest_known = now - min(limits.operator_storage, limits.producer_storage)
    query = (
        select(container.c.container)
        .distinct()
        # Whose booking it was is seen below: an index by organisation would be a trap here.
        .join(move, move.c.subject == container.c.container)
        .where(
            container.c.state.in_(STANDING),
            move.c.kind.in_(_ARRIVALS),
            or_(
                move.c.at <= longest_known,
                and_(medical, move.c.at <= now - limits.medical_storage),
                # What stood there before its record began says since when.
                move.c.kind == Kind.OPENING,
            ),
        )
        .order_by(container.c.container)
    )
    return list(work.connection.execute(query).scalars())


def _arrivals(codes: Sequence[str], work: Work) -> Sequence[RowMapping]:
    container, move = table_of(Container), table_of(MovementRow)
    query = (
        select(
            container.c.container,
            container.c.waste_code,
            container.c.holder,
            container.c.site,
            move.c.idx,
            move.c.at,
            move.c.kind,
            move.c.org,
        )
        .join(move, move.c.subject == container.c.container)
        .where(container.c.container.in_(codes), move.c.kind.in_(_ARRIVALS), move.c.weight_kg > 0)
        .order_by(container.c.container, move.c.at, move.c.n)
    )
    rows = work.connection.execute(query).mappings()
    return [row for row in rows if row["org"] == row["holder"]]


def _since(row: RowMapping, work: Work) -> datetime:
    if row["kind"] == Kind.OPENING:
        event = table_of(EventIndex)
        body = work.connection.execute(
            select(event.c.body).where(event.c.idx == row["idx"])
        ).scalar_one()
        stored_since = json.loads(body).get("stored_since")
        if stored_since:
            return start_of_day(date.fromisoformat(stored_since))
    at: datetime = row["at"]
    return at
