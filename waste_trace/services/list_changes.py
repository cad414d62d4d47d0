"""The change feed: every event that an organisation sees, once, in an order that never changes.

An event belongs to whoever signed it, to the unit of its containers and whoever else has signed for
them, and to the parties of its manifest. Whoever becomes a party later gets at that moment what was
said before: each change stands at ``since``, the ledger index from which it is the reader's to see.
So a reader who keeps the cursor misses nothing and gets nothing twice.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Connection, RowMapping, exists, func, or_, select, true

from waste_trace.custody.vocabulary import REGULATOR
from waste_trace.errors import WasteTraceError
from waste_trace.services.deployment import Deployment
from waste_trace.services.sign_in import Person
from waste_trace.services.visible import visible_manifests
from waste_trace.store.tables import Container, ContainerEvent, EventIndex, Manifest
from waste_trace.store.tiles import read_head
from waste_trace.store.writing import table_of

#: How many entries one page looks at, so that its work has an end.
SCANNED = 20_000
_CHUNK = 400
_NEVER = 2**62


class ForeignCursor(WasteTraceError):
    """The cursor is of another ledger, or of one that has lost entries."""

    code: ClassVar[str] = "foreign-cursor"
    default_do_zh = "请核对 origin；若台账已以新名称重建，请从 after=-1 重新读取。"
    default_do_en = "Compare the origin; if the ledger goes on under a new name, begin at after=-1."


@dataclass(frozen=True, slots=True)
class Change:
    """An event of the feed; ``row`` is the event index's, ``containers`` those that it touches."""

    since: int
    row: RowMapping
    containers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """A page. ``cursor``: what to ask after next time; ``size``: of the ledger."""

    items: tuple[Change, ...]
    cursor: int
    size: int

    @property
    def more(self) -> bool:
        """Whether asking again at once may give more."""
        return self.cursor < self.size - 1


def list_changes(deployment: Deployment, person: Person, after: int, limit: int) -> Changes:
    """The changes after a cursor: ``limit`` entries of the ledger, and what these opened.

    Args:
        after: the cursor of the page before; -1 for the beginning.

    Raises:
        ForeignCursor
    """
    with deployment.engine.connect() as connection:
        head = read_head(connection)
        size = head.size if head else 0
        if not -1 <= after < max(size, 1):
            raise ForeignCursor(
                f"游标 {after} 不属于本台账（共 {size} 条）。",
                f"The cursor {after} is not of this ledger of {size} entries.",
                size=size,
            )
        last = min(size - 1, after + SCANNED)
        rows = _window(connection, person, after, last, limit)
        if len(rows) == limit:
            last = rows[-1]["idx"]
        grounds = _Grounds(connection, person)
        since = grounds.since(rows)
        if opened := grounds.opened(after, last):
            rows = [*rows, *(row for row in opened if row["idx"] not in since)]
            since = grounds.since(rows)
        shown = sorted(
            (row for row in rows if after < since[row["idx"]] <= last),
            key=lambda row: (since[row["idx"]], row["idx"]),
        )
        touched = _containers(connection, [row["idx"] for row in shown])
    items = tuple(
        Change(since[row["idx"]], row, tuple(touched.get(row["idx"], ()))) for row in shown
    )
    return Changes(items, max(last, after), size)


def _window(
    connection: Connection, person: Person, after: int, last: int, limit: int
) -> list[RowMapping]:
    """Events that the reader sees now, in the order of the ledger."""
    event = table_of(EventIndex)
    query = (
        select(event)
        .where(event.c.idx > after, event.c.idx <= last, _seen(person))
        .order_by(event.c.idx)
        .limit(limit)
    )
    return list(connection.execute(query).mappings())


def _seen(person: Person) -> ColumnElement[bool]:
    if person.role == REGULATOR:
        return true()
    event, link, container = table_of(EventIndex), table_of(ContainerEvent), table_of(Container)
    other, signed, manifest = link.alias("other"), event.alias("signed"), table_of(Manifest)
    theirs = exists().where(
        container.c.container == link.c.container, container.c.unit == person.org
    )
    handled = exists().where(
        other.c.container == link.c.container,
        signed.c.idx == other.c.idx,
        signed.c.org == person.org,
    )
    named = select(manifest.c.manifest).where(visible_manifests(person))
    # Whoever has signed for a manifest is a party before it names them, or though it never does.
    spoke = select(signed.c.manifest).where(signed.c.org == person.org, signed.c.manifest != "")
    return or_(
        event.c.org == person.org,
        event.c.manifest.in_(named),
        event.c.manifest.in_(spoke),
        exists().where(link.c.idx == event.c.idx, or_(theirs, handled)),
    )


class _Grounds:
    """Why, and since which index, an organisation sees events; nothing is asked for twice."""

    def __init__(self, connection: Connection, person: Person) -> None:
        self._connection = connection
        self._org = person.org
        self._all = person.role == REGULATOR
        self._containers: dict[str, int] = {}
        self._manifests: dict[str, int] = {}

    def since(self, rows: Sequence[RowMapping]) -> dict[int, int]:
        """By index, from when on each event is the organisation's to see."""
        if self._all:
            return {row["idx"]: row["idx"] for row in rows}
        touched = _containers(self._connection, [row["idx"] for row in rows])
        codes = {code for some in touched.values() for code in some} - self._containers.keys()
        numbers = {row["manifest"] for row in rows} - {""} - self._manifests.keys()
        self._containers |= dict.fromkeys(codes, _NEVER) | _container_since(
            self._connection, self._org, sorted(codes)
        )
        self._manifests |= dict.fromkeys(numbers, _NEVER) | _manifest_since(
            self._connection, self._org, sorted(numbers)
        )
        found: dict[int, int] = {}
        for row in rows:
            idx = row["idx"]
            grounds = [idx if row["org"] == self._org else _NEVER]
            grounds += [self._containers[code] for code in touched.get(idx, ())]
            grounds.append(self._manifests.get(row["manifest"], _NEVER))
            found[idx] = max(idx, min(grounds))
        return found

    def opened(self, after: int, last: int) -> list[RowMapping]:
        """Every event of the containers and manifests that were opened to them in these entries."""
        codes = [code for code, idx in self._containers.items() if after < idx <= last]
        numbers = [number for number, idx in self._manifests.items() if after < idx <= last]
        event, link = table_of(EventIndex), table_of(ContainerEvent)
        rows: dict[int, RowMapping] = {}
        for part in _parts(sorted(codes)):
            touching = select(link.c.idx).where(link.c.container.in_(part))
            query = select(event).where(event.c.idx.in_(touching), event.c.idx <= last)
            rows.update((row["idx"], row) for row in self._connection.execute(query).mappings())
        for part in _parts(sorted(numbers)):
            query = select(event).where(event.c.manifest.in_(part), event.c.idx <= last)
            rows.update((row["idx"], row) for row in self._connection.execute(query).mappings())
        return list(rows.values())


def _container_since(connection: Connection, org: str, codes: Sequence[str]) -> dict[str, int]:
    """From which index on an organisation is a party of containers."""
    container, link, event = table_of(Container), table_of(ContainerEvent), table_of(EventIndex)
    found: dict[str, int] = {}
    for part in _parts(codes):
        first = (
            select(link.c.container, func.min(link.c.idx))
            .join(event, event.c.idx == link.c.idx)
            .where(link.c.container.in_(part), event.c.org == org)
            .group_by(link.c.container)
        )
        found.update({code: idx for code, idx in connection.execute(first)})
        own = select(container.c.container).where(
            container.c.container.in_(part), container.c.unit == org
        )
        found.update(dict.fromkeys(connection.execute(own).scalars(), 0))
    return found


def _manifest_since(connection: Connection, org: str, numbers: Sequence[str]) -> dict[str, int]:
    """From which index on an organisation is a party of manifests: it signed, or was named."""
    event = table_of(EventIndex)
    found: dict[str, int] = {}
    for part in _parts(numbers):
        first = (
            select(event.c.manifest, func.min(event.c.idx))
            .where(
                event.c.manifest.in_(part),
                or_(event.c.org == org, event.c.body.contains(json.dumps(org), autoescape=True)),
            )
            .group_by(event.c.manifest)
        )
        found.update({number: idx for number, idx in connection.execute(first)})
    return found


def _containers(connection: Connection, indices: Sequence[int]) -> dict[int, list[str]]:
    """The containers that each of the events touches."""
    link = table_of(ContainerEvent)
    found: dict[int, list[str]] = {}
    for part in _parts(indices):
        query = (
            select(link.c.idx, link.c.container)
            .where(link.c.idx.in_(part))
            .distinct()
            .order_by(link.c.idx, link.c.container)
        )
        for idx, code in connection.execute(query):
            found.setdefault(idx, []).append(code)
    return found


def _parts(items: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK))
