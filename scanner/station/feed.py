"""Items from one producing thread to any number of taking threads, and in the end why it ended."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from scanner.station.errors import DeviceClosed, StationError

T = TypeVar("T")


class Feed(Generic[T]):
    """A bounded queue. When full, the oldest item makes room and is counted in ``dropped``.

    ``spare``: true for items that go first (pictures before events); among equals the oldest goes.
    """

    def __init__(self, most: int = 1000, spare: Callable[[T], bool] | None = None) -> None:
        self._spare = spare
        self._items: deque[T] = deque()
        self._most = most
        self._changed = threading.Condition()
        self._ended = False
        self._why: StationError | None = None
        self.dropped = 0

    def put(self, item: T) -> T | None:
        """Add an item; returns the oldest one if it had to make room. Ignored after the end."""
        with self._changed:
            if self._ended:
                return None
            gone = self._make_room() if len(self._items) >= self._most else None
            self.dropped += gone is not None
            self._items.append(item)
            self._changed.notify()
            return gone

    def _make_room(self) -> T:
        if self._spare is not None:
            for index, item in enumerate(self._items):
                if self._spare(item):
                    del self._items[index]
                    return item
        return self._items.popleft()

    def end(self, why: StationError | None = None) -> None:
        """No more items; takers get what is left, then ``why`` (or a plain end of iteration)."""
        with self._changed:
            if not self._ended:
                self._ended, self._why = True, why
            self._changed.notify_all()

    def take(self, timeout_s: float | None = None) -> T | None:
        """The next item; None when none came within ``timeout_s``.

        Raises:
            StationError: the reason of the end, once what came before it is taken.
            DeviceClosed: the end had no other reason.
        """
        until = None if timeout_s is None else time.monotonic() + timeout_s
        with self._changed:
            while not self._items:
                if self._ended:
                    raise self._why or DeviceClosed("设备已关闭。", "The device was closed.")
                left = None if until is None else until - time.monotonic()
                if left is not None and left <= 0:
                    return None
                self._changed.wait(left)
            return self._items.popleft()

    def __iter__(self) -> Iterator[T]:
        """Items until the end; raises the reason of an end that nobody asked for."""
        while True:
            try:
                item = self.take()
            except DeviceClosed:
                return
            if item is not None:
                yield item
