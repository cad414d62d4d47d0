"""Pictures and clips by path, one JSON-ready line for each: what ``waste-trace scan`` prints."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from scanner.decode import look
from scanner.decode.burst import BurstUnread, read_burst
from scanner.decode.config import DecodeConfig, ImageLimits
from scanner.decode.errors import HugeImage, ReadError, UnreadableFile
from scanner.decode.reads import Read, Unread
from scanner.decode.source import is_video, load_image
from scanner.decode.video import ClipFrame, clip_frames

Recognise = Callable[[str], dict[str, object] | None]
Line = dict[str, object]
_TOGETHER = 16  # frames of a clip that are read together
_HEAD = 64  # bytes that tell a clip from a picture


def scan_files(
    paths: Iterable[str | Path],
    *,
    recognise: Recognise | None = None,
    config: DecodeConfig | None = None,
    limits: ImageLimits | None = None,
) -> Iterator[dict[str, object]]:
    """One line for each path, in order.

    A line is ``{"file", "codes": [{"text", "format", "corners", "engine", "ms", "label"}], "ms"}``
    or ``{"file", "error": {"code", "zh", "en", "do_zh", "do_en"}}``; nothing is raised for a file.
    Each line also has ``unread``: codes that were seen and not read, ``{"corners", "reason"}``.
    ``recognise`` turns a text into what the label says, None for a foreign code. A clip gives each
    text once, with its first sighting's corners and ``at_ms``.
    """
    for path in paths:
        started = time.perf_counter()
        try:
            codes, unread = _codes(Path(path), recognise, config, limits or ImageLimits())
        except ReadError as error:
            yield {"file": str(path), "error": _said(error)}
            continue
        yield {"file": str(path), "codes": codes, "unread": unread, "ms": _since(started)}


def _codes(
    path: Path,
    recognise: Recognise | None,
    config: DecodeConfig | None,
    limits: ImageLimits,
) -> tuple[list[Line], list[Line]]:
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
        if is_video(head):
            return _clip_codes(path, recognise, config, limits)
        size = path.stat().st_size
        if size > limits.max_bytes:
            raise HugeImage(
                f"图片文件超过 {limits.max_bytes} 字节。",
                f"The picture is larger than {limits.max_bytes} bytes.",
                bytes=size,
                limit=limits.max_bytes,
            )
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        raise UnreadableFile("文件无法打开。", "The file cannot be opened.") from error
    found = look(load_image(data, limits), config=config)
    return [_line(read, recognise) for read in found.reads], [_seen(u) for u in found.unread]


def _clip_codes(
    path: Path,
    recognise: Recognise | None,
    config: DecodeConfig | None,
    limits: ImageLimits,
) -> tuple[list[Line], list[Line]]:
    """A clip's codes. Frames that show a code which they alone do not give are read together."""
    lines: dict[str, Line] = {}
    poor: list[ClipFrame] = []
    for frame in clip_frames(path, max_pixels=limits.max_pixels):
        found = look(frame.luma, config=config)
        for read in found.reads:
            lines.setdefault(read.text, _line(read, recognise) | {"at_ms": frame.at_ms})
        if found.unread and len(poor) < _TOGETHER:
            poor.append(frame)
    if not poor:
        return list(lines.values()), []
    together = read_burst([frame.luma for frame in poor])
    for one in together.reads:
        at_ms = poor[one.first].at_ms
        read = Read(one.text, one.format, one.quad, one.how, "burst", together.ms)
        lines.setdefault(one.text, _line(read, recognise) | {"at_ms": at_ms})
    return list(lines.values()), [_seen(unread) for unread in together.unread]


def _seen(unread: Unread | BurstUnread) -> Line:
    """A code that is there and says nothing: for a store room that is a finding."""
    return {"corners": [[x, y] for x, y in unread.quad], "reason": unread.reason}


def _line(read: Read, recognise: Recognise | None) -> dict[str, object]:
    return {
        "text": read.text,
        "format": read.format,
        "corners": [[x, y] for x, y in read.quad],
        "engine": read.engine,
        "ms": read.ms,
        "label": recognise(read.text) if recognise else None,
    }


def _said(error: ReadError) -> dict[str, object]:
    return {
        "code": error.code,
        "zh": error.zh,
        "en": error.en,
        "do_zh": error.do_zh,
        "do_en": error.do_en,
    }


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 3)
