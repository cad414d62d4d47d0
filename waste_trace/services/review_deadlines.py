"""A day has come (巡查): the calendar says so in the ledger, and deadlines are looked at."""

from collections.abc import Sequence
from datetime import date, timedelta, timezone

from sqlalchemy import Connection, select

from waste_trace.services.deployment import Deployment
from waste_trace.services.open_ledger import enrol_service
from waste_trace.store.sequencer import Draft
from waste_trace.store.tables import EventIndex
from waste_trace.store.writing import table_of

AUTHOR = "calendar"
_SHANGHAI = timezone(timedelta(hours=8))


def review_deadlines(deployment: Deployment) -> tuple[date, bool]:
    """Write today's ``review``, once a day of Shanghai; the day, and if this call wrote it."""
    day = deployment.now().astimezone(_SHANGHAI).date()

    def build(connection: Connection) -> Sequence[Draft]:
        event = table_of(EventIndex)
        newest = connection.execute(
            select(event.c.body)
            .where(event.c.typ == "review")
            .order_by(event.c.idx.desc())
            .limit(1)
        ).scalar()
        said = f'"{day.isoformat()}"'
        return [] if newest and said in newest else [Draft("review", {"day": day.isoformat()})]

    enrol_service(deployment, AUTHOR)
    return day, bool(deployment.sequencer.compose(AUTHOR, build))
