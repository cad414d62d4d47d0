"""Frames of a camera, decoded where a crash or a hang hurts nobody.

Run as a process of its own: ``python -P camera_child.py``, with its settings as one JSON line on
standard input (a stream's address holds a password, and arguments are public). Writes to standard
output records of one letter and a 4-byte length: ``O`` opened, ``F`` a frame (header, then luma),
``X`` why it ended. Imports nothing of ours.
"""

import json
import struct
import sys
import time
from typing import Any

HEAD = struct.Struct(">cI")
FRAME = struct.Struct(">IIqqQIB")
"""width, height, pts (us; -1 if none), receive time (ns since 1970), sequence, bytes, keyframe."""
_MEMORY = 4 << 30


def limit_resources() -> None:
    """Bound what a hostile stream can take, where the system knows such bounds."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def emit(letter: bytes, *parts: bytes) -> None:
    """Write one record."""
    out = sys.stdout.buffer
    out.write(HEAD.pack(letter, sum(map(len, parts))))
    for part in parts:
        out.write(part)
    out.flush()


def main() -> int:
    """Follow the stream until it ends or fails; the reason is the last record."""
    settings: dict[str, Any] = json.loads(sys.stdin.readline())
    import av

    av.logging.set_level(av.logging.PANIC)
    try:
        with av.open(
            settings["url"],
            format=settings["format"] or None,
            options=settings["options"],
            # Without a read time limit a stalled camera would hang this process for ever.
            timeout=(settings["open_s"], settings["stall_s"]),
        ) as container:
            follow(container, settings)
    except av.error.ExitError:
        emit(b"X", b"stalled")
        return 4
    except (av.error.FFmpegError, OSError, IndexError, ValueError) as error:
        emit(b"X", type(error).__name__.encode("ascii"))
        return 3
    emit(b"X", b"ended")  # a live source has no end: this is how PyAV says that the server is gone
    return 0


def follow(container: Any, settings: dict[str, Any]) -> None:
    """Write every frame that is due."""
    stream = container.streams.video[0]
    if settings["keyframes_only"]:
        stream.codec_context.skip_frame = "NONKEY"
    emit(b"O", str(stream.codec_context.name).encode("ascii"))
    sequence, due, size = 0, 0.0, 0
    for packet in container.demux(stream):
        received, size = time.time_ns(), size + packet.size
        for frame in packet.decode():
            sequence += 1
            if time.monotonic() < due or frame.width * frame.height > settings["max_pixels"]:
                continue
            due = time.monotonic() + settings["every_s"]
            pts = -1 if frame.time is None else int(frame.time * 1_000_000)
            luma = frame.to_ndarray(format="gray")
            head = FRAME.pack(
                luma.shape[1], luma.shape[0], pts, received, sequence, size, frame.key_frame
            )
            emit(b"F", head, luma.tobytes())
            size = 0


if __name__ == "__main__":
    limit_resources()
    sys.exit(main())
