"""Stickers with one signed code: store doors, generation points, vehicles, cameras, cards, rolls.

No standard prescribes them; the QR takes the height, words stand beside it.
"""

from dataclasses import dataclass
from pathlib import Path

from waste_trace.labels.cells import LINE_HEIGHT, centred
from waste_trace.labels.errors import LabelError
from waste_trace.labels.fonts import LabelFont, load_font
from waste_trace.labels.layout import BLACK, WHITE, Element, Layout, Matrix, Rect, Text, frame
from waste_trace.labels.matrices import QUIET_ZONE, qr_modules
from waste_trace.labels.wrap import wrap

_BORDER = 0.4
_MIN_TEXT = 2.0
_HEADING = 1.25


@dataclass(frozen=True, slots=True)
class Sticker:
    """A code with a heading (设施码, 产废点码 ...) and lines of text."""

    token_text: str
    heading: str
    lines: tuple[str, ...]


def layout_sticker(
    sticker: Sticker, font: Path, width: float = 80.0, height: float = 50.0
) -> Layout:
    """Lay a sticker out; raise LabelError when its text does not fit at 2 mm or lacks a glyph."""
    face = load_font(font)
    face.require("heading", sticker.heading)
    face.require("lines", "".join(sticker.lines))
    rows = qr_modules(sticker.token_text)
    patch = height - 2 * _BORDER
    if patch > width * 0.7:
        raise LabelError(
            "size",
            f"{width:g}×{height:g}毫米太窄，二维码旁无法排字。",
            f"{width:g} x {height:g} mm leaves no room for words beside the QR.",
        )
    module = patch / (len(rows) + 2 * QUIET_ZONE)
    inset = _BORDER + QUIET_ZONE * module
    left = _BORDER + patch
    elements: list[Element] = [
        Rect(0, 0, width, height, WHITE),
        *frame(0, 0, width, height, _BORDER),
        Matrix(inset, inset, module * len(rows), rows, sticker.token_text),
        *_words(sticker, face, left, width - left - _BORDER - height * 0.04, height),
    ]
    return Layout(width, height, tuple(elements), f"{sticker.heading} {sticker.lines[0]}".strip())


def _words(
    sticker: Sticker, face: LabelFont, left: float, width: float, height: float
) -> list[Element]:
    """Set heading and lines in the largest text that fits, centred in height."""
    steps = 12
    least = face.em_for_height(_MIN_TEXT)
    for step in range(steps, -1, -1):
        em = least * (1 + step / steps)
        heading = wrap(sticker.heading, face, em * _HEADING, width)
        lines = [part for line in sticker.lines for part in wrap(line, face, em, width)]
        tall = em * LINE_HEIGHT * (len(heading) * _HEADING + 0.4 + len(lines))
        if tall <= height * 0.9:
            break
    else:
        raise LabelError(
            "lines", "文字太多，放不下。", "There are too many words for this sticker."
        )
    y = (height - tall) / 2
    elements: list[Element] = []
    for text in heading:
        size = em * _HEADING
        middle = y + size * LINE_HEIGHT / 2
        line = centred(text, face, size, 0, middle, bold=True)
        elements.append(Text(left, line.y, text, size, line.width, bold=True))
        y += size * LINE_HEIGHT
    elements.append(Rect(left, y + em * 0.15, width, 0.25, BLACK))
    y += em * LINE_HEIGHT * 0.4
    for text in lines:
        line = centred(text, face, em, 0, y + em * LINE_HEIGHT / 2)
        if text:
            elements.append(Text(left, line.y, text, em, line.width))
        y += em * LINE_HEIGHT
    return elements
