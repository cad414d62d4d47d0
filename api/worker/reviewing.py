"""Writes the day's review (巡查) when a new day has come to Shanghai, beside everything else.

Every server process may run it: the ledger takes one review a day, whoever comes first.
"""

import logging
import threading
from datetime import date

from waste_trace.compliance.calendar import day_of
from waste_trace.services.deployment import Deployment
from waste_trace.services.review_deadlines import review_deadlines
from waste_trace.store.tiles import read_head

_log = logging.getLogger(__name__)
#: Looking at the clock costs nothing; a review that failed is tried again after so long.
LOOK_SECONDS = 30.0


class DailyReview:
    """The thread. Nothing is missed while it stands still: a review looks at what is so by now."""

    def __init__(self, deployment: Deployment, look_seconds: float = LOOK_SECONDS) -> None:
        self._deployment = deployment
        self._look_seconds = look_seconds
        self._done: date | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="review", daemon=True)

    @classmethod
    def start_for(cls, deployment: Deployment, look_seconds: float = LOOK_SECONDS) -> "DailyReview":
        """A running one."""
        daily = cls(deployment, look_seconds)
        daily._thread.start()
        return daily

    def stop(self) -> None:
        """Finish the review in hand, then stop."""
        self._stopping.set()
        self._thread.join()

    def look(self) -> bool:
        """Write the day's review unless it is there, or nothing can be written; True if it did."""
        if day_of(self._deployment.now()) == self._done or not self._can_write():
            return False
        self._done, wrote = review_deadlines(self._deployment)
        return wrote

    def _can_write(self) -> bool:
        """The ledger is open and takes entries."""
        with self._deployment.engine.connect() as connection:
            head = read_head(connection)
        opened = head is not None and head.size > 0
        return opened and self._deployment.sequencer.read_only is None

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.look()
            except Exception:
                _log.exception("the day's review is tried again")
            self._stopping.wait(self._look_seconds)
