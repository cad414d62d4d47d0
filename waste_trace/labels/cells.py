"""Table cells of a label: a bold field name, its value, and the lines they take."""

from dataclasses import dataclass
from functools import lru_cache

from waste_trace.labels.fonts import LabelFont
from waste_trace.labels.layout import BLACK, Element, Rect, Text
from waste_trace.labels.wrap import wrap

LINE_HEIGHT = 1.17
"""Baseline distance in ems."""
MIN_PADDING = 0.1
"""Least white above and below the lines of a cell, in ems."""
_OPTICAL_CENTRE = 0.36
"""Height of the middle of a Chinese character above the baseline, in ems."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field as the label names it; ``pieces`` are lines that may only break between them."""

    name: str
    caption: str
    value: str
    pieces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A field set in a width at an em: its lines, and where they start."""

    field: Field
    lines: tuple[str, ...]
    indent: float
    caption_above: bool

    @property
    def line_count(self) -> int:
        """How many lines the cell takes, caption included."""
        return len(self.lines) + self.caption_above

    def height(self, em: float) -> float:
        """The least height of the cell."""
        return em * (self.line_count * LINE_HEIGHT + 2 * MIN_PADDING)


@lru_cache(maxsize=8192)
def set_field(field: Field, font: LabelFont, em: float, width: float) -> Cell:
    """Set a field in ``width``: hanging after its caption, or below where that is too narrow.

    Cached: the labels of a batch differ in one field, and a plan tries the others many times.
    """
    indent = font.width(field.caption, em)
    hanging = _lines(field, font, em, width - indent)
    below = _lines(field, font, em, width)
    if hanging is None or (below is not None and len(hanging) > len(below) + 1):
        lines = below if below is not None else wrap(field.value, font, em, width)
        return Cell(field, tuple(lines), 0.0, caption_above=True)
    return Cell(field, tuple(hanging), indent, caption_above=False)


def draw_cell(
    cell: Cell, font: LabelFont, em: float, x: float, y: float, height: float
) -> list[Element]:
    """Return the cell's texts, its lines centred in ``height``; ``x`` is where text starts."""
    top = y + (height - cell.line_count * em * LINE_HEIGHT) / 2
    baseline = top + em * (LINE_HEIGHT / 2 + _OPTICAL_CENTRE)
    caption = cell.field.caption
    texts: list[Element] = [
        Text(x, baseline, caption, em, font.width(caption, em), bold=True),
    ]
    if cell.caption_above:
        baseline += em * LINE_HEIGHT
    for line in cell.lines:
        if line.strip():
            lead = font.width(line[: len(line) - len(line.lstrip())], em)
            text = line.strip()
            left = x + cell.indent + lead
            texts.append(Text(left, baseline, text, em, font.width(text, em)))
        baseline += em * LINE_HEIGHT
    return texts


def centred(
    text: str, font: LabelFont, em: float, cx: float, cy: float, *, bold: bool = False
) -> Text:
    """Return one line with its middle at a point."""
    width = font.width(text, em)
    return Text(cx - width / 2, cy + em * _OPTICAL_CENTRE, text, em, width, bold)


def rule(x: float, y: float, width: float, line: float) -> Rect:
    """Return a horizontal line centred on ``y``."""
    return Rect(x, y - line / 2, width, line, BLACK)


def _lines(field: Field, font: LabelFont, em: float, width: float) -> list[str] | None:
    """Return the lines of the value in ``width``; None where it is too narrow to read well."""
    if font.width(field.value, em) <= width:
        return [field.value]
    if field.pieces:
        fits = all(font.width(piece, em) <= width for piece in field.pieces)
        return list(field.pieces) if fits else None
    lines = wrap(field.value, font, em, width) if width > 4 * em else []
    return lines if lines and _whole_words(lines, field.value) else None


def _whole_words(lines: list[str], value: str) -> bool:
    """Whether no phone number or code was cut in the middle."""
    words = set(value.split())
    return all(part in words or not part.isascii() for line in lines for part in line.split())
