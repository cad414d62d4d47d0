"""What has changed since the review before, so that a review need not look at everything."""

from sqlalchemy import func, select

from waste_trace.store.projector.record import Record
from waste_trace.store.projector.work import Work
from waste_trace.store.tables import EventIndex
from waste_trace.store.writing import table_of


def review_before(record: Record, work: Work) -> int:
    """The entry of the review before this one; -1 for the first."""
    event = table_of(EventIndex)
    query = select(func.max(event.c.idx)).where(event.c.typ == "review", event.c.idx < record.idx)
    found = work.connection.execute(query).scalar()
    return -1 if found is None else int(found)
