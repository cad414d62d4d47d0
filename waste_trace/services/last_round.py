"""What the last round of asking witnesses came to, for whoever looks: a failure is never silent."""

import threading
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Failure:
    """A witness that did not cosign, and why; ``alarm``: it says that history changed."""

    witness: str
    code: str
    zh: str
    en: str
    alarm: bool


@dataclass(frozen=True, slots=True)
class Round:
    """One round: when (ISO 8601, UTC), for which size, and who failed."""

    at: str
    size: int
    quorum_met: bool
    failures: tuple[Failure, ...]


class LastRound:
    """Holds the newest `Round` of this process; any thread may put and get."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._round: Round | None = None

    def put(self, found: Round) -> None:
        """Replace it."""
        with self._lock:
            self._round = found

    def get(self) -> Round | None:
        """The newest one; None before the first."""
        with self._lock:
            return self._round
