"""Signs of HJ 1276-2022: 贮存分区标志 (a plan of zones) and 设施标志 (the facility's board).

Their sizes are recalled and not verified: they stand in tables with their certainty, and the
drawing takes them from there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from waste_trace.labels.cells import LINE_HEIGHT, Field, centred, draw_cell, set_field
from waste_trace.labels.errors import LabelError
from waste_trace.labels.fonts import LabelFont, load_font
from waste_trace.labels.layout import (
    ORANGE,
    WHITE,
    YELLOW,
    Element,
    Layout,
    Matrix,
    Rect,
    frame,
)
from waste_trace.labels.matrices import QUIET_ZONE, qr_modules
from waste_trace.labels.pictograms import warning_triangle
from waste_trace.labels.wrap import wrap


@dataclass(frozen=True, slots=True)
class SignSize:
    """One row of a size table, millimetres: board, least title height, least text height."""

    width: float
    height: float
    title: float
    text: float
    source: str
    certainty: str = "M"


class Viewing(StrEnum):
    """How far away a sign is read from."""

    NEAR = "near"
    MIDDLE = "middle"
    FAR = "far"


_ZONE = "HJ 1276-2022, zone sign by viewing distance (<=2.5 m, 2.5-4 m, >4 m)"
_BOARD = "HJ 1276-2022, facility sign by viewing distance (<=4 m, 4-10 m, >10 m)"
ZONE_SIZES = {
    Viewing.NEAR: SignSize(300, 300, 20, 6, _ZONE),
    Viewing.MIDDLE: SignSize(450, 450, 30, 9, _ZONE),
    Viewing.FAR: SignSize(600, 600, 40, 12, _ZONE),
}
FACILITY_SIZES = {
    Viewing.NEAR: SignSize(300, 186, 16, 8, _BOARD),
    Viewing.MIDDLE: SignSize(600, 372, 32, 16, _BOARD),
    Viewing.FAR: SignSize(900, 558, 48, 24, _BOARD),
}
_MARGIN = 3.0
_BORDER = 3.0
_HERE = "★ 当前位置"
_ZONE_TEXT_STEPS = 20


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone of the store's plan: its name, the wastes in it, its place on a grid from 0."""

    name: str
    wastes: tuple[str, ...]
    column: int
    row: int


@dataclass(frozen=True, slots=True)
class ZoneSign:
    """The plan of a store; ``here`` is the name of the zone in front of which the sign hangs."""

    zones: tuple[Zone, ...]
    here: str
    viewing: Viewing = Viewing.NEAR


@dataclass(frozen=True, slots=True)
class FacilitySign:
    """The board of a facility; ``kind_zh`` is 贮存, 利用 or 处置."""

    kind_zh: str
    unit: str
    facility_code: str
    person: str
    phone: str
    token_text: str
    viewing: Viewing = Viewing.NEAR


def layout_zone_sign(sign: ZoneSign, font: Path) -> Layout:
    """Lay the plan out as a grid, the current zone marked; LabelError if words do not fit."""
    face = load_font(font)
    size = ZONE_SIZES[sign.viewing]
    title = "危险废物贮存分区标志"
    names = [zone.name for zone in sign.zones]
    if sign.here not in names:
        raise LabelError(
            "here",
            f"当前位置“{sign.here}”不在分区列表中。",
            f"The current place {sign.here!r} is none of the zones.",
        )
    face.require("zones", "".join(names) + "".join(w for z in sign.zones for w in z.wastes) + _HERE)
    title_em = min(face.em_for_height(size.title), (size.width - 24) / len(title))
    top = _MARGIN + _BORDER + title_em * 1.6
    elements = _board(size, YELLOW)
    middle = (_MARGIN + _BORDER + top) / 2
    elements.append(centred(title, face, title_em, size.width / 2, middle, bold=True))
    pad = size.width * 0.04
    columns = max(zone.column for zone in sign.zones) + 1
    rows = max(zone.row for zone in sign.zones) + 1
    step_x = (size.width - 2 * pad) / columns
    step_y = (size.height - top - pad) / rows
    blocks = [
        _Block(
            zone,
            pad + zone.column * step_x,
            top + zone.row * step_y,
            step_x,
            step_y,
            zone.name == sign.here,
        )
        for zone in sign.zones
    ]
    em = _largest_em(blocks, face, size)
    for block in blocks:
        elements += _zone(block, em, size, face)
    return Layout(size.width, size.height, tuple(elements), title)


@dataclass(frozen=True, slots=True)
class _Block:
    """A zone with its cell of the plan in millimetres."""

    zone: Zone
    x: float
    y: float
    width: float
    height: float
    here: bool

    def lines(self, face: LabelFont, em: float) -> list[tuple[str, bool]] | None:
        """Return the lines with their boldness at an em; None when they do not fit."""
        width = self.width - 1.5 * em
        lines = [(self.zone.name, True)]
        for waste in self.zone.wastes:
            lines += [(part, False) for part in wrap(waste, face, em, width)]
        if self.here:
            lines.append((_HERE, True))
        tall = (len(lines) * LINE_HEIGHT + 1) * em
        wide = max(face.width(text, em) for text, _ in lines)
        return lines if tall <= self.height and wide <= width else None


def _largest_em(blocks: Sequence[_Block], face: LabelFont, size: SignSize) -> float:
    """Return the largest text that fits every zone, at least the rule's height."""
    least = face.em_for_height(size.text)
    for step in range(_ZONE_TEXT_STEPS, -1, -1):
        em = least * (1 + 2 * step / _ZONE_TEXT_STEPS)
        crowded = next((b for b in blocks if b.lines(face, em) is None), None)
        if crowded is None:
            return em
    name = crowded.zone.name if crowded else ""
    raise LabelError(
        "zones",
        f"分区“{name}”的文字在{size.text:g}毫米字高下放不下。",
        f"The words of zone {name!r} do not fit at {size.text:g} mm.",
    )


def _zone(block: _Block, em: float, size: SignSize, face: LabelFont) -> list[Element]:
    """Draw one zone: an orange block with its words, a thick frame where the reader stands."""
    gap, line = size.width / 150, size.width / 300
    x, y = block.x + gap, block.y + gap
    width, height = block.width - 2 * gap, block.height - 2 * gap
    lines = block.lines(face, em) or []
    elements: list[Element] = [
        Rect(x, y, width, height, ORANGE),
        *frame(x, y, width, height, line * (3 if block.here else 1)),
    ]
    middle = y + (height - (len(lines) - 1) * em * LINE_HEIGHT) / 2
    for text, bold in lines:
        elements.append(centred(text, face, em, x + width / 2, middle, bold=bold))
        middle += em * LINE_HEIGHT
    return elements


def layout_facility_sign(sign: FacilitySign, font: Path) -> Layout:
    """Lay the board out: triangle, facility type, fields, QR; LabelError if it is too full."""
    face = load_font(font)
    size = FACILITY_SIZES[sign.viewing]
    title = f"危险废物{sign.kind_zh}设施"
    left = size.height * 0.62
    inner = _MARGIN + _BORDER
    em = face.em_for_height(size.text)
    title_em = face.em_for_height(size.title)
    qr = size.height * 0.36
    fields = (
        Field("unit", "单位名称：", sign.unit),
        Field("facility_code", "设施编码：", sign.facility_code),
        Field("person", "负责人及联系方式：", f"{sign.person} {sign.phone}"),
    )
    width = size.width - left - inner - em
    elements = _board(size, YELLOW)
    elements += warning_triangle(inner + left / 2, size.height / 2, left * 0.42)
    y = inner + title_em * 1.5
    middle = left + (size.width - inner - left) / 2
    elements.append(centred(title, face, title_em, middle, inner + title_em * 0.8, bold=True))
    limit = size.height - inner - qr - em * 0.3
    for field in fields:
        face.require(field.name, field.value)
        cell = set_field(field, face, em, width)
        height = cell.height(em) + em * 0.25
        if y + height > limit or face.width(title, title_em) > width:
            raise LabelError(
                field.name,
                f"“{field.caption.rstrip('：')}”在{size.text:g}毫米字高下放不下。",
                f"{field.name} does not fit at {size.text:g} mm.",
            )
        elements += draw_cell(cell, face, em, left, y, height)
        y += height
    x = size.width - inner - qr - em * 0.5
    elements += _qr(sign.token_text, x, size.height - inner - qr - em * 0.3, qr)
    return Layout(size.width, size.height, tuple(elements), title)


def _board(size: SignSize, fill: tuple[int, int, int]) -> list[Element]:
    width, height = size.width - 2 * _MARGIN, size.height - 2 * _MARGIN
    return [
        Rect(0, 0, size.width, size.height, fill),
        *frame(_MARGIN, _MARGIN, width, height, _BORDER),
    ]


def _qr(text: str, x: float, y: float, patch: float) -> list[Element]:
    rows = qr_modules(text)
    module = patch / (len(rows) + 2 * QUIET_ZONE)
    inset = QUIET_ZONE * module
    return [
        Rect(x, y, patch, patch, WHITE),
        Matrix(x + inset, y + inset, module * len(rows), rows, text),
    ]
