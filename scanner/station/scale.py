"""A scale on a wire: all its readings for who watches, one stable weight for who weighs."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from decimal import Decimal

from scanner.station.errors import DeviceLost, NoWeight, OutOfRange, StationError
from scanner.station.feed import Feed
from scanner.station.weight import ScaleFault, ScaleProtocol, ScaleReading
from scanner.station.wires import Wire

_POLL_S = 0.05
_FRESH = 3  # equal stable readings in a row: one alone may be the instant between two loads


class Scale:
    """Thread-safe. ``ask_s``: how often a scale that must be asked is asked."""

    def __init__(self, wire: Wire, protocol: ScaleProtocol, ask_s: float = 0.2) -> None:
        self.name = wire.name
        self._wire = wire
        self._protocol = protocol
        self._ask_s = ask_s
        self._feed: Feed[ScaleReading | ScaleFault] = Feed(most=50)
        self._watch = threading.Condition()
        self._recent: deque[ScaleReading | ScaleFault] = deque(maxlen=256)
        self._count = 0
        self._lost: StationError | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"scale {self.name}", daemon=True)
        self._thread.start()

    def take(self, timeout_s: float | None = None) -> ScaleReading | ScaleFault | None:
        """The next reading or refused frame, None after ``timeout_s``; DeviceLost when gone."""
        return self._feed.take(timeout_s)

    def __iter__(self) -> Iterator[ScaleReading | ScaleFault]:
        """All until it is closed; a taker who is slow loses the oldest."""
        return iter(self._feed)

    def weigh(self, timeout_s: float = 10.0) -> ScaleReading:
        """The first weight, of those that arrive from now on, which is stable three times over.

        Raises:
            NoWeight: none in time; ``facts`` say what came instead.
            OutOfRange: the scale says that it is overloaded or under zero.
            DeviceLost: the scale went away.
        """
        until = time.monotonic() + timeout_s
        tally: dict[str, int] = {}
        same: tuple[Decimal | None, bool] | None = None
        run, seen = 0, self._count
        while (item := self._after(seen, until)) is not None:
            seen, answer = item
            what = answer.kind if isinstance(answer, ScaleFault) else answer.state
            tally[what] = tally.get(what, 0) + 1
            if isinstance(answer, ScaleFault):
                run = 0
                continue
            if answer.state in ("overload", "underload"):
                raise _out_of_range(answer)
            key = (answer.weight_kg, answer.net)
            steady = answer.state == "ok" and answer.stable
            run = (run + 1 if key == same else 1) if steady else 0
            same = key
            if run >= _FRESH:
                return answer
        raise NoWeight(
            f"{timeout_s:g}秒内没有得到稳定重量。",
            f"No stable weight within {timeout_s:g} s.",
            received=tally,
        )

    def close(self) -> None:
        """Stop listening and let go of the port."""
        self._stop.set()
        self._thread.join(2)
        self._wire.close()
        self._feed.end()
        with self._watch:
            self._lost = self._lost or DeviceLost("秤已关闭。", "The scale was closed.")
            self._watch.notify_all()

    def _after(self, seen: int, until: float) -> tuple[int, ScaleReading | ScaleFault] | None:
        with self._watch:
            while self._count == seen:
                if self._lost is not None:
                    raise self._lost
                left = until - time.monotonic()
                if left <= 0:
                    return None
                self._watch.wait(left)
            # One by one: a frame that says "motion" must not be stepped over.
            behind = min(self._count - seen, len(self._recent))
            return self._count - behind + 1, self._recent[-behind]

    def _run(self) -> None:
        asked = float("-inf")
        try:
            while not self._stop.is_set():
                now = time.monotonic()
                if self._protocol.request and now - asked >= self._ask_s:
                    self._wire.write(self._protocol.request)
                    asked = now
                for item in self._protocol.feed(self._wire.read(_POLL_S)):
                    self._publish(item)
        except StationError as error:
            self._feed.end(error)
            with self._watch:
                self._lost = error
                self._watch.notify_all()

    def _publish(self, item: ScaleReading | ScaleFault) -> None:
        self._feed.put(item)
        with self._watch:
            self._recent.append(item)
            self._count += 1
            self._watch.notify_all()


def _out_of_range(answer: ScaleReading) -> OutOfRange:
    over = answer.state == "overload"
    return OutOfRange(
        "秤已超载。" if over else "秤低于零点。",
        "The scale is overloaded." if over else "The scale is under its zero.",
        state=answer.state,
    )
