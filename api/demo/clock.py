"""The story's clock: it begins days ago, moves with the story, and never passes the present."""

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_SHANGHAI = ZoneInfo("Asia/Shanghai")


def first_morning(now: datetime) -> datetime:
    """When the story begins: eight in the morning in Shanghai, three days before ``now``."""
    day = now.astimezone(_SHANGHAI) - timedelta(days=3)
    return day.replace(hour=8, minute=4, second=0, microsecond=0).astimezone(UTC)


class StoryClock:
    """A clock that is set forward by hand and then runs on.

    The demonstration's ledger is dated by it, so that its days look like days; after ``follow``
    it is the real time.
    """

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._moved = time.monotonic()
        self._real = False

    def now(self) -> datetime:
        """The story's present, aware UTC."""
        if self._real:
            return datetime.now(UTC)
        return self._now + timedelta(seconds=time.monotonic() - self._moved)

    def ms(self) -> int:
        """The same in Unix milliseconds."""
        return int(self.now().timestamp() * 1000)

    def forward(self, **step: float) -> datetime:
        """Move on (``hours=2``); the new present."""
        ahead = min(self.now() + timedelta(**step), datetime.now(UTC))
        self._now, self._moved = max(ahead, self._now), time.monotonic()
        return self._now

    def follow(self) -> None:
        """From now on the real time."""
        self._real = True
