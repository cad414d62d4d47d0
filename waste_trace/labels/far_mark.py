"""The far mark as a sticker of its own, for containers whose label has no room for it.

AprilTag 36h11 with its quiet zone, its number in words, and the end of the code that it belongs to:
whoever sticks it beside a label sees whether the two belong together.
"""

from dataclasses import dataclass
from pathlib import Path

from waste_trace.codes.digital_id import DigitalId
from waste_trace.labels.cells import centred
from waste_trace.labels.errors import LabelError
from waste_trace.labels.fonts import load_font
from waste_trace.labels.layout import BLACK, WHITE, Layout, Matrix, Rect
from waste_trace.labels.matrices import far_mark_modules

_QUIET = 1
_FOOT = 0.2
_LEAST_SIDE = 30.0


@dataclass(frozen=True, slots=True)
class FarMark:
    """A mark and the container that it is stuck on."""

    mark_id: int
    digital_id: DigitalId


def layout_far_mark(mark: FarMark, font: Path, side: float = 80.0) -> Layout:
    """Lay the sticker out, ``side`` mm wide and a fifth higher; at least 30 mm to be of use."""
    if side < _LEAST_SIDE:
        raise LabelError(
            "size",
            f"远距标记至少{_LEAST_SIDE:g}毫米，{side:g}毫米太小。",
            f"A far mark of {side:g} mm is too small: {_LEAST_SIDE:g} mm at least.",
        )
    face = load_font(font)
    rows = far_mark_modules(mark.mark_id)
    module = side / (len(rows) + 2 * _QUIET)
    foot = side * _FOOT
    height = side + foot
    code = str(mark.digital_id)
    words = f"远距标记 {mark.mark_id}"
    return Layout(
        side,
        height,
        (
            Rect(0, 0, side, height, WHITE),
            Matrix(module, module, module * len(rows), rows, None),
            Rect(module, side, side - 2 * module, side * 0.004, BLACK),
            centred(words, face, foot * 0.42, side / 2, side + foot * 0.3, bold=True),
            centred(f"…{code[18:]}", face, foot * 0.34, side / 2, side + foot * 0.72),
        ),
        f"{words} {code}",
    )
