"""What the calendar's daily review looks at: rules that time alone can break.

A review is an event, so a rebuild finds the same deadlines missed on the same days. Each subject
has a file here with the query that finds its candidates; the rule itself is in
`waste_trace.compliance`.
"""

from collections.abc import Callable
from datetime import date

from waste_trace.store.projector.record import Record
from waste_trace.store.projector.reviews.mass_balance import review_mass_balance
from waste_trace.store.projector.work import Handler, Work

#: Looks at one subject as of the day's beginning (Asia/Shanghai) and settles its findings.
Review = Callable[[date, Record, Work], None]

REVIEWS: tuple[Review, ...] = (review_mass_balance,)


def project_review(record: Record, work: Work) -> None:
    """``review``: every subject is looked at; queries see all that was logged before."""
    work.flush()
    day = date.fromisoformat(str(record.event.body["day"]))
    for review in REVIEWS:
        review(day, record, work)


HANDLERS: dict[str, Handler] = {"review": project_review}
