"""Many small layouts on office paper: centred on A4, with cut marks, page after page."""

from collections.abc import Sequence

from waste_trace.labels.errors import LabelError
from waste_trace.labels.layout import BLACK, WHITE, Element, Layout, Rect, moved

A4 = (210.0, 297.0)
_MARGIN = 4.0
_CUT_MARK = 3.0
_HAIRLINE = 0.1


def a4_sheets(layouts: Sequence[Layout], gap: float = 2.0) -> list[Layout]:
    """Return A4 pages that hold the layouts in reading order, as many as fit, ``gap`` mm apart.

    All must have the size of the first; a label larger than the page is a LabelError.
    """
    if not layouts:
        raise LabelError("size", "没有可排版的标签。", "There is no label to put on a sheet.")
    width, height = layouts[0].width, layouts[0].height
    if any((one.width, one.height) != (width, height) for one in layouts):
        raise LabelError(
            "size", "同一页的标签尺寸应相同。", "Labels on one sheet must have one size."
        )
    columns = int((A4[0] - 2 * _MARGIN + gap) // (width + gap))
    rows = int((A4[1] - 2 * _MARGIN + gap) // (height + gap))
    if not columns or not rows:
        raise LabelError(
            "size",
            f"{width:g}×{height:g}毫米的标签放不进A4纸。",
            f"A label of {width:g} x {height:g} mm does not fit on A4.",
        )
    count = columns * rows
    return [
        _page(layouts[start : start + count], columns, rows, gap)
        for start in range(0, len(layouts), count)
    ]


def _page(layouts: Sequence[Layout], columns: int, rows: int, gap: float) -> Layout:
    width, height = layouts[0].width, layouts[0].height
    left = (A4[0] - columns * width - (columns - 1) * gap) / 2
    top = (A4[1] - rows * height - (rows - 1) * gap) / 2
    elements: list[Element] = [Rect(0, 0, *A4, WHITE)]
    for index, layout in enumerate(layouts):
        x = left + index % columns * (width + gap)
        y = top + index // columns * (height + gap)
        elements += _cut_marks(x, y, width, height)
        elements += (moved(element, x, y) for element in layout.elements)
    return Layout(*A4, tuple(elements), layouts[0].title)


def _cut_marks(x: float, y: float, width: float, height: float) -> list[Element]:
    """Draw lines that run out of the corners; the label painted later covers their inner part."""
    marks: list[Element] = []
    for edge_x in (x, x + width):
        marks.append(Rect(edge_x, y - _CUT_MARK, _HAIRLINE, height + 2 * _CUT_MARK, BLACK))
    for edge_y in (y, y + height):
        marks.append(Rect(x - _CUT_MARK, edge_y, width + 2 * _CUT_MARK, _HAIRLINE, BLACK))
    return marks
