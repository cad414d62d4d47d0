"""Which manifests were confirmed late, are not confirmed, or have no end."""

from datetime import date, datetime, timedelta

from sqlalchemy import RowMapping, or_, select

from waste_trace.compliance.calendar import start_of_day
from waste_trace.compliance.manifest_deadlines import (
    LATE_BACK_ENTRY,
    LATE_CONFIRMATION,
    OPEN_MANIFEST,
    ManifestTimes,
    late_back_entry,
    late_confirmation,
    open_manifest,
)
from waste_trace.compliance.rule import Raised
from waste_trace.custody.vocabulary import DESK
from waste_trace.store.projector.record import Record
from waste_trace.store.projector.reviews.since import review_before
from waste_trace.store.projector.routes import settle_journey
from waste_trace.store.projector.work import Work
from waste_trace.store.tables import Manifest
from waste_trace.store.writing import table_of

#: A manifest in these states waits for nobody.
ENDED = ("accepted", "accepted_in_part", "rejected", "returned", "closed", "void")
_RULES = (LATE_CONFIRMATION.name, LATE_BACK_ENTRY.name, OPEN_MANIFEST.name)
_CHUNK = 400


def review_manifests(day: date, record: Record, work: Work) -> None:
    """Settle the deadlines of manifests that are open, or changed since the last review."""
    now, book = start_of_day(day), work.config.rules
    table = table_of(Manifest)
    # Nothing is late on the day after it was opened: five working days are never so few.
    old_enough = now - min(book.limits.open_manifest, timedelta(days=1))
    query = (
        select(table)
        .where(
            or_(
                table.c.last_idx > review_before(record, work),
                table.c.state.not_in(ENDED) & (table.c.opened_at <= old_enough),
            )
        )
        .order_by(table.c.manifest)
    )
    rows = work.connection.execute(query).mappings().all()
    for start in range(0, len(rows), _CHUNK):
        part = rows[start : start + _CHUNK]
        numbers = [row["manifest"] for row in part]
        work.histories.ahead([], numbers)
        work.findings.ahead(_RULES, numbers)
        for row in part:
            number = row["manifest"]
            times = _times(row, work)
            raised = [
                *late_confirmation(times, now, book.calendar, book.limits),
                *open_manifest(times, now, book.limits),
                *_back_entry(row, times, work),
            ]
            work.findings.settle(_RULES, number, raised, record)
            settle_journey(number, now, record, work)


def _times(row: RowMapping, work: Work) -> ManifestTimes:
    opened = () if row["opened_idx"] is None else (row["opened_idx"],)
    return ManifestTimes(
        manifest=row["manifest"],
        sender=row["sender"],
        receiver=row["receiver"],
        opened_at=row["opened_at"],
        received_at=_received_at(row, work),
        confirmed_at=row["confirmed_at"],
        ended=row["state"] in ENDED,
        events=opened,
    )


def _received_at(row: RowMapping, work: Work) -> datetime | None:
    """When the waste was at the receiver (接受之日): on its scale, where no driver said so."""
    touches = work.histories.manifest(row["manifest"])
    weighed = (touch.claimed_at for touch in touches if touch.typ == "weigh_in")
    return row["arrived_at"] or min(weighed, default=None)


def _back_entry(row: RowMapping, times: ManifestTimes, work: Work) -> list[Raised]:
    """A manifest that ran on paper (纸质联单), and says so, or was opened after the reception."""
    done_at = times.received_at or row["paper_at"]
    opened = None if row["opened_idx"] is None else work.event(row["opened_idx"])
    if opened is None or done_at is None:
        return []
    afterwards = opened["dev"] == DESK and opened["logged_at"] > done_at
    if row["paper_at"] is None and not afterwards:
        return []
    book = work.config.rules
    moments = (done_at, opened["logged_at"])
    return late_back_entry(
        times.manifest, times.sender, *moments, opened["idx"], book.calendar, book.limits
    )
