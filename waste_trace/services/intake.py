"""Events wait here to be checked, in the order in which they came, off the caller's thread.

A lone event is checked at once. Where many wait, other processes look at chunks of them, and what
is good goes to the sequencer, still in order: a device's events follow each other.
"""

import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from waste_trace.errors import WasteTraceError
from waste_trace.services.check_apart import Checked, Question
from waste_trace.services.checkers import Checkers, Found
from waste_trace.store.sequencer import LedgerBusy, Recorded, Sequencer, Submitted

#: So many waiting events are worth another process's while; so many at most are one chunk.
_MANY, _CHUNK = 16, 128
#: Chunks under way for each process: one looked at, one before it, one to be passed on.
_AHEAD = 3


class Checks(Protocol):
    """What is asked about a body that was handed in."""

    def question(self, body: bytes) -> Question | None:
        """What another process can check of it; None if there is nothing."""
        ...

    def item(self, body: bytes, checked: Checked | None) -> Submitted:
        """All checks but those that went well before. Raises a WasteTraceError."""
        ...

    def refuse(self, body: bytes, error: WasteTraceError) -> None:
        """Keep what was refused."""
        ...


class _Waiting(Future[Recorded]):
    """A body that was handed in, and the answer to it: refused is answered once it is kept."""

    def __init__(self, body: bytes, checks: Checks, refusals: Executor) -> None:
        super().__init__()
        self.body = body
        self.checks = checks
        self._refusals = refusals

    def set_exception(self, exception: BaseException | None) -> None:
        """Keep the body as evidence, off the writer's thread, and answer then."""
        if isinstance(exception, WasteTraceError):
            self._refusals.submit(self._refuse, exception)
        else:
            super().set_exception(exception)

    def _refuse(self, error: WasteTraceError) -> None:
        try:
            self.checks.refuse(self.body, error)
        except BaseException as worse:
            super().set_exception(worse)
        else:
            super().set_exception(error)


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Waiting events, the places of those that a process looks at, and what it will find."""

    waiting: Sequence[_Waiting]
    asked: Sequence[int] = ()
    found: Future[Found] | None = None


class Intake:
    """The way to the sequencer for what has not been checked.

    Args:
        sequencer: takes what is good.
        processes: processes that may be started for checking.
        most: waiting events at which the answer is busy.
    """

    def __init__(self, sequencer: Sequencer, processes: int, most: int) -> None:
        self._sequencer = sequencer
        self.checkers = Checkers(processes)
        self._ahead = _AHEAD * max(1, processes)
        self._most = most
        self._waiting: deque[_Waiting] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._thread: threading.Thread | None = None
        # Evidence is written where it holds up nobody's good events.
        self._refusals = ThreadPoolExecutor(1, "refusals")

    def hand_in(self, body: bytes, checks: Checks) -> Future[Recorded]:
        """Take a body; the future is done when its event is committed or refused.

        Raises:
            LedgerBusy: too many wait. LedgerRolledBack: the ledger is read-only.
        """
        if self._sequencer.read_only is not None:
            raise self._sequencer.read_only
        waiting = _Waiting(body, checks, self._refusals)
        with self._changed:
            if self._closing:
                raise LedgerBusy("台账正在关闭。", "The ledger is closing.")
            if len(self._waiting) >= self._most:
                raise LedgerBusy(
                    f"台账繁忙，已有 {self._most} 条等待。",
                    f"The ledger is busy: {self._most} events wait.",
                    waiting=self._most,
                )
            self._waiting.append(waiting)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="intake", daemon=True)
                self._thread.start()
            self._changed.notify()
        return waiting

    def close(self) -> None:
        """Pass on what waits, let the sequencer commit it and close, then stop."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()
        self._sequencer.close()
        self._refusals.shutdown(wait=True)
        self.checkers.close()

    def _run(self) -> None:
        flying: deque[_Chunk] = deque()
        while True:
            while len(flying) < self._ahead and (taken := self._take(wait=not flying)):
                flying.append(self._start(taken))
            if not flying:
                return
            self._finish(flying.popleft())

    def _take(self, *, wait: bool) -> list[_Waiting]:
        with self._changed:
            while wait and not self._waiting and not self._closing:
                self._changed.wait()
            count = min(_CHUNK, len(self._waiting))
            taken = [self._waiting.popleft() for _ in range(count)]
        return [item for item in taken if not item.cancelled()]

    def _start(self, waiting: Sequence[_Waiting]) -> _Chunk:
        if len(waiting) < _MANY or not self.checkers.ready():
            return _Chunk(waiting)
        asked, questions = [], []
        for place, item in enumerate(waiting):
            question = item.checks.question(item.body)
            if question is not None:
                asked.append(place)
                questions.append(question)
        return _Chunk(waiting, asked, self.checkers.ask(questions))

    def _finish(self, chunk: _Chunk) -> None:
        found: dict[int, Checked | None] = {}
        if chunk.found is not None:
            found = dict(zip(chunk.asked, chunk.found.result(), strict=True))
        for place, item in enumerate(chunk.waiting):
            self._pass_on(item, found.get(place))

    def _pass_on(self, item: _Waiting, checked: Checked | None) -> None:
        try:
            self._sequencer.submit(item.checks.item(item.body, checked), item)
        except BaseException as error:
            if item.set_running_or_notify_cancel():
                item.set_exception(error)
