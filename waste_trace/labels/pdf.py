"""Layouts to PDF, one page each: exact millimetres, subset font, vector codes, same bytes."""

import io
from collections.abc import Sequence
from pathlib import Path

from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from waste_trace.labels.errors import LabelError
from waste_trace.labels.fonts import LabelFont, load_font
from waste_trace.labels.layout import (
    BLACK,
    BOLD_STROKE,
    Colour,
    Layout,
    Matrix,
    Polygon,
    Rect,
    Text,
)
from waste_trace.labels.runs import dark_runs

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
    for layout in layouts:
        _page(canvas, layout, face)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _page(canvas: Canvas, layout: Layout, face: LabelFont) -> None:
    canvas.setPageSize((layout.width * mm, layout.height * mm))
    for element in layout.elements:
        if isinstance(element, Rect):
            _colour(canvas, element.fill)
            bottom = layout.height - element.y - element.height
            canvas.rect(element.x * mm, bottom * mm, element.width * mm, element.height * mm, 0, 1)
        elif isinstance(element, Polygon):
            _polygon(canvas, element, layout.height)
        elif isinstance(element, Matrix):
            _matrix(canvas, element, layout.height)
        else:
            _text(canvas, element, layout.height, face)


def _colour(canvas: Canvas, colour: Colour) -> None:
    canvas.setFillColorRGB(*(value / 255 for value in colour))


def _polygon(canvas: Canvas, element: Polygon, height: float) -> None:
    _colour(canvas, element.fill)
    path = canvas.beginPath()
    path.moveTo(element.points[0][0] * mm, (height - element.points[0][1]) * mm)
    for x, y in element.points[1:]:
        path.lineTo(x * mm, (height - y) * mm)
    path.close()
    canvas.drawPath(path, stroke=0, fill=1)


def _matrix(canvas: Canvas, element: Matrix, height: float) -> None:
    """One path for the whole code: separate rectangles show hairlines between them in viewers."""
    _colour(canvas, BLACK)
    module = element.module
    path = canvas.beginPath()
    for row, column, length in dark_runs(element.rows):
        bottom = height - element.y - (row + 1) * module
        path.rect(
            (element.x + column * module) * mm, bottom * mm, length * module * mm, module * mm
        )
    canvas.drawPath(path, stroke=0, fill=1)


def _text(canvas: Canvas, element: Text, height: float, face: LabelFont) -> None:
    line = canvas.beginText(element.x * mm, (height - element.y) * mm)
    line.setFont(face.key, element.size * mm)
    line.setFillColorRGB(*(value / 255 for value in element.fill))
    line.setTextRenderMode(_FILL_AND_STROKE if element.bold else 0)
    if element.bold:
        line.setStrokeColorRGB(*(value / 255 for value in element.fill))
        canvas.setLineWidth(element.size * BOLD_STROKE * mm)
    line.textOut(element.text)
    canvas.drawText(line)
