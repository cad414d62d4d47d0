"""What a sheet looks like, in millimetres from its top left corner; renderers add nothing.

Elements are painted in order. Text stands on a baseline and is already placed, so that every
renderer puts the same words in the same places whatever its own idea of line breaking is.
"""

from dataclasses import dataclass

Colour = tuple[int, int, int]
Point = tuple[float, float]

BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)
ORANGE: Colour = (255, 150, 0)
"""Background of container labels, RGB(255,150,0) (HJ 1276-2022)."""
YELLOW: Colour = (255, 255, 0)
"""Background of zone and facility signs."""


@dataclass(frozen=True, slots=True)
class Rect:
    """A filled rectangle."""

    x: float
    y: float
    width: float
    height: float
    fill: Colour


@dataclass(frozen=True, slots=True)
class Polygon:
    """A filled polygon; curves come already flattened."""

    points: tuple[Point, ...]
    fill: Colour


@dataclass(frozen=True, slots=True)
class Text:
    """One line: ``x`` is its left edge, ``y`` its baseline, ``size`` the em, ``width`` its advance.

    ``bold`` thickens the strokes: free Chinese fonts often come in one weight only.
    """

    x: float
    y: float
    text: str
    size: float
    width: float
    bold: bool = False
    fill: Colour = BLACK


@dataclass(frozen=True, slots=True)
class Matrix:
    """A square code of ``rows`` modules without its quiet zone; True is black.

    ``text`` is what a QR code says (printers draw it themselves); None for a fiducial mark.
    """

    x: float
    y: float
    side: float
    rows: tuple[tuple[bool, ...], ...]
    text: str | None

    @property
    def module(self) -> float:
        """The side of one module in millimetres."""
        return self.side / len(self.rows)


Element = Rect | Polygon | Text | Matrix


@dataclass(frozen=True, slots=True)
class Layout:
    """A page of elements; ``title`` names it in document properties."""

    width: float
    height: float
    elements: tuple[Element, ...]
    title: str

    @property
    def far_mark_side(self) -> float:
        """The side of the far mark in millimetres, 0 where none found room."""
        return max(
            (e.side for e in self.elements if isinstance(e, Matrix) and not e.text), default=0.0
        )


BOLD_STROKE = 0.035
"""How much bold text is thickened, in ems."""


def frame(x: float, y: float, width: float, height: float, line: float) -> list[Element]:
    """Return a border of thickness ``line`` whose outer edge is the given rectangle."""
    return [
        Rect(x, y, width, line, BLACK),
        Rect(x, y + height - line, width, line, BLACK),
        Rect(x, y, line, height, BLACK),
        Rect(x + width - line, y, line, height, BLACK),
    ]


def moved(element: Element, dx: float, dy: float) -> Element:
    """Return the element shifted, for putting small layouts onto a sheet."""
    if isinstance(element, Rect):
        return Rect(element.x + dx, element.y + dy, element.width, element.height, element.fill)
    if isinstance(element, Polygon):
        return Polygon(tuple((x + dx, y + dy) for x, y in element.points), element.fill)
    if isinstance(element, Matrix):
        return Matrix(element.x + dx, element.y + dy, element.side, element.rows, element.text)
    return Text(
        element.x + dx,
        element.y + dy,
        element.text,
        element.size,
        element.width,
        element.bold,
        element.fill,
    )
