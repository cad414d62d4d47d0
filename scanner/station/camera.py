"""A network or USB camera as frames and events: signal loss is said, never mere silence.

The decoder (PyAV) runs in a child process under a watchdog. A stream that ends, stalls, crashes
its decoder or jumps in time gives a typed event; then it is opened again, more and more patiently.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from scanner.decode.reads import Gray
from scanner.station.camera_child import FRAME, HEAD
from scanner.station.clockwork import Clockwork
from scanner.station.feed import Feed

_CHILD = Path(__file__).with_name("camera_child.py")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class CameraConfig(BaseModel):
    """Where a camera is and how patient we are with it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: SecretStr = Field(
        title="rtsp://user:password@host/..., tcp://..., a file, or /dev/video0",
        description="Secret, for it holds the password: never logged, never an argument.",
    )
    name: str = Field(min_length=1, title="What people call it")
    format: str = Field("", title="FFmpeg's input format: v4l2 for /dev/video0, else empty")
    options: dict[str, str] = Field(
        {"rtsp_transport": "tcp"},
        title="FFmpeg's options",
        description="RTSP over TCP: lost UDP packets smear pictures without any error.",
    )
    keyframes_only: bool = Field(
        False,
        title="Decode keyframes only",
        description="A tenth of the processor time; one picture every GOP, 1 to 4 s.",
    )
    every_s: float = Field(0.0, ge=0, title="Least time between two frames that are given")
    open_s: float = Field(
        10.0, gt=0, title="Time to open", description="GStreamer's server took 1.7 s."
    )
    stall_s: float = Field(
        5.0,
        gt=0,
        title="Silence after which a stream has stalled",
        description="Video diagnosis in China calls five seconds a loss of signal.",
    )
    jump_s: float = Field(
        1.0,
        gt=0,
        title="Jump of the stream's clock that is reported",
        description="Encoders jitter by tens of milliseconds; a loop or a restart by seconds.",
    )
    retry_s: float = Field(1.0, gt=0, title="First pause before opening again; doubles to a minute")
    max_pixels: int = Field(50_000_000, ge=1, title="Largest frame")


@dataclass(frozen=True, slots=True)
class CameraFrame:
    """One luma frame.

    ``pts_s``: the stream's own time, None if it has none. ``received``: when its last packet came
    (UTC). ``sequence`` counts decoded frames since opening, from 1. ``packet_bytes``: what the
    stream has sent since the frame before; a frozen encoder sends next to nothing.
    """

    luma: Gray
    pts_s: float | None
    received: datetime
    sequence: int
    keyframe: bool
    packet_bytes: int


@dataclass(frozen=True, slots=True)
class CameraEvent:
    """What happened to the stream: "opened", "not-opened", "signal-lost", "stalled",
    "decoder-crashed", "clock-jump" (``seconds`` says how far), "frames-dropped" (reader too slow).
    """

    kind: str
    zh: str
    en: str
    at: datetime
    seconds: float = 0.0


class Camera:
    """Frames and events of one camera, for any number of threads, until it is closed."""

    def __init__(self, config: CameraConfig, buffered: int = 8) -> None:
        self.name = config.name
        self._config = config
        self._feed: Feed[CameraFrame | CameraEvent] = Feed(
            max(buffered, 4), spare=lambda item: isinstance(item, CameraFrame)
        )
        self._stop = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._dropping = False
        self._thread = threading.Thread(target=self._run, name=f"camera {self.name}", daemon=True)
        self._thread.start()

    def take(self, timeout_s: float | None = None) -> CameraFrame | CameraEvent | None:
        """The next frame or event, None after ``timeout_s``; DeviceClosed after ``close``."""
        return self._feed.take(timeout_s)

    def __iter__(self) -> Iterator[CameraFrame | CameraEvent]:
        """All until it is closed."""
        return iter(self._feed)

    def close(self) -> None:
        """Stop the child and end the feed."""
        self._stop.set()
        child = self._child
        if child is not None:
            child.kill()
        self._thread.join(5)
        self._feed.end()

    def _run(self) -> None:
        pause = self._config.retry_s
        while not self._stop.is_set():
            if self._follow():
                pause = self._config.retry_s
            if self._stop.wait(pause):
                return
            pause = min(pause * 2, 60.0)

    def _follow(self) -> bool:
        """One life of the child; True if it gave frames."""
        # -P keeps the child's folder off its module path.
        child = subprocess.Popen(
            [sys.executable, "-P", str(_CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._child = child
        assert child.stdin is not None
        assert child.stdout is not None
        dog = _Watchdog(child, self._config.open_s + 5, self._config.stall_s + 2)
        clockwork = Clockwork(self._config.jump_s)
        frames, opened, why = 0, False, ""
        try:
            if self._stop.is_set():
                return False
            child.stdin.write(_settings(self._config))
            child.stdin.close()
            for letter, body in _records(child.stdout, self._config.max_pixels):
                dog.pat()
                if letter == b"F":
                    frames += 1
                    self._frame(body, clockwork)
                elif letter == b"O":
                    opened = True
                    self._event("opened")
                else:
                    why = body.decode("ascii", "replace")
        except OSError:
            why = ""  # it died before it had read its settings
        finally:
            dog.stop()
            child.kill()
            child.wait()
            child.stdout.close()
            with suppress(OSError):  # what it never read cannot be flushed any more
                child.stdin.close()
        if not self._stop.is_set():
            self._event(_kind(why, opened, dog.bitten))
        return frames > 0

    def _frame(self, body: bytes, clockwork: Clockwork) -> None:
        width, height, pts, received_ns, sequence, size, key = FRAME.unpack_from(body)
        pixels = np.frombuffer(body, np.uint8, offset=FRAME.size)
        if pixels.size != width * height:
            return
        pts_s = None if pts < 0 else pts / 1_000_000
        if pts_s is not None:
            jump = clockwork.check(pts_s, received_ns / 1e9)
            if jump is not None:
                self._event("clock-jump", jump)
        received = _EPOCH + timedelta(microseconds=received_ns // 1000)
        luma = pixels.reshape(height, width)
        self._put(CameraFrame(luma, pts_s, received, sequence, bool(key), size))

    def _event(self, kind: str, seconds: float = 0.0) -> None:
        zh, en = _WORDS[kind]
        self._put(CameraEvent(kind, zh, en, datetime.now(UTC), round(seconds, 3)))

    def _put(self, item: CameraFrame | CameraEvent) -> None:
        gone = self._feed.put(item)
        if gone is not None and not self._dropping:
            self._dropping = True
            self._event("frames-dropped")
        elif gone is None:
            self._dropping = False


class _Watchdog:
    """Kills a child that has said nothing for too long; first while opening, then while running."""

    def __init__(self, child: subprocess.Popen[bytes], first_s: float, then_s: float) -> None:
        self.bitten = False
        self._child, self._then_s = child, then_s
        self._due = time.monotonic() + first_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def pat(self) -> None:
        self._due = time.monotonic() + self._then_s

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(min(0.2, max(0.01, self._due - time.monotonic()))):
            if time.monotonic() > self._due:
                self.bitten = True
                self._child.kill()
                return


def _settings(config: CameraConfig) -> bytes:
    keys = ("format", "options", "keyframes_only", "every_s", "open_s", "stall_s", "max_pixels")
    values = {key: getattr(config, key) for key in keys}
    values["url"] = config.url.get_secret_value()
    return json.dumps(values).encode("utf-8") + b"\n"


def _records(stream: IO[bytes], max_pixels: int) -> Iterator[tuple[bytes, bytes]]:
    while len(head := stream.read(HEAD.size)) == HEAD.size:
        letter, size = HEAD.unpack(head)
        if size > max_pixels + FRAME.size:
            return
        body = stream.read(size)
        if len(body) < size:
            return
        yield letter, body


def _kind(why: str, opened: bool, bitten: bool) -> str:
    if not opened:
        return "not-opened"
    if why == "stalled" or bitten:
        return "stalled"
    return "signal-lost" if why else "decoder-crashed"


_WORDS = {
    "opened": ("视频已接通。", "The stream is open."),
    "not-opened": (
        "视频无法打开：请检查网络、地址和密码。",
        "The stream does not open: check network, address and password.",
    ),
    "signal-lost": ("视频信号丢失。", "The signal is lost."),
    "stalled": ("视频停滞，没有新画面。", "The stream stalls: no new picture comes."),
    "decoder-crashed": (
        "视频解码进程异常退出。",
        "The decoder's process ended abnormally.",
    ),
    "clock-jump": (
        "视频时钟跳变，可能是重放、重启或编码器故障。",
        "The stream's clock jumped: a replay, a restart or a faulty encoder.",
    ),
    "frames-dropped": (
        "处理不及时，已丢弃较早的画面。",
        "The reader was too slow; older pictures were dropped.",
    ),
}
