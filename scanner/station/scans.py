"""Fixed scanners as one thing: a ``ScanSource`` gives scans, and says what was no scan."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from scanner.station.errors import StationError
from scanner.station.feed import Feed
from scanner.station.keys import KeyDecoder, grab
from scanner.station.lines import Fault, Line, LineConfig, LineDecoder
from scanner.station.wires import FileWire, Wire

_POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class Scan:
    """One text from one scanner, aware UTC; ``noise``: control bytes that were taken out."""

    text: str
    source: str
    at: datetime
    end: str
    noise: int = 0


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something arrived that is no text; ``kind`` is stable, the sentences are for people."""

    kind: str
    zh: str
    en: str
    source: str
    at: datetime
    count: int = 0


class ScanSource(Protocol):
    """Scans of one device, for any number of threads."""

    name: str

    def take(self, timeout_s: float | None = None) -> Scan | Flaw | None:
        """The next one, None after ``timeout_s``. Raises DeviceLost, DeviceClosed."""
        ...

    def __iter__(self) -> Iterator[Scan | Flaw]:
        """All until it is closed; raises DeviceLost when the device goes away."""
        ...

    def close(self) -> None:
        """Stop listening and let go of the device."""
        ...


Chop = Callable[[bytes, float], list[Line | Fault]]


class LineScanner:
    """A serial, USB-CDC or TCP scanner: texts that end with CR, LF or Tab."""

    def __init__(
        self,
        wire: Wire,
        config: LineConfig | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.name = wire.name
        self._wire = wire
        self._clock = clock
        self._lines = LineDecoder(config or LineConfig())
        self._feed: Feed[Scan | Flaw] = Feed()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"scan {self.name}", daemon=True)
        self._thread.start()

    def take(self, timeout_s: float | None = None) -> Scan | Flaw | None:
        """See ``ScanSource``."""
        return self._feed.take(timeout_s)

    def __iter__(self) -> Iterator[Scan | Flaw]:
        """See ``ScanSource``."""
        return iter(self._feed)

    def close(self) -> None:
        """See ``ScanSource``."""
        self._stop.set()
        self._thread.join(2)
        self._wire.close()
        self._feed.end()

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                data = self._wire.read(_POLL_S)
                now = time.monotonic()
                self._give(self._chop(data, now) if data else self._lines.idle(now))
        except StationError as error:
            self._feed.end(error)

    def _chop(self, data: bytes, now_s: float) -> list[Line | Fault]:
        return self._lines.feed(data, now_s)

    def _give(self, items: list[Line | Fault]) -> None:
        for item in items:
            at = self._clock()
            if isinstance(item, Line):
                self._feed.put(Scan(item.text, self.name, at, item.end, item.noise))
            else:
                zh, en = _WORDS[item.kind]
                self._feed.put(Flaw(item.kind, zh, en, self.name, at, item.count))


class KeyScanner(LineScanner):
    """A keyboard-wedge scanner through its Linux event device, or any descriptor that speaks so.

    Args:
        source: path (``/dev/input/by-id/...-event-kbd``) or an open descriptor.
        exclusive: grab it, so that scans type into no window. Raises NotExclusive.
    """

    def __init__(
        self, source: int | str, config: LineConfig | None = None, *, exclusive: bool = True
    ) -> None:
        wire = FileWire(source)
        if exclusive:
            try:
                grab(wire.fd, wire.name)
            except StationError:
                wire.close()
                raise
        self._keys = KeyDecoder()
        super().__init__(wire, config)

    def _chop(self, data: bytes, now_s: float) -> list[Line | Fault]:
        out: list[Line | Fault] = []
        for typed in self._keys.feed(data):
            if typed.lost:
                out += self._lines.overrun()
            if typed.unknown:
                out.append(Fault("unknown-keys", typed.unknown))
            out += self._lines.feed(typed.text, now_s)
        return out


_WORDS = {
    "unfinished": (
        "扫码内容不完整，没有收到结束符，已丢弃；请重新扫描。",
        "A scan broke off before its end and was dropped; scan again.",
    ),
    "too-long": (
        "扫码内容过长，已丢弃；请检查扫码器设置。",
        "A scan was longer than any code and was dropped; check the scanner's settings.",
    ),
    "not-text": (
        "扫码内容不是UTF-8文本，已丢弃；请检查波特率和编码设置。",
        "A scan is no UTF-8 text and was dropped; check baud rate and encoding.",
    ),
    "noise": (
        "只收到控制字符；请检查线缆、接地和波特率。",
        "Only control bytes arrived; check cable, grounding and baud rate.",
    ),
    "overrun": (
        "系统缓冲区溢出，字符有丢失，本次扫码已丢弃；请重新扫描。",
        "The system lost characters, this scan was dropped; scan again.",
    ),
    "unknown-keys": (
        "收到无法识别的按键；请将扫码器设为美式键盘。",
        "Keys arrived that type nothing; set the scanner to the US keyboard.",
    ),
}
