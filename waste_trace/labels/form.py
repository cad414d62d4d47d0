"""Ruled tables of captioned cells: what printed forms are made of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from waste_trace.labels.cells import LINE_HEIGHT, Cell, Field, draw_cell, set_field
from waste_trace.labels.errors import LabelError
from waste_trace.labels.fonts import LabelFont
from waste_trace.labels.layout import BLACK, Element, Matrix, Rect, Text
from waste_trace.labels.matrices import QUIET_ZONE, Modules
from waste_trace.labels.wrap import wrap

_PADDING = 0.35
"""White at the left and right of a cell, in ems."""


@dataclass(frozen=True, slots=True)
class Row:
    """Cells side by side: each field with its share of the width; ``tall`` is its least height."""

    cells: tuple[tuple[Field, float], ...]
    tall: float = 0.0


@dataclass(frozen=True, slots=True)
class Table:
    """A block of rows to draw at ``x``, ``y``; text of one size, lines of one thickness."""

    x: float
    y: float
    width: float
    em: float
    line: float

    def draw(
        self, rows: Sequence[Row], face: LabelFont, until: float = 0.0
    ) -> tuple[list[Element], float]:
        """Return the elements and where the block ends; rows stretch evenly down to ``until``."""
        elements: list[Element] = []
        laid = [list(self._set(row, face)) for row in rows]
        least = self.heights(rows, face)
        spare = max(0.0, until - self.y - sum(least)) / len(rows)
        y = self.y
        for cells, lowest in zip(laid, least, strict=True):
            height = lowest + spare
            elements.append(Rect(self.x, y - self.line / 2, self.width, self.line, BLACK))
            for index, (left, _, cell) in enumerate(cells):
                face.require(cell.field.name, cell.field.caption + cell.field.value)
                if index:
                    elements.append(Rect(left - self.line / 2, y, self.line, height, BLACK))
                start = left + _PADDING * self.em
                elements += draw_cell(cell, face, self.em, start, y, height)
            y += height
        elements.append(Rect(self.x, y - self.line / 2, self.width, self.line, BLACK))
        for edge in (self.x, self.x + self.width):
            elements.append(Rect(edge - self.line / 2, self.y, self.line, y - self.y, BLACK))
        return elements, y

    def heights(self, rows: Sequence[Row], face: LabelFont) -> list[float]:
        """Return the least height of each row, for breaking a table over pages."""
        more = self.em * 0.3
        return [
            max(row.tall, *(c.height(self.em) + more for _, _, c in self._set(row, face)))
            for row in rows
        ]

    def _set(self, row: Row, face: LabelFont) -> Iterable[tuple[float, float, Cell]]:
        total = sum(share for _, share in row.cells)
        left = self.x
        for field, share in row.cells:
            width = self.width * share / total
            inner = width - 2 * _PADDING * self.em
            yield left, width, set_field(field, face, self.em, inner)
            left += width


def draw_code(rows: Modules, text: str | None, x: float, y: float, patch: float) -> Matrix:
    """Return a code centred in a white square of side ``patch``, its quiet zone inside."""
    module = patch / (len(rows) + 2 * QUIET_ZONE)
    inset = QUIET_ZONE * module
    return Matrix(x + inset, y + inset, module * len(rows), rows, text)


def draw_lines(
    text: str, face: LabelFont, em: float, x: float, y: float, width: float
) -> tuple[list[Element], float]:
    """Return plain lines of ``text`` from the top ``y`` down, and where they end."""
    elements: list[Element] = []
    for line in wrap(text, face, em, width):
        if line.strip():
            elements.append(Text(x, y + em, line, em, face.width(line, em)))
        y += em * LINE_HEIGHT
    return elements, y


def require_room(field: str, end: float, limit: float) -> None:
    """Refuse a page whose content ends below ``limit``."""
    if end > limit + 1e-6:
        raise LabelError(
            field,
            f"内容太多：超出页面{end - limit:.1f}毫米。",
            f"Too much for the page: {end - limit:.1f} mm over.",
        )
