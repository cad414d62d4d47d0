"""Who may sign, as far as this process has read the ledger, and no further than it has committed.

The writer thread moves its own registry on, leaf by leaf. What other threads read is a copy that is
replaced and never changed. Both follow what other processes append by reading the new leaves alone.
"""

import copy
import threading
from collections.abc import Iterator

from sqlalchemy import Connection, select

from waste_trace.codes.signature import key_id
from waste_trace.ledger.event import Event, parse_event
from waste_trace.ledger.leaf import parse_leaf
from waste_trace.ledger.registry import KeyRegistry
from waste_trace.ledger.registry_bodies import LOG_EVENT_TYPES
from waste_trace.ledger.vkey import VerifierKey
from waste_trace.store.tables import Entry, EventIndex
from waste_trace.store.tiles import read_head
from waste_trace.store.writing import table_of


class KnownKeys:
    """The writer's registry (``own``, ``issuers``) and the one to share (``shared``)."""

    def __init__(self, registrar: VerifierKey, origin: str) -> None:
        self._registrar = registrar
        self._origin = origin
        self._sharing = threading.Lock()
        self._shared_size = 0
        self.shared = KeyRegistry(registrar, origin)
        self.forget()

    def forget(self) -> None:
        """What the writer took in may have been rolled back: it will read everything again."""
        self.own = KeyRegistry(self._registrar, self._origin)
        #: Public keys of label issuers by key id; a batch adds those that it enrols.
        self.issuers: dict[str, bytes] = {}
        self._size = 0
        self._ahead_of_shared = True

    def catch_up(self, connection: Connection, size: int) -> None:
        """For the writer: take in the leaves up to ``size`` that it has not written itself."""
        if size < self._size:
            self.forget()
        if size == self._size:
            return  # nobody else has appended: the usual case
        for idx, event in _log_events(connection, self._size, size):
            self.own.apply(idx, event)
            self._ahead_of_shared = True
            key = self.own.current_key(str(event.body.get("dev")))
            if event.typ == "key.enrol" and key is not None and key.purpose == "label":
                self.issuers[key_id(key.public_key)] = key.public_key
        self._size = size

    def committed(self, size: int, *, changed: bool) -> None:
        """For the writer: its batch is in the database, and others may know of it."""
        self._size = size
        if changed or self._ahead_of_shared:
            self._share(size, copy.deepcopy(self.own))
            self._ahead_of_shared = False
        else:
            self._share(size, self.shared)

    def refresh(self, connection: Connection) -> KeyRegistry:
        """For any thread: the registry as the database has it now."""
        head = read_head(connection)
        with self._sharing:
            known, registry = self._shared_size, self.shared
        if head is None or head.size <= known:
            return registry
        events = list(_log_events(connection, known, head.size))
        if events:
            registry = copy.deepcopy(registry)
            for idx, event in events:
                registry.apply(idx, event)
        self._share(head.size, registry)
        return registry

    def _share(self, size: int, registry: KeyRegistry) -> None:
        with self._sharing:
            if size >= self._shared_size:
                self.shared, self._shared_size = registry, size


def _log_events(connection: Connection, start: int, end: int) -> Iterator[tuple[int, Event]]:
    """The leaves that say who may sign, from ``start`` to ``end`` (exclusive), in order."""
    entry, index = table_of(Entry), table_of(EventIndex)
    query = (
        select(entry.c.idx, entry.c.leaf)
        .join(index, index.c.idx == entry.c.idx)
        .where(index.c.typ.in_(LOG_EVENT_TYPES), entry.c.idx >= start, entry.c.idx < end)
        .order_by(entry.c.idx)
    )
    for idx, leaf in connection.execute(query):
        yield idx, parse_event(parse_leaf(bytes(leaf)).envelope.payload)
