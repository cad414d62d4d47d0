"""Hand-overs between carriers that only one of them has recorded."""

import json
from datetime import date

from sqlalchemy import or_, select

from waste_trace.compliance.calendar import start_of_day
from waste_trace.compliance.hand_over import (
    HAND_OVER_UNANSWERED,
    HAND_OVER_VERBS,
    hand_over_unanswered,
)
from waste_trace.store.projector.record import Record
from waste_trace.store.projector.reviews.since import review_before
from waste_trace.store.projector.work import Work
from waste_trace.store.tables import EventIndex
from waste_trace.store.writing import table_of

_RULES = (HAND_OVER_UNANSWERED.name,)
_CHUNK = 400


def review_hand_overs(day: date, record: Record, work: Work) -> None:
    """Settle the rule where a new word was said on a hand-over, or time has run out for it."""
    now, limits = start_of_day(day), work.config.rules.limits
    numbers = _candidates(record, work)
    for start in range(0, len(numbers), _CHUNK):
        part = numbers[start : start + _CHUNK]
        work.histories.ahead([], part)
        work.findings.ahead(_RULES, part)
        for number in part:
            touches = work.histories.manifest(number)
            raised = hand_over_unanswered(number, touches, now, limits)
            work.findings.settle(_RULES, number, raised, record)


def _candidates(record: Record, work: Work) -> list[str]:
    """Manifests whose hand-overs say something else than at the review before."""
    event, before = table_of(EventIndex), review_before(record, work)
    query = select(event.c.manifest).distinct().where(event.c.typ.in_(HAND_OVER_VERBS))
    reviewed = work.event(before)
    if reviewed is not None:
        then = start_of_day(date.fromisoformat(json.loads(reviewed["body"])["day"]))
        waited = then - work.config.rules.limits.hand_over_answer
        query = query.where(or_(event.c.idx > before, event.c.claimed_at >= waited))
    return list(work.connection.execute(query.order_by(event.c.manifest)).scalars())
