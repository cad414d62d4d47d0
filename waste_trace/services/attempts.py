"""Wrong passwords in a row, by user name: after a few, a pause (ASVS 5.0 6.3.1)."""

import threading
import time

_FREE_FAILURES = 5
_PAUSE_SECONDS = 900


class Attempts:
    """Counts failures in this process; any thread may ask."""

    def __init__(self) -> None:
        self._failures: dict[str, tuple[int, float]] = {}
        self._lock = threading.Lock()

    def must_wait(self, username: str) -> bool:
        """True while the name has failed too often too lately."""
        with self._lock:
            count, last = self._failures.get(username, (0, 0.0))
        return count >= _FREE_FAILURES and time.monotonic() - last < _PAUSE_SECONDS

    def remember(self, username: str, good: bool) -> None:
        """What became of an attempt; a good one forgives the earlier ones."""
        with self._lock:
            if good:
                self._failures.pop(username, None)
                return
            count, last = self._failures.get(username, (0, 0.0))
            fresh = time.monotonic() - last < _PAUSE_SECONDS
            self._failures[username] = (count + 1 if fresh else 1, time.monotonic())
