"""The events behind a container or a manifest: read once, extended as the ledger goes on."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

import orjson
from sqlalchemy import Connection, delete, func, select

from waste_trace.custody.correcting import reads
from waste_trace.custody.fold import Present, Touch, fold, fold_on
from waste_trace.custody.manifest_progress import MANIFEST_VERBS
from waste_trace.custody.retelling import WITHDRAWN, retold
from waste_trace.custody.vocabulary import container_roles
from waste_trace.store.tables import ContainerEvent, CorrectionRow, EventIndex
from waste_trace.store.writing import insert_rows, table_of

_CHUNK = 400
Item = TypeVar("Item")
_TOLD = ("idx", "typ", "claimed_at", "org", "site", "body")  # what a touch is made of


class Histories:
    """Touches by container and by manifest number."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._containers: dict[str, list[Touch]] = {}
        self._manifests: dict[str, list[Touch]] = {}
        self._presents: dict[str, Present] = {}
        self._corrected: dict[int, dict[str, str]] = {}
        self._moved: dict[int, Mapping[str, str]] = {}
        self._any_corrected: bool | None = None
        self._new: list[dict[str, Any]] = []

    def __len__(self) -> int:
        """How many touches it remembers."""
        known = (*self._containers.values(), *self._manifests.values())
        return sum(map(len, known)) + len(known)

    def ahead(self, containers: Iterable[str], manifests: Iterable[str]) -> None:
        """Read the histories that a batch will extend."""
        event, link = table_of(EventIndex), table_of(ContainerEvent)
        told = [event.c[name] for name in _TOLD]
        for part in _parts(code for code in containers if code not in self._containers):
            self._containers.update({code: [] for code in part})
            query = (
                select(link.c.container, link.c.role, *told)
                .join(link, link.c.idx == event.c.idx)
                .where(link.c.container.in_(part), link.c.role != WITHDRAWN)
            )
            for code, role, *values in self.connection.execute(query):
                self._containers[code].append(_touch(code, role, *values))
            self._apply_corrections(part, self._containers)
        for part in _parts(number for number in manifests if number not in self._manifests):
            self._manifests.update({number: [] for number in part})
            query = select(event.c.manifest, *told).where(
                event.c.manifest.in_(part), event.c.typ.in_(MANIFEST_VERBS)
            )
            for number, *values in self.connection.execute(query):
                self._manifests[number].append(_touch("", "subject", *values))
            self._apply_corrections(part, self._manifests)

    def container(self, code: str) -> list[Touch]:
        """All touches of a container up to now."""
        if code not in self._containers:
            self.ahead([code], [])
        return self._containers[code]

    def present(self, code: str) -> Present:
        """What a container's touches add up to now; folded once until the next touch."""
        if code not in self._presents:
            self._presents[code] = fold(self.container(code))
        return self._presents[code]

    def told(self, signed: Touch) -> Touch:
        """An event as it reads by now."""
        self.learn_corrections([signed.idx])
        return _patched(signed, self._corrected)

    def correct(self, signed: Touch, path: str, new: str) -> tuple[Touch, Touch] | None:
        """From now on the event says ``new`` there.

        Args:
            signed: the event as it was signed.

        Returns:
            How it read before and reads now; None where that would be no event.
        """
        before = self.told(signed)
        changes = {**self._corrected.get(signed.idx, {}), path: new}
        after = reads(signed, changes)
        if after is None:
            return None
        self._corrected[signed.idx] = changes
        self._any_corrected = True
        self._move(before, after)
        number = str(after.body.get("manifest", ""))
        if number and after.typ in MANIFEST_VERBS:
            touches = self.manifest(number)
            touches[:] = [after if one.idx == after.idx else one for one in touches]
        return before, after

    def _move(self, before: Touch, after: Touch) -> None:
        """The event is no longer one of the containers that it named, but of those it names."""
        old, roles = roles_of(before), roles_of(after)
        self.ahead([*old, *roles], [])
        for code in {**old, **roles}:
            kept = [one for one in self._containers[code] if one.idx != after.idx]
            if code in roles:
                kept.append(replace(after, role=roles[code], container=code))
            self._containers[code] = kept
            self._presents.pop(code, None)
        if old != roles:
            named = {**self._moved.get(after.idx, {}), **old}
            self._moved[after.idx] = dict.fromkeys(named, WITHDRAWN) | roles

    def manifest(self, number: str) -> list[Touch]:
        """All touches of a manifest up to now."""
        if number not in self._manifests:
            self.ahead([], [number])
        return self._manifests[number]

    def manifests_of(self, code: str) -> list[str]:
        """The numbers of the manifests that a container has been on."""
        numbers = (str(touch.body.get("manifest", "")) for touch in self.container(code))
        return sorted({number for number in numbers if number})

    def touch_container(self, code: str, touch: Touch) -> None:
        """A new event of a container."""
        self.container(code).append(touch)
        before = self._presents.pop(code, None)
        after = fold_on(before, touch) if before is not None else None
        if after is not None:
            self._presents[code] = after
        self._new.append({"container": code, "idx": touch.idx, "role": touch.role})

    def touch_manifest(self, number: str, touch: Touch) -> None:
        """A new event of a manifest; the event index keeps it."""
        self.manifest(number).append(touch)

    def flush(self) -> None:
        """Write the new links between containers and events."""
        insert_rows(self.connection, ContainerEvent, self._new)
        self._new = []
        link = table_of(ContainerEvent)
        for idx, roles in self._moved.items():
            stood = self.connection.execute(select(link.c.container).where(link.c.idx == idx))
            links = dict.fromkeys(stood.scalars(), WITHDRAWN) | dict(roles)
            self.connection.execute(delete(link).where(link.c.idx == idx))
            rows = [{"container": code, "idx": idx, "role": role} for code, role in links.items()]
            insert_rows(self.connection, ContainerEvent, rows)
        self._moved = {}

    def _apply_corrections(self, part: Iterable[str], touches: dict[str, list[Touch]]) -> None:
        """Let what was read say what was agreed that it should have said."""
        if self.learn_corrections({touch.idx for key in part for touch in touches[key]}):
            for key in part:
                touches[key] = [_patched(touch, self._corrected) for touch in touches[key]]

    def learn_corrections(self, indices: Iterable[int]) -> bool:
        """Know what of these events was corrected; False while nothing ever was."""
        if self._any_corrected is None:
            table = table_of(CorrectionRow)
            query = select(table.c.idx).where(table.c.status == "confirmed").limit(1)
            self._any_corrected = self.connection.execute(query).first() is not None
        if self._any_corrected:
            new = set(indices) - self._corrected.keys()
            found = agreed(self.connection, new)
            self._corrected |= {idx: found.get(idx, {}) for idx in new}
        return self._any_corrected


def _parts(items: Iterable[Item]) -> Iterable[list[Item]]:
    unique = list(dict.fromkeys(items))
    return (unique[start : start + _CHUNK] for start in range(0, len(unique), _CHUNK))


def agreed(connection: Connection, indices: Iterable[int]) -> dict[int, dict[str, str]]:
    """What was agreed of events: by index, path to the new value."""
    found: dict[int, dict[str, str]] = {}
    table = table_of(CorrectionRow)
    for part in _parts(indices):
        query = select(table).where(table.c.corrects.in_(part), table.c.status == "confirmed")
        # Of two agreed corrections of one value, the one agreed later counts.
        ordered = query.order_by(func.coalesce(table.c.answered_idx, table.c.idx))
        for row in connection.execute(ordered).mappings():
            found.setdefault(row["corrects"], {})[row["field"]] = row["new"]
    return found


def roles_of(touch: Touch) -> dict[str, str]:
    """The containers that an event is about as it reads, each with its part in it."""
    return container_roles(touch.typ, touch.body)


def _patched(touch: Touch, corrected: Mapping[int, Mapping[str, str]]) -> Touch:
    changes = corrected.get(touch.idx)
    return retold(touch, changes) if changes else touch


def _touch(
    container: str,
    role: str,
    idx: int,
    typ: str,
    claimed_at: datetime,
    org: str,
    site: str,
    body: str,
) -> Touch:
    return Touch(idx, typ, role, claimed_at, org, site, orjson.loads(body), container)
