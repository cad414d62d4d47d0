"""Deadlines that come near, looked for once a day by the deployment's clock.

Each function of ``DEADLINES`` finds one kind of them; a deadline is told once, however often it is
looked for. When one has passed, the rules raise a finding (the calendar's review).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, or_, select

from waste_trace.compliance.calendar import day_of
from waste_trace.compliance.finding_life import FINDING_OVERDUE, WAITS_FOR_PARTY, due_at
from waste_trace.compliance.rule_book import RuleBook
from waste_trace.notices.kinds import Source
from waste_trace.services.deployment import Deployment
from waste_trace.services.notices.facts import Fact, finding_page
from waste_trace.services.notices.tell import tell
from waste_trace.services.rule_book import rule_book
from waste_trace.store.tables import EventIndex, Finding, FindingLife, Manifest
from waste_trace.store.tiles import read_head
from waste_trace.store.writing import table_of

#: A deadline is told when its last day is so near.
NEAR = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Deadline:
    """Something that an organisation has to do before ``due``."""

    name: str
    subject: str
    org: str
    due: datetime
    zh: str
    en: str
    href: str

    @property
    def last_day(self) -> date:
        """The last day on which it is in time; ``due`` is the first moment after it."""
        return day_of(self.due - timedelta(seconds=1))


Find = Callable[[Connection, RuleBook], Iterable[Deadline]]


def unconfirmed_manifests(connection: Connection, book: RuleBook) -> Iterator[Deadline]:
    """Manifests that have arrived and wait for the receiver's word (转移管理办法 art. 18)."""
    event, manifest = table_of(EventIndex), table_of(Manifest)
    rows = connection.execute(
        select(manifest.c.manifest, manifest.c.receiver, func.min(event.c.claimed_at).label("at"))
        .join(event, event.c.manifest == manifest.c.manifest)
        .where(
            manifest.c.state.in_(("arrived", "weighed")),
            manifest.c.receiver != "",
            event.c.typ.in_(("arrive", "weigh_in")),
        )
        .group_by(manifest.c.manifest, manifest.c.receiver)
        .order_by(manifest.c.manifest)
    )
    for row in rows:
        yield Deadline(
            "confirm",
            row.manifest,
            row.receiver,
            book.calendar.deadline(row.at, book.limits.confirm_working_days),
            f"请确认接收联单 {row.manifest}",
            f"confirm manifest {row.manifest}",
            f"/manifests/{row.manifest}",
        )


def unanswered_findings(connection: Connection, book: RuleBook) -> Iterator[Deadline]:
    """Findings that wait for their party's explanation or remedy (整改期限)."""
    finding, life = table_of(Finding), table_of(FindingLife)
    waits = [status.value for status in WAITS_FOR_PARTY]
    rows = connection.execute(
        select(finding, func.coalesce(life.c.since, finding.c.raised_at).label("waits_since"))
        .outerjoin(life, life.c.key == finding.c.key)
        .where(
            finding.c.cleared_idx.is_(None),
            finding.c.rule != FINDING_OVERDUE.name,
            finding.c.org != "",
            or_(life.c.status.is_(None), life.c.status.in_(waits)),
        )
        .order_by(finding.c.key)
    )
    for row in rows:
        yield Deadline(
            "answer",
            row.key,
            row.org,
            due_at(row.waits_since, row.severity, book.answer_days, book.calendar),
            f"请说明或整改：{row.zh}",
            f"explain or remedy: {row.en}",
            finding_page(row.key),
        )


DEADLINES: tuple[Find, ...] = (unconfirmed_manifests, unanswered_findings)


def tell_deadlines(deployment: Deployment) -> None:
    """Tell every deadline that is near, or past, and was not told yet."""
    now, book = deployment.now(), rule_book(deployment.settings)
    with deployment.engine.connect() as connection:
        head = read_head(connection)
        found = [one for find in DEADLINES for one in find(connection, book)]
    idx = head.size - 1 if head else -1
    near = [one for one in found if one.last_day - day_of(now) <= NEAR]
    tell(deployment, [_fact(one, idx, now) for one in near])


def _fact(one: Deadline, idx: int, now: datetime) -> Fact:
    last_day = one.last_day.isoformat()
    values = {
        "org": one.org,
        "subject": one.subject,
        "due": last_day,
        "zh": one.zh,
        "en": one.en,
        "href": one.href,
    }
    return Fact(Source.DEADLINE, f"{one.name}:{one.subject}:{last_day}", idx, now, values)
