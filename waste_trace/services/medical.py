"""Medical waste: boxes with both signatures, how long they stand, and who was collected from.

两个100%: every institution is in the system, and from every one of them is collected in time
(coverage of health-care institutions; 未核实: the policy's own formula was not found).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, or_, select, true

from waste_trace.custody.vocabulary import REGULATOR
from waste_trace.services.deployment import Deployment
from waste_trace.services.look_up import name_organisations
from waste_trace.services.sign_in import Person
from waste_trace.store.tables import MedicalBox, WasteStream
from waste_trace.store.writing import table_of

_SHANGHAI = timezone(timedelta(hours=8))
_MEDICAL = "841-"


@dataclass(frozen=True, slots=True)
class Box:
    """A container of medical waste as its hand-overs tell of it.

    Attributes:
        waits: True while nobody has taken it.
        hours: from the store (or from when it was filled) until it was taken, or until now.
        overdue: longer than the setting allows (医疗废物管理条例 art. 17: two days [P]).
        inside, outside: both sides of the hand-over to the store, and to the collector, were
            signed by two devices.
    """

    row: Mapping[str, Any]
    org_name: str
    taken_by_name: str
    waits: bool
    hours: Decimal
    overdue: bool
    inside: bool
    outside: bool


@dataclass(frozen=True, slots=True)
class Coverage:
    """Institutions that have registered medical waste, and those collected from in the period."""

    first: date
    last: date
    registered: tuple[tuple[str, str], ...]
    collected: tuple[str, ...]

    @property
    def missed(self) -> tuple[tuple[str, str], ...]:
        """Code and name of those from whom nothing was collected."""
        taken = set(self.collected)
        return tuple(one for one in self.registered if one[0] not in taken)

    @property
    def percent(self) -> Decimal | None:
        """Collected from, in per cent of the registered; None where there is none."""
        if not self.registered:
            return None
        share = Decimal(len(self.collected) * 100) / len(self.registered)
        return share.quantize(Decimal("0.1"))


def list_boxes(
    deployment: Deployment, person: Person, *, waiting: bool = False, limit: int = 200
) -> list[Box]:
    """Boxes that one's organisation made or took; those that wait first, the oldest first.

    Args:
        waiting: only those that nobody has taken.
    """
    table = table_of(MedicalBox)
    query = (
        select(table)
        .where(_visible(person))
        .order_by(table.c.taken_at.is_not(None), table.c.stored_at, table.c.container)
        .limit(max(0, min(limit, 500)))
    )
    if waiting:
        query = query.where(table.c.taken_at.is_(None))
    names = name_organisations(deployment)
    most = deployment.settings.medical_storage_hours
    now = deployment.now()
    with deployment.engine.connect() as connection:
        return [_box(dict(row), names, now, most) for row in connection.execute(query).mappings()]


def coverage(deployment: Deployment, first: date, last: date) -> Coverage:
    """How many institutions were collected from in the days ``first`` to ``last``."""
    table, stream = table_of(MedicalBox), table_of(WasteStream)
    begin, end = _midnight(first), _midnight(last + timedelta(days=1))
    taken = select(table.c.org).where(table.c.taken_at >= begin, table.c.taken_at < end).distinct()
    with deployment.engine.connect() as connection:
        registered = set(
            connection.execute(
                select(stream.c.org).where(stream.c.waste_code.startswith(_MEDICAL)).distinct()
            ).scalars()
        )
        registered |= set(connection.execute(select(table.c.org).distinct()).scalars())
        collected = set(connection.execute(taken).scalars())
    names = name_organisations(deployment)
    listed = sorted((org, names.get(org, org)) for org in registered)
    return Coverage(first, last, tuple(listed), tuple(sorted(collected)))


def _box(row: dict[str, Any], names: Mapping[str, str], now: datetime, most: int) -> Box:
    since = row["stored_at"] or row["filled_at"]
    until = row["taken_at"] or now
    stood = timedelta(0) if since is None else max(_aware(until) - _aware(since), timedelta(0))
    hours = Decimal(int(stood.total_seconds())) / 3600
    return Box(
        row=row,
        org_name=names.get(row["org"], row["org"]),
        taken_by_name=names.get(row["taken_by"], row["taken_by"]),
        waits=row["taken_at"] is None,
        hours=hours.quantize(Decimal("0.1")),
        overdue=stood > timedelta(hours=most),
        inside=_two_devices(row, "handed", "stored"),
        outside=_two_devices(row, "given", "taken"),
    )


def _two_devices(row: Mapping[str, Any], giver: str, taker: str) -> bool:
    signed = row[f"{giver}_idx"] is not None and row[f"{taker}_idx"] is not None
    return signed and row[f"{giver}_dev"] != row[f"{taker}_dev"]


def _visible(person: Person) -> ColumnElement[bool]:
    if person.role == REGULATOR:
        return true()
    table = table_of(MedicalBox)
    return or_(table.c.org == person.org, table.c.taken_by == person.org)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=_SHANGHAI).astimezone(UTC)


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)
