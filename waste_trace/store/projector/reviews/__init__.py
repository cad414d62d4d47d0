"""What the calendar's daily review looks at: rules that time alone can break.

A review is an event, so a rebuild finds the same deadlines missed on the same days. Each subject
has a file here with the query that finds its candidates; the rule itself is in
`waste_trace.compliance`.
"""

from collections.abc import Callable
from datetime import date

from waste_trace.store.projector.record import Record
from waste_trace.store.projector.reviews.filings import review_filings
from waste_trace.store.projector.reviews.finding_lives import review_answers
from waste_trace.store.projector.reviews.forecasts import review_forecasts
from waste_trace.store.projector.reviews.genealogy import review_genealogy
from waste_trace.store.projector.reviews.hand_overs import review_hand_overs
from waste_trace.store.projector.reviews.labels import review_labels
from waste_trace.store.projector.reviews.manifests import review_manifests
from waste_trace.store.projector.reviews.mass_balance import review_mass_balance
from waste_trace.store.projector.reviews.neighbours import review_neighbours
from waste_trace.store.projector.reviews.provinces import review_provinces
from waste_trace.store.projector.reviews.silence import (
    review_cameras,
    review_devices,
    review_small_producers,
)
from waste_trace.store.projector.reviews.storage_amounts import review_storage_amounts
from waste_trace.store.projector.reviews.storage_times import review_storage_times
from waste_trace.store.projector.reviews.weight_bias import review_weight_bias
from waste_trace.store.projector.work import Handler, Work

#: Looks at one subject as of the day's beginning (Asia/Shanghai) and settles its findings.
Review = Callable[[date, Record, Work], None]

REVIEWS: tuple[Review, ...] = (
    review_storage_times,
    review_storage_amounts,
    review_neighbours,
    review_labels,
    review_manifests,
    review_hand_overs,
    review_provinces,
    review_devices,
    review_cameras,
    review_small_producers,
    review_filings,
    review_forecasts,
    review_mass_balance,
    review_weight_bias,
    review_genealogy,
    review_answers,  # the last: it looks at what the others have raised
)


def project_review(record: Record, work: Work) -> None:
    """``review``: every subject is looked at; queries see all that was logged before."""
    work.flush()
    day = date.fromisoformat(str(record.event.body["day"]))
    for review in REVIEWS:
        review(day, record, work)


HANDLERS: dict[str, Handler] = {"review": project_review}
