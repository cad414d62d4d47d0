"""Which stored containers nobody could read the label of."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from waste_trace.codes.errors import InvalidCode
from waste_trace.codes.label_token import parse as parse_token
from waste_trace.compliance.unlabelled import (
    UNLABELLED_CONTAINER,
    LabelReadings,
    unlabelled_container,
)
from waste_trace.custody.fold import Touch
from waste_trace.custody.states import State
from waste_trace.store.projector.record import Record
from waste_trace.store.projector.reviews.since import review_before
from waste_trace.store.projector.work import Work
from waste_trace.store.tables import Container
from waste_trace.store.writing import table_of

#: Verbs at which a person stands before the container and scans it.
_SCANS = frozenset({"fill", "weigh", "collect", "store_in", "move", "inspect", "store_out"})
#: Verbs that put a label on.
_LABELS = frozenset({"label", "relabel"})
#: Results of an inspection that say that the label is bad.
_BAD = frozenset({"unlabelled", "unreadable"})
_CHUNK = 400


def review_labels(day: date, record: Record, work: Work) -> None:
    """Settle the rule on every container of which something was recorded since the last review."""
    table = table_of(Container)
    query = (
        select(table.c.container, table.c.holder, table.c.site, table.c.state)
        .where(table.c.last_idx > review_before(record, work))
        .order_by(table.c.container)
    )
    rows = work.connection.execute(query).mappings().all()
    for start in range(0, len(rows), _CHUNK):
        part = rows[start : start + _CHUNK]
        codes = [row["container"] for row in part]
        work.histories.ahead(codes, [])
        work.findings.ahead((UNLABELLED_CONTAINER.name,), codes)
        for row in part:
            code = row["container"]
            raised = []
            if row["state"] == State.STORED:
                touches = work.histories.container(code)
                readings = _readings(code, row["holder"], row["site"], touches)
                raised = unlabelled_container(readings, work.config.rules.limits)
            work.findings.settle((UNLABELLED_CONTAINER.name,), code, raised, record)


def _readings(code: str, org: str, site: str, touches: Sequence[Touch]) -> LabelReadings:
    typed: tuple[int, ...] = ()
    reported: int | None = None
    ever_read = False
    for touch in sorted(touches, key=lambda touch: (touch.claimed_at, touch.idx)):
        if touch.typ in _LABELS or _was_read(code, touch):
            typed, reported = (), None
            ever_read = ever_read or _was_read(code, touch)
        elif touch.typ in _SCANS:
            typed = (*typed, touch.idx)
        if touch.typ == "inspect" and touch.body.get("result") in _BAD:
            reported = touch.idx
    return LabelReadings(code, org, site, typed, ever_read, reported)


def _was_read(code: str, touch: Touch) -> bool:
    labels = touch.body.get("labels")
    return any(_names(code, str(text)) for text in labels) if isinstance(labels, list) else False


def _names(code: str, text: str) -> bool:
    try:
        return str(parse_token(text).digital_id) == code
    except InvalidCode:
        return False
