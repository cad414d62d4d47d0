"""Deadlines that come near, looked for once a day by the deployment's clock.

Each function of ``DEADLINES`` finds one kind of them; a deadline is told once, however often it is
looked for.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta, timezone

from sqlalchemy import Connection, func, select

from waste_trace.notices.kinds import Source
from waste_trace.services.deployment import Deployment
from waste_trace.services.notices.facts import Fact
from waste_trace.services.notices.tell import tell
from waste_trace.store.tables import EventIndex, Manifest
from waste_trace.store.tiles import read_head
from waste_trace.store.writing import table_of

_CHINA = timezone(timedelta(hours=8))
#: A deadline is told when it is so near.
NEAR = timedelta(days=2)
#: 危险废物转移管理办法 art. 18 [P]: the receiver confirms within 5 working days.
CONFIRM_WORKING_DAYS = 5


@dataclass(frozen=True, slots=True)
class Deadline:
    """Something that an organisation has to do by the end of a day (China)."""

    name: str
    subject: str
    org: str
    due: date
    zh: str
    en: str
    href: str


Find = Callable[[Connection], Iterable[Deadline]]


def unconfirmed_manifests(connection: Connection) -> Iterator[Deadline]:
    """Manifests that have arrived and wait for the receiver's confirmation."""
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
        due = add_weekdays(row.at.astimezone(_CHINA).date(), CONFIRM_WORKING_DAYS)
        yield Deadline(
            "confirm",
            row.manifest,
            row.receiver,
            due,
            f"请确认接收联单 {row.manifest}",
            f"confirm manifest {row.manifest}",
            f"/manifests/{row.manifest}",
        )


DEADLINES: tuple[Find, ...] = (unconfirmed_manifests,)


def tell_deadlines(deployment: Deployment) -> None:
    """Tell every deadline that is near or past and was not told yet."""
    today = deployment.now().astimezone(_CHINA).date()
    with deployment.engine.connect() as connection:
        head = read_head(connection)
        found = [one for find in DEADLINES for one in find(connection) if one.due - today <= NEAR]
    idx = head.size - 1 if head else -1
    tell(deployment, [_fact(one, idx, deployment) for one in found])


def add_weekdays(day: date, count: int) -> date:
    """The day so many days from Monday to Friday later; public holidays are not known here."""
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day


def _fact(one: Deadline, idx: int, deployment: Deployment) -> Fact:
    values = {
        "org": one.org,
        "subject": one.subject,
        "due": one.due.isoformat(),
        "zh": one.zh,
        "en": one.en,
        "href": one.href,
    }
    key = f"{one.name}:{one.subject}:{one.due.isoformat()}"
    return Fact(Source.DEADLINE, key, idx, deployment.now(), values)
