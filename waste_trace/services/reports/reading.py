"""The facts behind forms, read from one state of the ledger and all its read tables."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, select

from waste_trace.catalogue.lookup import Catalogue
from waste_trace.catalogue.short_name import good_names
from waste_trace.codes import waste_code
from waste_trace.codes.errors import InvalidCode
from waste_trace.custody.balance import Booking
from waste_trace.custody.bulk import BULK_VERBS
from waste_trace.custody.fold import Touch
from waste_trace.custody.movements import Account, Kind, Movement
from waste_trace.custody.retelling import WITHDRAWN, retold
from waste_trace.ledger.checkpoint import read_checkpoint
from waste_trace.ledger.encoding import b64
from waste_trace.reports.form import Stamp
from waste_trace.reports.forms.filing import Filing, Unit
from waste_trace.reports.forms.waste import Waste
from waste_trace.services.deployment import Deployment
from waste_trace.services.render_label import house_catalogue
from waste_trace.services.reports.asked import Asked
from waste_trace.store.cosignatures import cosigned_note
from waste_trace.store.engine import is_sqlite
from waste_trace.store.projector.histories import agreed
from waste_trace.store.tables import (
    Batch,
    CheckpointRow,
    Container,
    ContainerEvent,
    EventIndex,
    MovementRow,
    Organisation,
    Site,
    User,
)
from waste_trace.store.tiles import newest_checkpoint
from waste_trace.store.writing import table_of

_CHUNK = 400


@dataclass(frozen=True, slots=True)
class Told:
    """An event as forms see it, with the corrections that were agreed on; ``at``: claimed time."""

    idx: int
    typ: str
    org: str
    site: str
    act: str
    at: datetime
    manifest: str
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Reading:
    """One snapshot; what is looked up often is read once."""

    deployment: Deployment
    connection: Connection
    asked: Asked
    catalogue: Catalogue
    _wastes: dict[tuple[str, str], Waste] = field(default_factory=dict)
    _containers: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def filing(self) -> Filing:
        """Who files, for when, and from which checkpoint."""
        site = self.asked.site or ""
        unit = Unit(
            self.org_names.get(self.asked.org, self.asked.org),
            self.asked.org,
            site,
            self.sites[site]["name"] if site in self.sites else "",
        )
        return Filing(unit, self.asked.period, self._stamp())

    @cached_property
    def org_names(self) -> Mapping[str, str]:
        """The name of every organisation by its code."""
        table = table_of(Organisation)
        query = select(table.c.org, table.c.name)
        return {org: name for org, name in self.connection.execute(query)}

    @cached_property
    def sites(self) -> Mapping[str, Mapping[str, Any]]:
        """The sites of the organisation that files."""
        table = table_of(Site)
        rows = self.rows(select(table).where(table.c.org == self.asked.org))
        return {row["site"]: dict(row) for row in rows}

    @cached_property
    def people(self) -> Mapping[str, str]:
        """Names of the filing organisation's own people by pseudonym (经办人)."""
        table = table_of(User)
        query = select(table.c.pseudonym, table.c.display_name).where(table.c.org == self.asked.org)
        return {pseudonym: name for pseudonym, name in self.connection.execute(query)}

    def person(self, pseudonym: str) -> str:
        """A handler's name where they are one of the unit's own, else the pseudonym."""
        return self.people.get(pseudonym, pseudonym)

    def waste(self, code: str, common_name: str = "") -> Waste:
        """A waste code with its names: that in use at the unit, and that of the list."""
        known = self._wastes.get((code, common_name))
        if known is None:
            found = self.catalogue.find(code) if code else None
            entry = found.entry if found else None
            known = Waste(
                code,
                _category(code),
                common_name or self._names_in_use.get(code, ""),
                good_names(entry.description)[0] if entry else "",
            )
            self._wastes[code, common_name] = known
        return known

    @cached_property
    def _names_in_use(self) -> Mapping[str, str]:
        """What batches call each code; what the unit itself says has the last word."""
        table, event = table_of(Batch), table_of(EventIndex)
        query = select(table.c.waste_code, table.c.waste_name).order_by(
            table.c.org == self.asked.org, table.c.idx
        )
        names = {code: name for code, name in self.connection.execute(query)}
        loose = select(event).where(event.c.org == self.asked.org, event.c.typ.in_(BULK_VERBS))
        for told in self.told(loose):
            if told.body.get("waste_name"):
                names[str(told.body["waste_code"])] = str(told.body["waste_name"])
        return names

    def told(self, query: Select[Any]) -> list[Told]:
        """The events of a query on the event index, by index."""
        rows = list(self.rows(query.order_by(table_of(EventIndex).c.idx)))
        changes = agreed(self.connection, (row["idx"] for row in rows))
        return [_told(row, changes.get(row["idx"], {})) for row in rows]

    def told_of(self, indices: Iterable[int]) -> dict[int, Told]:
        """The events of these indices."""
        table = table_of(EventIndex)
        found: dict[int, Told] = {}
        for part in parts(indices):
            found.update({t.idx: t for t in self.told(select(table).where(table.c.idx.in_(part)))})
        return found

    def containers(self, codes: Iterable[str]) -> dict[str, Mapping[str, Any]]:
        """The rows of these containers; each is read once."""
        table = table_of(Container)
        wanted = list(dict.fromkeys(codes))
        for part in parts(code for code in wanted if code not in self._containers):
            rows = self.rows(select(table).where(table.c.container.in_(part)))
            self._containers.update({row["container"]: dict(row) for row in rows})
        return {code: self._containers[code] for code in wanted if code in self._containers}

    def touched(self, indices: Iterable[int]) -> dict[int, list[str]]:
        """The containers that each of these events is about, in the order of their codes."""
        table = table_of(ContainerEvent)
        found: dict[int, list[str]] = {}
        for part in parts(indices):
            query = select(table.c.idx, table.c.container).where(
                table.c.idx.in_(part), table.c.role != WITHDRAWN
            )
            for idx, code in self.connection.execute(query.order_by(table.c.container)):
                found.setdefault(idx, []).append(code)
        return found

    def bookings(self, org: str = "") -> tuple[Booking, ...]:
        """The bookings of an organisation up to the end of the period; of everybody without one."""
        table = table_of(MovementRow)
        query = select(table).where(table.c.at < self.asked.bounds[1].astimezone(UTC))
        if org:
            query = query.where(table.c.org == org)
        return tuple(map(_booking, self.rows(query.order_by(table.c.subject, table.c.n))))

    def contents(self, codes: Iterable[str]) -> dict[str, list[Booking]]:
        """Every booking of these containers, whoever's account it is on, in order."""
        table = table_of(MovementRow)
        found: dict[str, list[Booking]] = {}
        for part in parts(codes):
            query = select(table).where(table.c.subject.in_(part)).order_by(table.c.n)
            for row in self.rows(query):
                found.setdefault(row["subject"], []).append(_booking(row))
        return found

    def rows(self, query: Select[Any]) -> Iterator[RowMapping]:
        """The rows of a query."""
        yield from self.connection.execute(query).mappings()

    def _stamp(self) -> Stamp:
        note = newest_checkpoint(self.connection) or ""
        checkpoint = read_checkpoint(note)
        table = table_of(CheckpointRow)
        ms = self.connection.execute(
            select(table.c.ms).where(table.c.size == checkpoint.size)
        ).scalar_one()
        return Stamp(
            checkpoint.origin,
            checkpoint.size,
            b64(checkpoint.root),
            cosigned_note(self.connection, checkpoint.size) or note,
            datetime.fromtimestamp(ms / 1000, UTC),
            self.deployment.now(),
        )


@contextmanager
def reading(deployment: Deployment, asked: Asked) -> Iterator[Reading]:
    """A snapshot of the database: the checkpoint and every table as of one moment."""
    with deployment.engine.connect() as connection:
        if not is_sqlite(connection):  # where a transaction is a snapshot anyhow
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield Reading(deployment, connection, asked, house_catalogue(deployment))


def utc(moment: datetime) -> datetime:
    """A time as it comes from either database, aware."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _told(row: RowMapping, changes: Mapping[str, str]) -> Told:
    at, body = utc(row["claimed_at"]), json.loads(row["body"])
    touch = Touch(row["idx"], row["typ"], "subject", at, row["org"], row["site"], body)
    if changes:
        touch = retold(touch, changes)
    return Told(
        touch.idx,
        touch.typ,
        touch.org,
        touch.site,
        row["act"],
        touch.claimed_at,
        row["manifest"],
        touch.body,
    )


def _booking(row: RowMapping) -> Booking:
    account = Account(row["org"], row["site"])
    move = Movement(row["idx"], Kind(row["kind"]), account, row["weight_kg"], utc(row["at"]))
    return Booking(row["subject"], row["waste_code"], move)


def _category(code: str) -> str:
    try:
        return waste_code.parse(code).category
    except InvalidCode:
        return ""


def parts(items: Iterable[Any]) -> Iterator[Sequence[Any]]:
    """Distinct items in portions that a query can name."""
    unique = list(dict.fromkeys(items))
    return (unique[start : start + _CHUNK] for start in range(0, len(unique), _CHUNK))
