"""Layout to what a thermal printer draws: bars, one-bit pictures of text, its own sharp QR codes.

Thermal printers know black only: orange and yellow come from pre-printed stock, so every other
colour is left out. Native QR codes are aligned to the printer's dots, a scaled picture is not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from PIL import Image, ImageDraw

from waste_trace.labels.fonts import load_font
from waste_trace.labels.layout import (
    BLACK,
    BOLD_STROKE,
    WHITE,
    Element,
    Layout,
    Matrix,
    Polygon,
    Rect,
    Text,
)
from waste_trace.labels.png import MM_PER_INCH, draw_text
from waste_trace.labels.runs import dark_runs

_MAX_CELL = 10
"""Largest QR module in dots that older firmware accepts."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A black rectangle in dots."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Bitmap:
    """A one-bit picture, eight dots a byte, left dot highest, 1 is black."""

    x: int
    y: int
    row_bytes: int
    height: int
    data: bytes


@dataclass(frozen=True, slots=True)
class NativeQr:
    """A QR code (error correction M) that the printer draws, ``cell`` dots a module."""

    x: int
    y: int
    cell: int
    text: str


Piece = Bar | Bitmap | NativeQr


def dots(millimetres: float, dpi: int) -> int:
    """Return a length in whole dots."""
    return round(millimetres * dpi / MM_PER_INCH)


def pieces(layout: Layout, font: Path, dpi: int) -> Iterator[Piece]:
    """Yield what the printer has to draw, in order."""
    load_font(font)
    for is_polygon, group in groupby(layout.elements, lambda e: isinstance(e, Polygon)):
        if is_polygon:
            yield _polygons([e for e in group if isinstance(e, Polygon)], dpi)
            continue
        for element in group:
            yield from _piece(element, font, dpi)


def _piece(element: Element, font: Path, dpi: int) -> Iterator[Piece]:
    if isinstance(element, Rect) and element.fill == BLACK:
        x, y = dots(element.x, dpi), dots(element.y, dpi)
        right, bottom = dots(element.x + element.width, dpi), dots(element.y + element.height, dpi)
        yield Bar(x, y, max(1, right - x), max(1, bottom - y))
    elif isinstance(element, Text):
        yield _text(element, font, dpi)
    elif isinstance(element, Matrix) and element.text is not None:
        modules = len(element.rows)
        side = dots(element.side, dpi)
        cell = max(1, min(_MAX_CELL, side // modules))
        offset = (side - cell * modules) // 2
        x, y = dots(element.x, dpi) + offset, dots(element.y, dpi) + offset
        yield NativeQr(x, y, cell, element.text)
    elif isinstance(element, Matrix):
        yield _mark(element, dpi)


def _text(element: Text, font: Path, dpi: int) -> Bitmap:
    scale = dpi / MM_PER_INCH
    x = int((element.x - element.size * BOLD_STROKE) * scale)
    y = int((element.y - element.size) * scale)
    size = (int((element.width + element.size * 0.2) * scale) + 2, int(element.size * 1.35 * scale))
    image = Image.new("RGB", size, BLACK)
    shifted = Text(
        element.x - x / scale,
        element.y - y / scale,
        element.text,
        element.size,
        element.width,
        element.bold,
        WHITE,
    )
    draw_text(ImageDraw.Draw(image), shifted, font, scale)
    return _bitmap(image.convert("L"), x, y)


def _polygons(elements: list[Polygon], dpi: int) -> Bitmap:
    scale = dpi / MM_PER_INCH
    points = [point for element in elements for point in element.points]
    left, top = int(min(x for x, _ in points) * scale), int(min(y for _, y in points) * scale)
    right, bottom = max(x for x, _ in points) * scale, max(y for _, y in points) * scale
    image = Image.new("L", (int(right) - left + 2, int(bottom) - top + 2), 0)
    draw = ImageDraw.Draw(image)
    for element in elements:
        draw.polygon(
            [(x * scale - left, y * scale - top) for x, y in element.points],
            fill=255 if element.fill == BLACK else 0,
        )
    return _bitmap(image, left, top)


def _mark(element: Matrix, dpi: int) -> Bitmap:
    cell = max(1, dots(element.side, dpi) // len(element.rows))
    side = cell * len(element.rows)
    image = Image.new("L", (side, side), 0)
    draw = ImageDraw.Draw(image)
    for row, column, length in dark_runs(element.rows):
        right, bottom = (column + length) * cell - 1, (row + 1) * cell - 1
        draw.rectangle((column * cell, row * cell, right, bottom), fill=255)
    return _bitmap(image, dots(element.x, dpi), dots(element.y, dpi))


def _bitmap(image: Image.Image, x: int, y: int) -> Bitmap:
    """Cut to the ink, pack to bits; a blank picture keeps one dot row."""
    black = image.point(lambda value: 255 if value >= 128 else 0)
    box = black.getbbox() or (0, 0, 8, 1)
    cut = black.crop(box).convert("1")
    row_bytes = (cut.width + 7) // 8
    return Bitmap(x + box[0], y + box[1], row_bytes, cut.height, cut.tobytes())
