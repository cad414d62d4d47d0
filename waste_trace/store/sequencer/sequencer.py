"""The writer thread: it takes what waits, commits it as one batch, and answers with receipts.

While one batch commits, the next one gathers, so there is no timer and a lone event does not wait.
Several processes may share one PostgreSQL ledger: each batch locks the head, and a batch that finds
the log larger than it knew reads the registry again before it decides anything.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine

from waste_trace.errors import WasteTraceError
from waste_trace.ledger.merkle import EMPTY_ROOT
from waste_trace.ledger.note import log_vkey
from waste_trace.ledger.registry import KeyRegistry
from waste_trace.ledger.vkey import VerifierKey
from waste_trace.store.key_store import KeyOf
from waste_trace.store.projector import Projector, ProjectorConfig
from waste_trace.store.sequencer.batch import Batch, Submitted
from waste_trace.store.sequencer.drafts import Build
from waste_trace.store.sequencer.high_water import HighWater
from waste_trace.store.sequencer.known_keys import KnownKeys
from waste_trace.store.sequencer.outcome import LedgerBusy, LedgerRolledBack, Recorded
from waste_trace.store.tables import LogState
from waste_trace.store.tiles import Head, SqlTiles, read_head
from waste_trace.store.writing import insert_missing, write_transaction
from waste_trace.value import value

_log = logging.getLogger(__name__)


@value
class _Submit:
    item: Submitted
    answer: Future[Recorded]


@dataclass(frozen=True, slots=True)
class _Compose:
    parts: Sequence[tuple[str, Build]]
    answer: Future[list[Recorded]]


class Sequencer:
    """The ledger's only way in.

    The writer thread owns what moves; any thread may call the public methods.

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
        batch_events: int = 384,
        queue_events: int = 4096,
        clock_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._engine = engine
        self.origin = origin
        self._key_of = key_of
        self._high_water = HighWater(high_water)
        self._batch_events = batch_events
        self._queue: queue.SimpleQueue[_Submit | _Compose | None] = queue.SimpleQueue()
        self._queue_events = queue_events
        self._clock_ms = clock_ms
        self.read_only: LedgerRolledBack | None = None
        self._closing = False
        self._open_state()
        self._keys = KnownKeys(self.registrar_vkey, self.origin)
        self._projector, self._projected = Projector(config), -1
        self._nodes: dict[tuple[int, int], bytes] = {}
        self.refresh()
        self._thread = threading.Thread(target=self._run, name="sequencer", daemon=True)
        self._thread.start()

    @property
    def log_vkeys(self) -> Sequence[VerifierKey]:
        """The log's public keys as this process knows them, the one that signs now first."""
        named = self.registry.log_keys.known
        return named[::-1] or (log_vkey(self.origin, self._key_of("log")),)

    @property
    def log_vkey(self) -> VerifierKey:
        """The public key that signs checkpoints now."""
        return self.log_vkeys[0]

    @property
    def registrar_vkey(self) -> VerifierKey:
        """The public key of the registrar's first epoch, which leaf 0 names."""
        return log_vkey(f"{self.origin}/registrar", self._key_of("registrar"))

    @property
    def registry(self) -> KeyRegistry:
        """Who may sign, as this process knows it; replaced by newer ones, never changed."""
        return self._keys.shared

    def submit(self, item: Submitted, answer: Future[Recorded] | None = None) -> Future[Recorded]:
        """Append a verified event; the future is done when it is committed.

        Args:
            answer: the future to use, where somebody waits for one already.

        Raises:
            LedgerBusy: too many wait. LedgerRolledBack: the ledger is read-only.
        """
        answer = Future() if answer is None else answer
        self._put(_Submit(item, answer))
        return answer

    def compose(self, author: str, build: Build) -> list[Recorded]:
        """Let a service of the ledger say something; waits for the commit.

        Args:
            author: the service's device id and key name ("registrar", "issuer", "vision").
            build: runs in the batch's transaction; what it returns is signed and appended.
        """
        return self.compose_together([(author, build)])

    def compose_together(self, parts: Sequence[tuple[str, Build]]) -> list[Recorded]:
        """Let several services speak one after the other in one transaction: all of it or nothing.

        Args:
            parts: author and what it builds, as for ``compose``; each sees what was said before.
        """
        answer: Future[list[Recorded]] = Future()
        self._put(_Compose(parts, answer))
        return answer.result()

    def refresh(self) -> KeyRegistry:
        """The registry as the database has it now: another process may have enrolled a key."""
        with self._engine.connect() as connection:
            return self._keys.refresh(connection)

    def close(self) -> None:
        """Commit what waits, then stop; whoever comes later is told that nothing was taken."""
        self._closing = True
        self._queue.put(None)
        self._thread.join()
        self._high_water.close()
        while True:
            try:
                late = self._queue.get_nowait()
            except queue.Empty:
                return
            if late is not None and late.answer.set_running_or_notify_cancel():
                late.answer.set_exception(_closed())

    def _put(self, item: _Submit | _Compose) -> None:
        if self.read_only is not None:
            raise self.read_only
        if self._closing:
            raise _closed()
        waiting = self._queue.qsize()  # threads that ask at once may pass the bound by a few
        if waiting >= self._queue_events:
            raise LedgerBusy(
                f"台账繁忙，已有 {waiting} 条等待。",
                f"The ledger is busy: {waiting} events wait.",
                waiting=waiting,
            )
        self._queue.put(item)

    def _open_state(self) -> None:
        with write_transaction(self._engine) as connection:
            empty = {"id": 1, "origin": self.origin, "size": 0, "root": EMPTY_ROOT}
            # Two processes may open a new database at once; the second finds the first one's row.
            insert_missing(connection, LogState, [{**empty, "epoch": 1, "ms_last": 0}])
            head = _read_head(connection)
            try:
                self._high_water.check(head, SqlTiles(connection))
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
            # An answer that nobody waits for any more would break the writer when it is given.
            waiting = [item for item in waiting if item.answer.set_running_or_notify_cancel()]
            if waiting:
                self._commit(waiting)

    def _commit(self, waiting: list[_Submit | _Compose]) -> None:
        try:
            answers, head = self._transact(waiting)
        except LedgerRolledBack as error:
            self.read_only = error
            _fail(waiting, error)
            return
        except BaseException as error:
            # Leaves that were rolled back may be in the registry and the tree; read them again.
            self._keys.forget()
            self._nodes = {}
            if len(waiting) > 1:
                # One bad neighbour must not fail the others.
                for item in waiting:
                    self._commit([item])
            else:
                _fail(waiting, error)
            return
        try:
            self._high_water.raise_to(self.origin, *head)
        except OSError as error:
            # It is committed, but a database that goes back would not be noticed now: nothing
            # signed leaves. A device asks again, and gets the receipt of what is there.
            _log.exception("the high-water mark cannot be written")
            _fail(waiting, error)
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
    ) -> tuple[list[WasteTraceError | list[Recorded]], tuple[int, bytes]]:
        """Answers, and the size and root of the head after them."""
        with write_transaction(self._engine) as connection:
            head = _read_head(connection)
            self._high_water.follow(head, SqlTiles(connection))
            self._keys.catch_up(connection, head.size)
            if self._projected != head.size:  # another process has appended, or we were rolled back
                self._projector.forget(self._keys.issuers)
            self._projected = -1
            batch = Batch(
                connection,
                head,
                self._keys.own,
                self._projector,
                self._key_of,
                self._clock_ms(),
                self._nodes,
            )
            batch.ahead([item.item for item in waiting if isinstance(item, _Submit)])
            places = [self._place(batch, item) for item in waiting]
            note = batch.seal()
            answers = [
                place if isinstance(place, WasteTraceError) else batch.receipts(note, place)
                for place in places
            ]
        self._projected = batch.size
        self._keys.committed(batch.size, changed=batch.registry_changed)
        return answers, (batch.size, batch.root or head.root)

    def _place(
        self, batch: Batch, item: _Submit | _Compose
    ) -> WasteTraceError | list[tuple[int, int, bool]]:
        if isinstance(item, _Compose):
            return [
                (*place, False)
                for author, build in item.parts
                for place in batch.compose(author, build)
            ]
        try:
            return [batch.place(item.item)]
        except WasteTraceError as error:
            return error


def _read_head(connection: Connection) -> Head:
    """The head, locked until the transaction ends: whoever writes next waits here."""
    head = read_head(connection, for_update=True)
    if head is None:
        raise RuntimeError("the ledger has no head")
    return head


def _fail(waiting: list[_Submit | _Compose], error: BaseException) -> None:
    for item in waiting:
        item.answer.set_exception(error)


def _closed() -> LedgerBusy:
    return LedgerBusy("台账正在关闭。", "The ledger is closing.")
