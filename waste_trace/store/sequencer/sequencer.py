"""The writer thread: it takes what waits, commits it as one batch, and answers with receipts.

While one batch commits, the next one gathers, so there is no timer and a lone event does not wait.
Several processes may share one PostgreSQL ledger: each batch locks the head, and a batch that finds
the log larger than it knew reads the registry again before it decides anything.
"""

import copy
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from waste_trace.codes.signature import key_id
from waste_trace.errors import WasteTraceError
from waste_trace.ledger.event import parse_event
from waste_trace.ledger.keys import SigningKey
from waste_trace.ledger.leaf import parse_leaf
from waste_trace.ledger.merkle import EMPTY_ROOT
from waste_trace.ledger.note import log_vkey
from waste_trace.ledger.registry import KeyRegistry
from waste_trace.ledger.registry_bodies import LOG_EVENT_TYPES
from waste_trace.ledger.vkey import VerifierKey
from waste_trace.store.projector import Projector, ProjectorConfig
from waste_trace.store.sequencer.batch import Batch, Build, Submitted
from waste_trace.store.sequencer.high_water import HighWater
from waste_trace.store.sequencer.outcome import LedgerBusy, LedgerRolledBack, Recorded
from waste_trace.store.tables import Entry, EventIndex, LogState
from waste_trace.store.tiles import Head, SqlTiles, read_head
from waste_trace.store.writing import insert_rows, table_of, write_transaction

KeyOf = Callable[[str], SigningKey]


@dataclass(frozen=True, slots=True)
class _Submit:
    item: Submitted
    answer: Future[Recorded]


@dataclass(frozen=True, slots=True)
class _Compose:
    author: str
    build: Build
    answer: Future[list[Recorded]]


class Sequencer:
    """The ledger's only way in.

    Owned by the writer thread: ``_registry``, ``_issuers``, ``_known_size``. Any thread may call
    the public methods; ``registry`` is a copy that is replaced, never changed.

    Args:
        engine: the database, migrated.
        origin: name of the ledger.
        key_of: private keys by name: "log", "registrar" and the services.
        config: what of the configuration changes findings.
        high_water: file that remembers how far the ledger had come.
        batch_events, queue_events: size of a batch; waiting events at which the answer is busy.
        clock_ms: Unix milliseconds.
    """

    def __init__(
        self,
        engine: Engine,
        origin: str,
        key_of: KeyOf,
        config: ProjectorConfig,
        high_water: Path,
        *,
        batch_events: int = 256,
        queue_events: int = 4096,
        clock_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._engine = engine
        self.origin = origin
        self._key_of = key_of
        self._config = config
        self._high_water = HighWater(high_water)
        self._batch_events = batch_events
        self._queue: queue.Queue[_Submit | _Compose | None] = queue.Queue(queue_events)
        self._clock_ms = clock_ms
        self.read_only: LedgerRolledBack | None = None
        self._registry = self._empty_registry()
        self.registry = self._registry
        self._issuers: dict[str, bytes] = {}
        self._known_size = -1
        self._open_state()
        self.refresh()
        self._thread = threading.Thread(target=self._run, name="sequencer", daemon=True)
        self._thread.start()

    @property
    def log_vkey(self) -> VerifierKey:
        """The public key that signs checkpoints."""
        return log_vkey(self.origin, self._key_of("log"))

    @property
    def registrar_vkey(self) -> VerifierKey:
        """The public key of the registrar."""
        return log_vkey(f"{self.origin}/registrar", self._key_of("registrar"))

    def submit(self, item: Submitted) -> Future[Recorded]:
        """Append a verified event; the future is done when it is committed.

        Raises:
            LedgerBusy: too many wait. LedgerRolledBack: the ledger is read-only.
        """
        answer: Future[Recorded] = Future()
        self._put(_Submit(item, answer))
        return answer

    def compose(self, author: str, build: Build) -> list[Recorded]:
        """Let a service of the ledger say something; waits for the commit.

        Args:
            author: the service's device id and key name ("registrar", "issuer", "vision").
            build: runs in the batch's transaction; what it returns is signed and appended.
        """
        answer: Future[list[Recorded]] = Future()
        self._put(_Compose(author, build, answer))
        return answer.result()

    def refresh(self) -> KeyRegistry:
        """The registry as the database has it now: another process may have enrolled a key."""
        with self._engine.connect() as connection:
            registry, _ = self._read_registry(connection)
        self.registry = registry
        return registry

    def close(self) -> None:
        """Commit what waits, then stop."""
        self._queue.put(None)
        self._thread.join()

    def _put(self, item: _Submit | _Compose) -> None:
        if self.read_only is not None:
            raise self.read_only
        try:
            self._queue.put_nowait(item)
        except queue.Full:
            raise LedgerBusy(
                f"台账繁忙，已有 {self._queue.maxsize} 条等待。",
                f"The ledger is busy: {self._queue.maxsize} events wait.",
                waiting=self._queue.maxsize,
            ) from None

    def _open_state(self) -> None:
        with write_transaction(self._engine) as connection:
            head = read_head(connection, for_update=True)
            if head is None:
                empty = {"id": 1, "origin": self.origin, "size": 0, "root": EMPTY_ROOT}
                insert_rows(connection, LogState, [{**empty, "epoch": 1, "ms_last": 0}])
                head = Head(self.origin, 0, EMPTY_ROOT, 1, 0)
            try:
                self._high_water.check(head.origin, head.size, SqlTiles(connection))
            except LedgerRolledBack as error:
                self.read_only = error
        self.origin = head.origin

    def _run(self) -> None:
        stopping = False
        while not stopping:
            first = self._queue.get()
            waiting = [] if first is None else [first]
            stopping = first is None
            while len(waiting) < self._batch_events:
                try:
                    item = self._queue.get_nowait()
                except queue.Empty:
                    break
                if item is None:
                    stopping = True
                    break
                waiting.append(item)
            if waiting:
                self._commit(waiting)

    def _commit(self, waiting: list[_Submit | _Compose]) -> None:
        try:
            answers = self._transact(waiting)
        except BaseException as error:
            # The registry may have taken in leaves that were rolled back; read it again.
            self._known_size = -1
            if len(waiting) > 1:
                # One bad neighbour must not fail the others.
                for item in waiting:
                    self._commit([item])
            else:
                waiting[0].answer.set_exception(error)
            return
        for item, outcome in zip(waiting, answers, strict=True):
            if isinstance(outcome, WasteTraceError):
                item.answer.set_exception(outcome)
            elif isinstance(item, _Submit):
                item.answer.set_result(outcome[0])
            else:
                item.answer.set_result(outcome)

    def _transact(
        self, waiting: list[_Submit | _Compose]
    ) -> list[WasteTraceError | list[Recorded]]:
        with write_transaction(self._engine) as connection:
            head = read_head(connection, for_update=True)
            if head is None:
                raise RuntimeError("the ledger has no head")
            if head.size != self._known_size:
                self._registry, self._issuers = self._read_registry(connection)
            batch = Batch(
                connection,
                head,
                self._registry,
                Projector(connection, self._config, self._issuers),
                self._key_of("log"),
                self._clock_ms(),
            )
            batch.ahead([item.item for item in waiting if isinstance(item, _Submit)])
            places = [self._place(batch, item) for item in waiting]
            note = batch.seal()
            answers = [
                place if isinstance(place, WasteTraceError) else batch.receipts(note, place)
                for place in places
            ]
        self._known_size = batch.size
        if batch.registry_changed:
            self.registry = copy.deepcopy(self._registry)
        if batch.size > head.size:
            self._high_water.raise_to(self.origin, batch.size, batch.root)
        return answers

    def _place(
        self, batch: Batch, item: _Submit | _Compose
    ) -> WasteTraceError | list[tuple[int, int, bool]]:
        if isinstance(item, _Compose):
            key = self._key_of(item.author)
            return [(*place, False) for place in batch.compose(item.author, key, item.build)]
        try:
            return [batch.place(item.item)]
        except WasteTraceError as error:
            return error

    def _empty_registry(self) -> KeyRegistry:
        return KeyRegistry(self.registrar_vkey, self.origin)

    def _read_registry(self, connection: Connection) -> tuple[KeyRegistry, dict[str, bytes]]:
        """Replay the leaves that say who may sign; the label issuers' keys among them."""
        registry = self._empty_registry()
        entry, index = table_of(Entry), table_of(EventIndex)
        query = (
            select(entry.c.idx, entry.c.leaf)
            .join(index, index.c.idx == entry.c.idx)
            .where(index.c.typ.in_(LOG_EVENT_TYPES))
            .order_by(entry.c.idx)
        )
        for idx, leaf in connection.execute(query):
            registry.apply(idx, parse_event(parse_leaf(bytes(leaf)).envelope.payload))
        issuers = {
            key_id(key.public_key): key.public_key
            for key in registry.keys.values()
            if key.purpose == "label"
        }
        return registry, issuers
