"""Layout to SVG: millimetres as user units, text as text with its measured length."""

from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from waste_trace.labels.fonts import load_font
from waste_trace.labels.layout import BOLD_STROKE, Colour, Layout, Matrix, Polygon, Rect, Text
from waste_trace.labels.runs import dark_runs


def render_svg(layout: Layout, font: Path) -> str:
    """Return an SVG document; the font is named and not embedded, lengths keep the layout."""
    family = load_font(font).name
    body = "\n".join(_element(element) for element in layout.elements)
    size = f'width="{_n(layout.width)}mm" height="{_n(layout.height)}mm"'
    box = f'viewBox="0 0 {_n(layout.width)} {_n(layout.height)}"'
    fonts = quoteattr(f"'{family}', 'WenQuanYi Micro Hei', 'Noto Sans CJK SC', sans-serif")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box} font-family={fonts}>\n'
        f"<title>{escape(layout.title)}</title>\n{body}\n</svg>\n"
    )


def _element(element: Rect | Polygon | Text | Matrix) -> str:
    if isinstance(element, Rect):
        return (
            f'<rect x="{_n(element.x)}" y="{_n(element.y)}" width="{_n(element.width)}" '
            f'height="{_n(element.height)}" fill="{_colour(element.fill)}"/>'
        )
    if isinstance(element, Polygon):
        points = " ".join(f"{_n(x)},{_n(y)}" for x, y in element.points)
        return f'<polygon points="{points}" fill="{_colour(element.fill)}"/>'
    if isinstance(element, Matrix):
        return _matrix(element)
    stroke = (
        f' stroke="{_colour(element.fill)}" stroke-width="{_n(element.size * BOLD_STROKE)}"'
        if element.bold
        else ""
    )
    return (
        f'<text x="{_n(element.x)}" y="{_n(element.y)}" font-size="{_n(element.size)}" '
        f'textLength="{_n(element.width)}" lengthAdjust="spacingAndGlyphs" '
        f'fill="{_colour(element.fill)}"{stroke} xml:space="preserve">{escape(element.text)}</text>'
    )


def _matrix(element: Matrix) -> str:
    path = "".join(f"M{c} {r}h{n}v1h-{n}z" for r, c, n in dark_runs(element.rows))
    placed = f"translate({_n(element.x)} {_n(element.y)}) scale({element.module:.6f})"
    return f'<path transform="{placed}" shape-rendering="crispEdges" d="{path}"/>'


def _colour(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _n(value: float) -> str:
    """Write millimetres to the micrometre without trailing zeros."""
    return f"{value:.3f}".rstrip("0").rstrip(".")
