"""Draws a planned container label: border, title, fields, hazard diamonds, QR, far mark."""

from collections.abc import Sequence
from pathlib import Path

from waste_trace.labels.cells import LINE_HEIGHT, Cell, centred, draw_cell, rule
from waste_trace.labels.container import ContainerLabel
from waste_trace.labels.container_plan import Plan, plan_container
from waste_trace.labels.fonts import LabelFont, load_font
from waste_trace.labels.layout import (
    BLACK,
    ORANGE,
    WHITE,
    Element,
    Layout,
    Matrix,
    Point,
    Rect,
    frame,
)
from waste_trace.labels.matrices import QUIET_ZONE, far_mark_modules, qr_modules
from waste_trace.labels.pictograms import pictogram
from waste_trace.labels.sizes import OUTER_MARGIN

TITLE = "危险废物"
_FAR_MARK_QUIET = 1
_ROW = 3
"""Up to so many diamonds stand side by side with their names; more are staggered."""


def layout_container_label(label: ContainerLabel, font: Path) -> Layout:
    """Lay a container label out at the size its volume asks for.

    Raises:
        LabelError: the label contradicts itself, a field does not fit at the least text height, or
            the font lacks a character; ``field`` says which.
    """
    label.check()
    face = load_font(font)
    _require_glyphs(label, face)
    plan = plan_container(label, face)
    side = plan.frame.side
    margin = OUTER_MARGIN
    elements: list[Element] = [
        Rect(0, 0, side, side, ORANGE),
        *frame(margin, margin, side - 2 * margin, side - 2 * margin, plan.frame.border),
        *_body(label, plan, face),
    ]
    return Layout(side, side, tuple(elements), f"{TITLE} {label.digital_id}")


def _require_glyphs(label: ContainerLabel, face: LabelFont) -> None:
    for name in (
        "waste_name", "category", "form_zh", "main_components", "harmful_components",
        "precautions", "producer", "contact", "phone", "remark",
    ):  # fmt: skip
        face.require(name, getattr(label, name).replace("\n", ""))
    face.require("font", TITLE + "".join(hazard.zh for hazard in label.hazards))


def _body(label: ContainerLabel, plan: Plan, face: LabelFont) -> list[Element]:
    """Lay the blocks below each other; spare height goes to them by their number of rows."""
    inset, inner, line = plan.frame.inset, plan.frame.inner, plan.frame.rule
    rows = (1, len(plan.top), len(plan.middle), len(plan.bottom))
    share = plan.slack / sum(rows)
    least = (plan.title, plan.top_height, plan.middle_height, plan.bottom_height)
    heights = [height + share * count for height, count in zip(least, rows, strict=True)]
    tops = [inset + sum(heights[:i]) for i in range(4)]
    left, column = inset, inset + inner - plan.right
    elements = _title(label, plan, face, tops[0], heights[0])
    elements += [rule(left, y, inner, line) for y in tops[1:]]
    elements += _rows(plan.top, plan, face, tops[1], heights[1], column - left)
    elements += _rows(plan.middle, plan, face, tops[2], heights[2], inner)
    elements += _rows(plan.bottom, plan, face, tops[3], heights[3], column - left)
    for index in (1, 3):
        elements.append(Rect(column - line / 2, tops[index], line, heights[index], BLACK))
    elements += _hazards(label, plan, face, tops[1], heights[1])
    elements += _qr(label, plan, tops[3], heights[3])
    return elements


def _title(
    label: ContainerLabel, plan: Plan, face: LabelFont, top: float, height: float
) -> list[Element]:
    side, padding = plan.frame.side, plan.frame.padding
    size = max(1.7 * plan.em, min(0.62 * height, 2.6 * plan.em))
    title = centred(TITLE, face, size, side / 2, top + height / 2, bold=True)
    if label.far_mark_id is None or not plan.mark:
        return [title]
    patch = plan.mark
    x = side - plan.frame.inset - padding - patch
    y = top + (height - patch) / 2
    rows = far_mark_modules(label.far_mark_id)
    module = patch / (len(rows) + 2 * _FAR_MARK_QUIET)
    mark = Matrix(x + module, y + module, module * len(rows), rows, None)
    return [title, Rect(x, y, patch, patch, WHITE), mark]


def _rows(
    rows: Sequence[tuple[Cell, ...]],
    plan: Plan,
    face: LabelFont,
    top: float,
    height: float,
    width: float,
) -> list[Element]:
    """Draw a block's rows, stretched evenly to fill its height, with lines between them."""
    em, padding, line = plan.em, plan.frame.padding, plan.frame.rule
    least = [max(cell.height(em) for cell in row) for row in rows]
    stretch = (height - sum(least)) / len(rows)
    elements: list[Element] = []
    y = top
    for index, row in enumerate(rows):
        row_height = least[index] + stretch
        if index:
            elements.append(rule(plan.frame.inset, y, width, line))
        step = width / len(row)
        for column, cell in enumerate(row):
            x = plan.frame.inset + column * step
            if column:
                elements.append(Rect(x - line / 2, y, line, row_height, BLACK))
            elements += draw_cell(cell, face, em, x + padding, y, row_height)
        y += row_height
    return elements


def _hazards(
    label: ContainerLabel, plan: Plan, face: LabelFont, top: float, height: float
) -> list[Element]:
    """Draw the hazard cell: its name, the diamonds in a row, what each means below it."""
    em, padding = plan.em, plan.frame.padding
    middle = plan.frame.inset + plan.frame.inner - plan.right / 2
    line = em * LINE_HEIGHT
    head = top + padding / 2 + line / 2
    elements: list[Element] = [centred("危险特性", face, em, middle, head, bold=True)]
    if not label.hazards:
        return elements
    foot = line if plan.hazard_names else padding / 2
    space = height - padding - line - foot
    centre = top + padding / 2 + line + space / 2
    width = plan.right - padding
    spots = _in_a_row if len(label.hazards) <= _ROW else _staggered
    radius, places = spots(len(label.hazards), width, space, em)
    for hazard, (dx, dy) in zip(label.hazards, places, strict=True):
        elements += pictogram(hazard, middle + dx, centre + dy, radius)
    if plan.hazard_names:
        base = centre + max(dy for _, dy in places) + radius + padding / 4 + line / 2
        elements += _hazard_names(label, face, em, middle, base, [dx for dx, _ in places])
    return elements


def _hazard_names(
    label: ContainerLabel, face: LabelFont, em: float, middle: float, y: float, xs: list[float]
) -> list[Element]:
    if len(xs) <= _ROW:
        return [
            centred(hazard.zh, face, em, middle + x, y)
            for hazard, x in zip(label.hazards, xs, strict=True)
        ]
    return [centred("，".join(hazard.value for hazard in label.hazards), face, em, middle, y)]


def _in_a_row(count: int, width: float, height: float, em: float) -> tuple[float, list[Point]]:
    """Return radius and offsets of diamonds side by side, far enough apart for their names."""
    step = width / count
    radius = min(height, step * 0.98) / 2
    step = min(step, max(2.3 * radius, em * 3.6))
    return radius, [((i - (count - 1) / 2) * step, 0.0) for i in range(count)]


def _staggered(count: int, width: float, height: float, _em: float) -> tuple[float, list[Point]]:
    """Return radius and offsets of many diamonds in two rows that reach into each other."""
    radius = min(width / (1.06 * (count - 1) + 2), height / 3.06)
    step = 1.06 * radius
    return radius, [
        ((i - (count - 1) / 2) * step, step / 2 if i % 2 else -step / 2) for i in range(count)
    ]


def _qr(label: ContainerLabel, plan: Plan, top: float, height: float) -> list[Element]:
    left = plan.frame.inset + plan.frame.inner - plan.right
    patch = plan.qr
    x = left + (plan.right - patch) / 2
    y = top + (height - patch) / 2
    rows = qr_modules(label.token_text)
    module = patch / (len(rows) + 2 * QUIET_ZONE)
    offset = QUIET_ZONE * module
    side = module * len(rows)
    return [
        Rect(x, y, patch, patch, WHITE),
        Matrix(x + offset, y + offset, side, rows, label.token_text),
    ]
