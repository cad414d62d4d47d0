"""The events behind a container or a manifest: read once, extended as the ledger goes on."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, select

from waste_trace.custody.fold import Present, Touch, fold, fold_on
from waste_trace.custody.manifest_progress import MANIFEST_VERBS
from waste_trace.store.tables import ContainerEvent, CorrectionRow, EventIndex
from waste_trace.store.writing import insert_rows, table_of

_CHUNK = 400
_TOLD = ("idx", "typ", "claimed_at", "org", "site", "body")  # what a touch is made of


class Histories:
    """Touches by container and by manifest number."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._containers: dict[str, list[Touch]] = {}
        self._manifests: dict[str, list[Touch]] = {}
        self._presents: dict[str, Present] = {}
        self._corrected: dict[int, dict[str, str]] = {}
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
                .where(link.c.container.in_(part))
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

    def correct(self, idx: int, field: str, new: str) -> None:
        """From now on the event ``idx`` says ``new`` in that field of its body."""
        self._corrected.setdefault(idx, {})[field] = new
        self._any_corrected = True
        for touches in (*self._containers.values(), *self._manifests.values()):
            touches[:] = [_patched(touch, self._corrected) for touch in touches]
        self._presents.clear()

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

    def _apply_corrections(self, part: Iterable[str], touches: dict[str, list[Touch]]) -> None:
        """Let what was read say what was agreed that it should have said."""
        if self._any_corrected is None:
            table = table_of(CorrectionRow)
            query = select(table.c.idx).where(table.c.status == "confirmed").limit(1)
            self._any_corrected = self.connection.execute(query).first() is not None
        if not self._any_corrected:
            return
        indices = {touch.idx for key in part for touch in touches[key]}
        self._read_corrections(sorted(indices - self._corrected.keys()))
        for key in part:
            touches[key] = [_patched(touch, self._corrected) for touch in touches[key]]

    def _read_corrections(self, indices: list[int]) -> None:
        table = table_of(CorrectionRow)
        for start in range(0, len(indices), _CHUNK):
            wanted = table.c.corrects.in_(indices[start : start + _CHUNK])
            query = select(table).where(wanted, table.c.status == "confirmed")
            # Of two agreed corrections of one field, the one agreed later counts.
            ordered = query.order_by(table.c.answered_idx, table.c.idx)
            for row in self.connection.execute(ordered).mappings():
                self._corrected.setdefault(row["corrects"], {})[row["field"]] = row["new"]


def _parts(items: Iterable[str]) -> Iterable[list[str]]:
    unique = list(dict.fromkeys(items))
    return (unique[start : start + _CHUNK] for start in range(0, len(unique), _CHUNK))


def _patched(touch: Touch, corrected: dict[int, dict[str, str]]) -> Touch:
    changes = corrected.get(touch.idx)
    return replace(touch, body={**touch.body, **changes}) if changes else touch


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
