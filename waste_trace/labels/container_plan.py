"""Fits a container label: how large text, QR and far mark can be so that every field is whole.

Text never goes below the rule's height. What is left after that goes to the far mark, then to
larger text, then to the QR, which gets whatever width and height the fields leave.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product

from waste_trace.labels.cells import LINE_HEIGHT, Cell, Field, set_field
from waste_trace.labels.container import ContainerLabel
from waste_trace.labels.errors import LabelError
from waste_trace.labels.fonts import LabelFont
from waste_trace.labels.sizes import MIN_BORDER, OUTER_MARGIN

_TEXT_STEPS = (1.25, 1.2, 1.15, 1.1, 1.05, 1.0)
_QR_CEILING = 0.45
_QR_STEP_MM = 1.0
_MARK_SHARES = (0.21, 0.18, 0.15, 0.12, 0.0)
"""Sides of the far mark to try; the last one leaves it out, for the law's own fields go first."""
_MIN_DIAMOND = 0.11
_TITLE_HEIGHT = 2.3
"""Height of the title's row, in ems of the text."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Fixed geometry of a label of a given side, in millimetres."""

    side: float

    @property
    def border(self) -> float:
        """Thickness of the border."""
        return max(MIN_BORDER, self.side / 100)

    @property
    def inset(self) -> float:
        """From the label's edge to the inner edge of the border."""
        return OUTER_MARGIN + self.border

    @property
    def inner(self) -> float:
        """Side of the square inside the border."""
        return self.side - 2 * self.inset

    @property
    def rule(self) -> float:
        """Thickness of the lines between cells."""
        return self.side / 400

    @property
    def padding(self) -> float:
        """White at the left and right of a cell."""
        return self.side * 0.013


@dataclass(frozen=True, slots=True)
class Plan:
    """A label that fits. Rows hold one cell, or two side by side; sizes in millimetres."""

    frame: Frame
    em: float
    right: float
    mark: float
    title: float
    top: tuple[tuple[Cell, ...], ...]
    middle: tuple[tuple[Cell, ...], ...]
    bottom: tuple[tuple[Cell, ...], ...]
    diamond_space: float
    hazard_names: bool

    @property
    def qr(self) -> float:
        """Side of the white patch with the QR code."""
        return self.right - 2 * self.frame.padding

    @property
    def top_height(self) -> float:
        """Least height of the fields beside the hazards."""
        return max(_height(self.top, self.em), self.diamond_space)

    @property
    def middle_height(self) -> float:
        """Least height of the fields that run across."""
        return _height(self.middle, self.em)

    @property
    def bottom_height(self) -> float:
        """Least height of the fields beside the QR."""
        return max(_height(self.bottom, self.em), self.right)

    @property
    def slack(self) -> float:
        """Height to spare; negative when the label does not fit."""
        used = self.title + self.top_height + self.middle_height + self.bottom_height
        return self.frame.inner - used


@dataclass(frozen=True, slots=True)
class _Choice:
    """What may differ between plans of one label: lengths in millimetres."""

    em: float
    mark: float
    qr: float
    contact_across: bool
    hazard_names: bool


def plan_container(label: ContainerLabel, font: LabelFont) -> Plan:
    """Return the best plan; raise LabelError naming the field to shorten when nothing fits."""
    size = label.size
    frame = Frame(size.side)
    least_em = font.em_for_height(size.min_text)
    shares = _MARK_SHARES if label.far_mark_id is not None else (0.0,)
    last: Plan | None = None
    for qr, names, share, step, across in product(
        (size.good_qr, size.min_qr), (True, False), shares, _TEXT_STEPS, (False, True)
    ):
        choice = _Choice(least_em * step, share * frame.side, qr, across, names)
        last = _widest(label, font, frame, choice)
        if last.slack >= 0:
            return last
    raise _too_long(last, label)


def _widest(label: ContainerLabel, font: LabelFont, frame: Frame, choice: _Choice) -> Plan:
    """Return the plan with the largest QR that fits, or that of ``choice`` if none does."""
    best = _plan(label, font, frame, choice)
    low, high = 0, int((_QR_CEILING * frame.inner - choice.qr) / _QR_STEP_MM)
    while best.slack >= 0 and low < high:
        middle = (low + high + 1) // 2
        larger = replace(choice, qr=choice.qr + middle * _QR_STEP_MM)
        candidate = _plan(label, font, frame, larger)
        if candidate.slack >= 0:
            best, low = candidate, middle
        else:
            high = middle - 1
    return best


def _plan(label: ContainerLabel, font: LabelFont, frame: Frame, choice: _Choice) -> Plan:
    em = choice.em
    right = choice.qr + 2 * frame.padding
    text_width = frame.inner - 2 * frame.padding
    left_width = text_width - right

    def rows(fields: Iterable[Field], width: float) -> tuple[tuple[Cell, ...], ...]:
        return tuple((set_field(field, font, em, width),) for field in fields)

    across, beside = _fields(label, choice.contact_across)
    words = 2 if choice.hazard_names else 1
    diamonds = words * em * LINE_HEIGHT + _MIN_DIAMOND * frame.side + 2 * frame.padding
    return Plan(
        frame=frame,
        em=em,
        right=right,
        mark=choice.mark,
        title=max(_TITLE_HEIGHT * em, choice.mark + 2 * frame.padding if choice.mark else 0),
        top=tuple(_top_rows(label, font, em, left_width, frame.padding)),
        middle=rows(across, text_width),
        bottom=rows(beside, left_width),
        diamond_space=diamonds,
        hazard_names=choice.hazard_names,
    )


def _top_rows(
    label: ContainerLabel, font: LabelFont, em: float, width: float, padding: float
) -> list[tuple[Cell, ...]]:
    name = set_field(Field("waste_name", "废物名称：", label.waste_name), font, em, width)
    code = set_field(Field("waste_code", "废物代码：", str(label.waste_code)), font, em, width)
    category = Field("category", "废物类别：", label.category)
    form = Field("form_zh", "废物形态：", label.form_zh)
    half = (width - 2 * padding) / 2
    pair = tuple(set_field(field, font, em, half) for field in (category, form))
    if all(cell.line_count == 1 for cell in pair):
        return [(name,), (code,), pair]
    singles = [(set_field(field, font, em, width),) for field in (category, form)]
    return [(name,), (code,), *singles]


def _fields(
    label: ContainerLabel, contact_across: bool
) -> tuple[tuple[Field, ...], tuple[Field, ...]]:
    """Return the fields that run across, and those beside the QR."""
    code = str(label.digital_id)
    contact = Field("contact", "联系人和联系方式：", f"{label.contact} {label.phone}".strip())
    across = (
        Field("main_components", "主要成分：", label.main_components),
        Field("harmful_components", "有害成分：", label.harmful_components),
        Field("precautions", "注意事项：", label.precautions),
        Field("producer", "产生/收集单位：", label.producer),
    )
    identity = Field("digital_id", "数字识别码：", code, (code[:18], code[18:]))
    beside = (
        Field("produced_on", "产生日期：", label.produced_on.isoformat()),
        Field("weight_kg", "废物重量：", label.weight_text),
        Field("remark", "备注：", label.remark),
    )
    if contact_across:
        return (*across, contact), (identity, *beside)
    return across, (identity, contact, *beside)


def _height(rows: Sequence[tuple[Cell, ...]], em: float) -> float:
    return sum(max(cell.height(em) for cell in row) for row in rows)


def _too_long(plan: Plan | None, label: ContainerLabel) -> LabelError:
    """Name the field that takes most lines: shortening it is what helps."""
    rows = (*plan.top, *plan.middle, *plan.bottom) if plan else ()
    cells = [cell for row in rows for cell in row if not cell.field.pieces]
    worst = max(cells, key=lambda cell: cell.line_count)
    caption = worst.field.caption.rstrip("：")
    side, height = label.size.side, label.size.min_text
    return LabelError(
        worst.field.name,
        f"“{caption}”太长：在{side:g}毫米标签上以{height:g}毫米字高放不下。",
        f"{worst.field.name} is too long for a {side:g} mm label with {height:g} mm text.",
        lines=worst.line_count,
        side_mm=side,
        min_text_mm=height,
    )
