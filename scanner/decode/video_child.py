"""Frames of an untrusted clip, decoded where a crash hurts nobody.

Run as a process of its own: ``python -P video_child.py FILE STEP_MS LIMIT MAX_PIXELS``. Writes to
standard output, for each frame: 12 bytes (width, height, milliseconds; big-endian unsigned 32 bit)
and width x height bytes of luma. A malformed AVI ends OpenCV's process (seen in 4.14 and 5.0), so
this file imports nothing of ours and is never imported by anything but its tests.
"""

import struct
import sys

_MEMORY = 4 << 30
_CPU_SECONDS = 120


def limit_resources() -> None:
    """Bound what a hostile clip can take, where the system knows such bounds."""
    try:
        import resource
    except ImportError:  # not a Unix: the parent's watchdog remains
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(path: str, step_ms: int, limit: int, max_pixels: int) -> int:
    """Write up to ``limit`` frames at least ``step_ms`` apart; 3 if the file does not open."""
    import cv2

    cv2.setNumThreads(1)
    capture = cv2.VideoCapture(path)
    if not capture.isOpened():
        return 3
    width, height = int(capture.get(3)), int(capture.get(4))
    if width * height > max_pixels or width < 1 or height < 1:
        return 4
    rate = capture.get(cv2.CAP_PROP_FPS)
    per_frame = 1000 / rate if 0.1 < rate < 1000 else 40.0
    due, written, index = 0.0, 0, 0
    while written < limit and capture.grab():
        at, index = index * per_frame, index + 1
        if at < due:
            continue
        ok, frame = capture.retrieve()
        if not ok:
            continue
        gray = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY) if frame.ndim == 3 else frame
        if gray.size > max_pixels:
            return 4
        sys.stdout.buffer.write(struct.pack(">III", gray.shape[1], gray.shape[0], int(at)))
        sys.stdout.buffer.write(gray.tobytes())
        sys.stdout.buffer.flush()
        due, written = at + step_ms, written + 1
    return 0 if written else 3


if __name__ == "__main__":
    limit_resources()
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
