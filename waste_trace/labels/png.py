"""Layout to PNG at a chosen resolution; edges of codes fall on whole pixels."""

import io
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from waste_trace.labels.fonts import load_font
from waste_trace.labels.layout import (
    BLACK,
    BOLD_STROKE,
    WHITE,
    Layout,
    Matrix,
    Polygon,
    Rect,
    Text,
)

MM_PER_INCH = 25.4
_OVERSAMPLING = 4


def render_png(layout: Layout, font: Path, dpi: int = 300) -> bytes:
    """Return the layout as a PNG file of ``dpi`` dots per inch; same input, same bytes."""
    buffer = io.BytesIO()
    render_image(layout, font, dpi).save(buffer, "PNG", dpi=(dpi, dpi), compress_level=6)
    return buffer.getvalue()


def render_image(layout: Layout, font: Path, dpi: int) -> Image.Image:
    """Return the layout as an RGB picture."""
    load_font(font)
    scale = dpi / MM_PER_INCH
    image = Image.new("RGB", (round(layout.width * scale), round(layout.height * scale)), WHITE)
    draw = ImageDraw.Draw(image)
    for element in layout.elements:
        if isinstance(element, Rect):
            _rect(draw, element, scale)
        elif isinstance(element, Polygon):
            _polygon(image, element, scale)
        elif isinstance(element, Matrix):
            _matrix(draw, element, scale)
        else:
            draw_text(draw, element, font, scale)
    return image


def draw_text(draw: ImageDraw.ImageDraw, element: Text, font: Path, scale: float) -> None:
    """Draw one line with its baseline where the layout says."""
    face = _face(font, element.size * scale)
    draw.text(
        (element.x * scale, element.y * scale),
        element.text,
        font=face,
        anchor="ls",
        fill=element.fill,
        stroke_width=element.size * scale * BOLD_STROKE / 2 if element.bold else 0,
    )


@lru_cache(maxsize=64)
def _face(font: Path, pixels: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(font), pixels, layout_engine=ImageFont.Layout.BASIC)


def _rect(draw: ImageDraw.ImageDraw, element: Rect, scale: float) -> None:
    left, top = round(element.x * scale), round(element.y * scale)
    right = max(left + 1, round((element.x + element.width) * scale))
    bottom = max(top + 1, round((element.y + element.height) * scale))
    draw.rectangle((left, top, right - 1, bottom - 1), fill=element.fill)


def _polygon(image: Image.Image, element: Polygon, scale: float) -> None:
    """Draw through an oversampled mask: Pillow's own polygons have jagged edges."""
    xs = [x * scale for x, _ in element.points]
    ys = [y * scale for _, y in element.points]
    left, top = int(min(xs)) - 1, int(min(ys)) - 1
    size = (int(max(xs)) + 2 - left, int(max(ys)) + 2 - top)
    mask = Image.new("L", (size[0] * _OVERSAMPLING, size[1] * _OVERSAMPLING), 0)
    ImageDraw.Draw(mask).polygon(
        [
            ((x - left) * _OVERSAMPLING, (y - top) * _OVERSAMPLING)
            for x, y in zip(xs, ys, strict=True)
        ],
        fill=255,
    )
    image.paste(element.fill, (left, top), mask.resize(size, Image.Resampling.BOX))


def _matrix(draw: ImageDraw.ImageDraw, element: Matrix, scale: float) -> None:
    edges_x = [
        round((element.x + i * element.module) * scale) for i in range(len(element.rows) + 1)
    ]
    edges_y = [
        round((element.y + i * element.module) * scale) for i in range(len(element.rows) + 1)
    ]
    for row, cells in enumerate(element.rows):
        for column, dark in enumerate(cells):
            if dark:
                box = (
                    edges_x[column],
                    edges_y[row],
                    edges_x[column + 1] - 1,
                    edges_y[row + 1] - 1,
                )
                draw.rectangle(box, fill=BLACK)
