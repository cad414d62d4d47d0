"""Layouts to PDF, one page each: exact millimetres, subset font, vector codes, same bytes.

Pages are drawn in millimetres from the top left like the layouts. What several pages have in
common (ground, border, diamonds) is stored once and drawn by reference.
"""

import io
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from reportlab import rl_config
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from waste_trace.labels.errors import LabelError
from waste_trace.labels.fonts import LabelFont, load_font
from waste_trace.labels.layout import (
    BLACK,
    BOLD_STROKE,
    Colour,
    Element,
    Layout,
    Matrix,
    Polygon,
    Rect,
    Text,
)
from waste_trace.labels.runs import dark_runs

# Base 85 keeps a file printable as text, which nobody needs, for a quarter more bytes and time.
rl_config.useA85 = 0

Shapes = tuple[Rect | Polygon, ...]
_FILL_AND_STROKE = 2


def render_pdf(layouts: Sequence[Layout], font: Path) -> bytes:
    """Return a PDF with one page for each layout; raise LabelError for none."""
    if not layouts:
        raise LabelError("size", "没有可输出的标签。", "There is no label to print.")
    face = load_font(font)
    pdfmetrics.registerFont(face.pdf_font)
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1, pageCompression=1, initialFontName=face.key)
    canvas.setTitle(layouts[0].title)
    canvas.setCreator("waste-trace")
    forms = _Forms(canvas, layouts)
    for layout in layouts:
        canvas.setPageSize((layout.width * mm, layout.height * mm))
        canvas.addLiteral(f"{_n(mm)} 0 0 -{_n(mm)} 0 {_n(layout.height * mm)} cm")
        for part in _parts(layout.elements):
            if isinstance(part, Matrix):
                canvas.addLiteral(_matrix(part))
            elif isinstance(part, Text):
                _text(canvas, part, face)
            else:
                forms.draw(part)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _parts(elements: Sequence[Element]) -> Iterator[Matrix | Text | Shapes]:
    """Yield codes and texts as they come, and the shapes between them in one piece."""
    for is_shape, group in groupby(elements, lambda e: isinstance(e, Rect | Polygon)):
        if is_shape:
            yield tuple(e for e in group if isinstance(e, Rect | Polygon))
        else:
            yield from (e for e in group if isinstance(e, Matrix | Text))


class _Forms:
    """Shapes that stand on more than one page, each kept once as a form XObject."""

    def __init__(self, canvas: Canvas, layouts: Sequence[Layout]) -> None:
        self._canvas = canvas
        parts = (part for layout in layouts for part in _parts(layout.elements))
        self._uses = Counter(part for part in parts if isinstance(part, tuple))
        self._names: dict[Shapes, str] = {}
        self._box = max(max(layout.width, layout.height) for layout in layouts)

    def draw(self, shapes: Shapes) -> None:
        """Draw the shapes, or refer to them where they come again."""
        if self._uses[shapes] == 1:
            self._canvas.addLiteral(_shapes(shapes))
            return
        if shapes not in self._names:
            self._names[shapes] = f"part{len(self._names)}"
            self._canvas.beginForm(self._names[shapes], 0, 0, self._box, self._box)
            self._canvas.addLiteral(_shapes(shapes))
            self._canvas.endForm()
        self._canvas.doForm(self._names[shapes])


def _shapes(shapes: Shapes) -> str:
    """Write the operators of filled shapes; the colour only where it changes."""
    lines: list[str] = []
    fill: Colour | None = None
    for shape in shapes:
        if shape.fill != fill:
            fill = shape.fill
            lines.append(_colour(fill))
        if isinstance(shape, Rect):
            box = f"{_n(shape.x)} {_n(shape.y)} {_n(shape.width)} {_n(shape.height)}"
            lines.append(f"{box} re f")
        else:
            points = [f"{_n(x)} {_n(y)}" for x, y in shape.points]
            lines.append(f"{points[0]} m {' l '.join(points[1:])} l f")
    return "\n".join(lines)


def _matrix(element: Matrix) -> str:
    """One path for the whole code: separate rectangles show hairlines between them in viewers."""
    module = element.module
    place = f"{module:.6f} 0 0 {module:.6f} {_n(element.x)} {_n(element.y)} cm"
    path = " ".join(f"{column} {row} {n} 1 re" for row, column, n in dark_runs(element.rows))
    return f"q {place} {_colour(BLACK)} {path} f Q"


def _text(canvas: Canvas, element: Text, face: LabelFont) -> None:
    line = canvas.beginText()
    line.setTextTransform(1, 0, 0, -1, element.x, element.y)
    line.setFont(face.key, element.size)
    line.setFillColorRGB(*(value / 255 for value in element.fill))
    line.setTextRenderMode(_FILL_AND_STROKE if element.bold else 0)
    if element.bold:
        line.setStrokeColorRGB(*(value / 255 for value in element.fill))
        canvas.setLineWidth(element.size * BOLD_STROKE)
    line.textOut(element.text)
    canvas.drawText(line)
    if element.bold:
        # The mode outlives its text, and reportlab takes every new text to be in mode 0.
        canvas.addLiteral("0 Tr")


def _colour(colour: Colour) -> str:
    return " ".join(_n(value / 255) for value in colour) + " rg"


def _n(value: float) -> str:
    """Write a number to a tenth of a micrometre without trailing zeros."""
    return f"{value:.4f}".rstrip("0").rstrip(".")
