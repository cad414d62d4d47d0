"""Frames of a clip through a child process with a watchdog: our side of ``video_child``."""

from __future__ import annotations

import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from scanner.decode.errors import BrokenVideo
from scanner.decode.reads import Gray

_CHILD = Path(__file__).with_name("video_child.py")
_HEADER = struct.Struct(">III")


@dataclass(frozen=True, slots=True)
class ClipFrame:
    """One luma frame and its time from the start of the clip, milliseconds."""

    luma: Gray
    at_ms: int


def clip_frames(
    path: Path,
    *,
    step_ms: int = 500,
    limit: int = 120,
    timeout_s: float = 60.0,
    max_pixels: int = 50_000_000,
) -> Iterator[ClipFrame]:
    """Frames at least ``step_ms`` apart, up to ``limit``.

    Raises:
        BrokenVideo: the decoder crashed, gave no frame, or used more than ``timeout_s`` in all.
    """
    # -P keeps the child's folder off its module path; an absolute path cannot be an option.
    command = [sys.executable, "-P", str(_CHILD), str(path.resolve())]
    command += [str(step_ms), str(limit), str(max_pixels)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    watchdog = threading.Timer(timeout_s, child.kill)
    watchdog.start()
    try:
        assert child.stdout is not None
        count = 0
        while (frame := _next(child.stdout, max_pixels)) is not None:
            count += 1
            yield frame
        status = child.wait()
        if status != 0:
            raise BrokenVideo(
                "视频无法解码，可能已损坏。",
                "The clip does not decode; it may be damaged.",
                status=status,
                frames=count,
            )
    finally:
        watchdog.cancel()
        child.kill()
        child.wait()
        if child.stdout is not None:
            child.stdout.close()


def _next(stream: IO[bytes], max_pixels: int) -> ClipFrame | None:
    head = stream.read(_HEADER.size)
    if len(head) < _HEADER.size:
        return None
    width, height, at_ms = _HEADER.unpack(head)
    if width * height > max_pixels:
        return None
    data = stream.read(width * height)
    if len(data) < width * height:
        return None
    return ClipFrame(np.frombuffer(data, np.uint8).reshape(height, width), at_ms)
