"""The signatures of a long log, checked in other processes while this one reads on.

They are half of the work and need nothing but bytes. How far the reading runs ahead is a fixed
number of entries, so that memory is bounded and the report does not depend on who was faster; a bad
signature is still the first thing that is said, before anything of a later entry.
"""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context

from waste_trace.ledger import keys
from waste_trace.ledger.dsse import Envelope, pae
from waste_trace.ledger.errors import LedgerError
from waste_trace.ledger.verify_result import Finding, Place

_CHUNK = 256  # signatures that go to a process at once, about 250 kB
_AHEAD = 3  # chunks under way for each process

#: What makes the finding: the place and bytes of an entry, and what is wrong with it.
Blame = Callable[[Place, bytes, LedgerError], Finding]
#: Algorithm, public key, signature, message.
Signed = tuple[str, bytes, bytes, bytes]


@dataclass(frozen=True, slots=True)
class _Chunk:
    entries: Sequence[tuple[Place, bytes]]
    signed: Sequence[Signed]
    answer: "Future[int | None]"


class SignaturesApart:
    """Takes signatures in the order of the log; raises the first `Finding`, by ``drain`` at last.

    Args:
        processes: how many check; at least 1.
    """

    def __init__(self, processes: int, blame: Blame) -> None:
        self._pool = ProcessPoolExecutor(processes, get_context("spawn"))
        self._ahead = _AHEAD * processes
        self._blame = blame
        self._entries: list[tuple[Place, bytes]] = []
        self._signed: list[Signed] = []
        self._flying: deque[_Chunk] = deque()

    def check(self, place: Place, entry: bytes, envelope: Envelope, key: tuple[str, bytes]) -> None:
        """Have a signature checked; may raise the `Finding` of an earlier entry."""
        message = pae(envelope.payload_type, envelope.payload)
        self._entries.append((place, entry))
        self._signed.append((*key, envelope.signature, message))
        if len(self._signed) == _CHUNK:
            self._send()
            if len(self._flying) > self._ahead:
                self._finish(self._flying.popleft())

    def drain(self) -> None:
        """Wait for all; raises the first `Finding`."""
        self._send()
        while self._flying:
            self._finish(self._flying.popleft())

    def close(self) -> None:
        """End the processes."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _send(self) -> None:
        if not self._signed:
            return
        try:
            answer = self._pool.submit(first_bad, self._signed)
        except BrokenProcessPool as error:
            answer = Future()
            answer.set_exception(error)
        self._flying.append(_Chunk(self._entries, self._signed, answer))
        self._entries, self._signed = [], []

    def _finish(self, chunk: _Chunk) -> None:
        try:
            bad = chunk.answer.result()
        except BrokenProcessPool:
            bad = first_bad(chunk.signed)
        if bad is None:
            return
        place, entry = chunk.entries[bad]
        try:
            keys.verify(*chunk.signed[bad])
        except LedgerError as error:
            raise self._blame(place, entry, error) from error
        raise RuntimeError("a signature is good here and bad in another process")


def first_bad(signed: Sequence[Signed]) -> int | None:
    """Which of these is the first that does not verify; None if all do."""
    for number, one in enumerate(signed):
        try:
            keys.verify(*one)
        except LedgerError:
            return number
    return None
