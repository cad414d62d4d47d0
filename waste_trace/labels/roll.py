"""Pre-issued codes on a roll (先码后物): a large QR, its code, and blanks to write by hand.

The waste code and the day are part of the code, so they are printed; all else is not known yet.
"""

from dataclasses import dataclass
from pathlib import Path

from waste_trace.codes.digital_id import DigitalId
from waste_trace.labels.errors import LabelError
from waste_trace.labels.fonts import LabelFont, load_font
from waste_trace.labels.form import draw_code
from waste_trace.labels.layout import BLACK, WHITE, Element, Layout, Rect, Text, frame
from waste_trace.labels.matrices import qr_modules

WIDTH, HEIGHT = 100.0, 60.0
_BORDER = 0.4
_QR = 52.0
_TEXT = 3.0
_BLANKS = ("废物名称", "容器", "重量 kg", "经办人", "备注")


@dataclass(frozen=True, slots=True)
class RollLabel:
    """A code that is stuck on before anybody knows what will be in the container."""

    digital_id: DigitalId
    token_text: str


def layout_roll_label(label: RollLabel, font: Path) -> Layout:
    """Lay one label of the roll out, 100 by 60 mm; raise LabelError if QR and code differ."""
    face = load_font(font)
    if str(label.digital_id) not in label.token_text:
        raise LabelError(
            "token_text",
            "二维码内容不含本标签的数字识别码。",
            "The QR text does not carry this label's digital id.",
        )
    em = face.em_for_height(_TEXT)
    rows = qr_modules(label.token_text)
    elements: list[Element] = [
        Rect(0, 0, WIDTH, HEIGHT, WHITE),
        *frame(0, 0, WIDTH, HEIGHT, _BORDER),
        draw_code(rows, label.token_text, _BORDER, _BORDER, _QR),
        *_words(label, face, em),
    ]
    return Layout(WIDTH, HEIGHT, tuple(elements), f"预印码 {label.digital_id}")


def _words(label: RollLabel, face: LabelFont, em: float) -> list[Element]:
    code = str(label.digital_id)
    small = em * 0.95
    shown = f"{code[:18]} {code[18:26]} {code[26:34]} {code[34:]}"
    foot = (WIDTH - face.width(shown, small)) / 2
    elements: list[Element] = [
        Text(foot, HEIGHT - 3.2, shown, small, face.width(shown, small)),
    ]
    left, right = _QR, WIDTH - 3
    heading = f"{label.digital_id.waste}  {label.digital_id.day.isoformat()}"
    elements.append(Text(left, 6.5, heading, em, face.width(heading, em), bold=True))
    step = (_QR - 9) / len(_BLANKS)
    for index, blank in enumerate(_BLANKS):
        baseline = 9 + step * (index + 0.8)
        width = face.width(blank, em)
        elements.append(Text(left, baseline, blank, em, width))
        start = left + width + em * 0.4
        elements.append(Rect(start, baseline + 0.6, right - start, 0.2, BLACK))
    return elements
