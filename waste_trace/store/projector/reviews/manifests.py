"""Which manifests were confirmed late, are not confirmed, or have no end."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select

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
from waste_trace.custody.fold import Touch
from waste_trace.custody.vocabulary import DESK
from waste_trace.store.projector.record import Record
from waste_trace.store.projector.reviews.since import review_before
from waste_trace.store.projector.routes import settle_journey
from waste_trace.store.projector.work import Work
from waste_trace.store.tables import Manifest
from waste_trace.store.writing import table_of

#: The waste is at the receiver: the period of confirmation begins (接受之日).
_RECEIVED = ("arrive", "weigh_in")
#: The receiver has said what becomes of it.
_CONFIRMED = ("accept", "accept_with_difference", "accept_in_part", "reject")
#: A manifest in these states waits for nobody.
ENDED = ("accepted", "rejected", "returned", "void")
_RULES = (LATE_CONFIRMATION.name, LATE_BACK_ENTRY.name, OPEN_MANIFEST.name)
_CHUNK = 400


def review_manifests(day: date, record: Record, work: Work) -> None:
    """Settle the deadlines of manifests that are open, or changed since the last review."""
    now, book = start_of_day(day), work.config.rules
    table = table_of(Manifest)
    # Nothing is late on the day after it was opened: five working days are never so few.
    old_enough = now - min(book.limits.open_manifest, timedelta(days=1))
    query = (
        select(table.c.manifest, table.c.sender, table.c.receiver, table.c.state)
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
            touches = work.histories.manifest(number)
            ended = row["state"] in ENDED
            times = _times(number, row["sender"], row["receiver"], ended, touches)
            raised = [
                *late_confirmation(times, now, book.calendar, book.limits),
                *open_manifest(times, now, book.limits),
                *_back_entry(times, touches, work),
            ]
            work.findings.settle(_RULES, number, raised, record)
            settle_journey(number, now, record, work)


def _times(
    number: str, sender: str, receiver: str, ended: bool, touches: Sequence[Touch]
) -> ManifestTimes:
    opened = _first(touches, ("open_manifest",))
    received, confirmed = _first(touches, _RECEIVED), _first(touches, _CONFIRMED)
    found = (opened, received, confirmed)
    return ManifestTimes(
        manifest=number,
        sender=sender,
        receiver=receiver,
        opened_at=_at(opened),
        received_at=_at(received),
        confirmed_at=_at(confirmed),
        ended=ended,
        events=tuple(touch.idx for touch in found if touch is not None),
    )


def _back_entry(times: ManifestTimes, touches: Sequence[Touch], work: Work) -> list[Raised]:
    """A manifest that was opened at the desk after the waste had been received: it ran on paper."""
    opened = _first(touches, ("open_manifest",))
    if opened is None or times.received_at is None:
        return []
    entry = work.event(opened.idx)
    if entry is None or entry["dev"] != DESK or entry["logged_at"] <= times.received_at:
        return []
    book = work.config.rules
    moments = (times.received_at, entry["logged_at"])
    return late_back_entry(
        times.manifest, times.sender, *moments, opened.idx, book.calendar, book.limits
    )


def _first(touches: Sequence[Touch], typs: Sequence[str]) -> Touch | None:
    """The first of these steps, as claimed."""
    steps = [touch for touch in touches if touch.typ in typs]
    return min(steps, key=lambda touch: (touch.claimed_at, touch.idx), default=None)


def _at(touch: Touch | None) -> datetime | None:
    return touch.claimed_at if touch else None
