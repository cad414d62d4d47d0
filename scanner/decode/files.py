"""Pictures and clips by path, one JSON-ready line for each: what ``waste-trace scan`` prints."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from scanner.decode import look
from scanner.decode.config import DecodeConfig, ImageLimits
from scanner.decode.errors import HugeImage, ReadError, UnreadableFile
from scanner.decode.reads import Read
from scanner.decode.source import is_video, load_image
from scanner.decode.video import clip_frames

Recognise = Callable[[str], dict[str, object] | None]
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
    ``recognise`` turns a text into what the label says, None for a foreign code. A clip gives each
    text once, with its first sighting's corners and ``at_ms``.
    """
    for path in paths:
        started = time.perf_counter()
        try:
            codes = _codes(Path(path), recognise, config, limits or ImageLimits())
        except ReadError as error:
            yield {"file": str(path), "error": _said(error)}
            continue
        yield {"file": str(path), "codes": codes, "ms": _since(started)}


def _codes(
    path: Path,
    recognise: Recognise | None,
    config: DecodeConfig | None,
    limits: ImageLimits,
) -> list[dict[str, object]]:
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
    return [_line(read, recognise) for read in found.reads]


def _clip_codes(
    path: Path,
    recognise: Recognise | None,
    config: DecodeConfig | None,
    limits: ImageLimits,
) -> list[dict[str, object]]:
    lines: dict[str, dict[str, object]] = {}
    for frame in clip_frames(path, max_pixels=limits.max_pixels):
        for read in look(frame.luma, config=config).reads:
            if read.text not in lines:
                lines[read.text] = _line(read, recognise) | {"at_ms": frame.at_ms}
    return list(lines.values())


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
