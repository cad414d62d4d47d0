"""The stories' clock: it begins on a Monday and moves only when a story moves it."""

from datetime import UTC, datetime, timedelta

from api.demo.clock import StoryClock

#: Eight in the morning in Shanghai; no holiday is near.
MONDAY = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)


class StillClock(StoryClock):
    """Two runs of a story have the same times."""

    def __init__(self) -> None:
        super().__init__(MONDAY)
        self._still = MONDAY

    def now(self) -> datetime:
        """The story's present, aware UTC."""
        return self._still

    def forward(self, **step: float) -> datetime:
        """Move on (``hours=2``); the new present."""
        self._still += timedelta(**step)
        return self._still

    def next_morning(self) -> datetime:
        """Half past eight on the next day in Shanghai."""
        passed = (self._still - MONDAY).days + 1
        self._still = MONDAY + timedelta(days=passed, minutes=30)
        return self._still
