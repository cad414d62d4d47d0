"""The events behind a container or a manifest: read once a batch, extended as the batch goes on."""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, select

from waste_trace.custody.fold import Touch
from waste_trace.custody.manifest import MANIFEST_VERBS
from waste_trace.store.tables import ContainerEvent, EventIndex
from waste_trace.store.writing import insert_rows, table_of

_CHUNK = 400


class Histories:
    """Touches by container and by manifest number."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._containers: dict[str, list[Touch]] = {}
        self._manifests: dict[str, list[Touch]] = {}
        self._new: list[dict[str, Any]] = []

    def ahead(self, containers: Iterable[str], manifests: Iterable[str]) -> None:
        """Read the histories that a batch will extend."""
        event, link = table_of(EventIndex), table_of(ContainerEvent)
        for part in _parts(code for code in containers if code not in self._containers):
            self._containers.update({code: [] for code in part})
            query = (
                select(event, link.c.container, link.c.role)
                .join(link, link.c.idx == event.c.idx)
                .where(link.c.container.in_(part))
            )
            for row in self._rows(query):
                self._containers[row["container"]].append(_touch(row, row["role"]))
        for part in _parts(number for number in manifests if number not in self._manifests):
            self._manifests.update({number: [] for number in part})
            query = select(event).where(event.c.manifest.in_(part), event.c.typ.in_(MANIFEST_VERBS))
            for row in self._rows(query):
                self._manifests[row["manifest"]].append(_touch(row, "subject"))

    def container(self, code: str) -> list[Touch]:
        """All touches of a container up to now."""
        self.ahead([code], [])
        return self._containers[code]

    def manifest(self, number: str) -> list[Touch]:
        """All touches of a manifest up to now."""
        self.ahead([], [number])
        return self._manifests[number]

    def manifests_of(self, code: str) -> list[str]:
        """The numbers of the manifests that a container has been on."""
        numbers = (str(touch.body.get("manifest", "")) for touch in self.container(code))
        return sorted({number for number in numbers if number})

    def touch_container(self, code: str, touch: Touch) -> None:
        """A new event of a container."""
        self.container(code).append(touch)
        self._new.append({"container": code, "idx": touch.idx, "role": touch.role})

    def touch_manifest(self, number: str, touch: Touch) -> None:
        """A new event of a manifest; the event index keeps it."""
        self.manifest(number).append(touch)

    def flush(self) -> None:
        """Write the new links between containers and events."""
        insert_rows(self._connection, ContainerEvent, self._new)
        self._new = []

    def _rows(self, query: Select[Any]) -> Iterable[RowMapping]:
        return self._connection.execute(query).mappings()


def _parts(items: Iterable[str]) -> Iterable[list[str]]:
    unique = list(dict.fromkeys(items))
    return (unique[start : start + _CHUNK] for start in range(0, len(unique), _CHUNK))


def _touch(row: RowMapping, role: str) -> Touch:
    return Touch(
        idx=row["idx"],
        typ=row["typ"],
        role=role,
        claimed_at=row["claimed_at"],
        org=row["org"],
        site=row["site"],
        body=json.loads(row["body"]),
    )
