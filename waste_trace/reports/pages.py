"""A form on A4 landscape: its head on every page, page x of y, places to sign, the checkpoint.

Laid out in millimetres like a label, and written by the same PDF writer. A character that the font
lacks is shown as 〓 and named below: one rare name must not keep a whole ledger from being printed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from waste_trace.labels.cells import LINE_HEIGHT, centred
from waste_trace.labels.fonts import LabelFont, load_font
from waste_trace.labels.layout import BLACK, WHITE, Element, Layout, Rect, Text
from waste_trace.labels.pdf import render_pdf as write_pdf
from waste_trace.labels.sheet import A4
from waste_trace.labels.wrap import wrap
from waste_trace.reports.cells import table_lines
from waste_trace.reports.evidence import made_line, stamp_line
from waste_trace.reports.form import Form, Heading, Table
from waste_trace.reports.header import head_cells, head_lines

_WIDTH, _HEIGHT = A4[1], A4[0]
_MARGIN = 12.0
_INNER = _WIDTH - 2 * _MARGIN
_FOOT = _HEIGHT - 17.0
"""Tables end above this line; the checkpoint and the page's number stand below."""
_TITLE_EM = 5.6
_TEXT_EM = 3.2
_MAX_EM, _MIN_EM = 3.0, 1.9
"""Text of a table: as large as its columns allow. 1.9 mm is 5.4 points, the least that is read."""
_SMALL_EM = 2.5
_LINE = 0.2
_PADDING = 0.7
_GREY = (237, 237, 237)
_MISSING = "〓"

Lines = tuple[tuple[str, ...], ...]


def render_pdf(form: Form, font: Path) -> bytes:
    """The form as a PDF; raise LabelError where ``font`` cannot be read."""
    return write_pdf(layout_form(form, font), font)


def layout_form(form: Form, font: Path) -> list[Layout]:
    """The form's pages; at least one."""
    press = _Press(form, load_font(font))
    press.print()
    count = len(press.pages)
    return [
        Layout(_WIDTH, _HEIGHT, (*page, *press.foot(number, count)), form.title.words.zh)
        for number, page in enumerate(press.pages, start=1)
    ]


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where the columns of a table stand, and how large its text is."""

    headings: tuple[Heading, ...]
    em: float
    edges: tuple[float, ...]

    @classmethod
    def of(cls, headings: tuple[Heading, ...]) -> "_Columns":
        total = sum(heading.width for heading in headings)
        em = min(_MAX_EM, max(_MIN_EM, _INNER / total))
        edges = [_MARGIN]
        for heading in headings:
            edges.append(edges[-1] + _INNER * heading.width / total)
        return cls(headings, em, tuple(edges))

    def width(self, place: int, wide: int = 1) -> float:
        return self.edges[place + wide] - self.edges[place]

    def inner(self, place: int, wide: int = 1) -> float:
        return self.width(place, wide) - 2 * _PADDING


class _Press:
    """Prints a form page by page; ``y`` is where the next thing goes."""

    def __init__(self, form: Form, face: LabelFont) -> None:
        self.pages: list[list[Element]] = []
        self._form, self._face = form, face
        self._missing: dict[str, None] = {}
        self._y = 0.0

    def print(self) -> None:
        """Print everything but the feet of the pages."""
        self._new_page()
        for table in self._form.tables:
            self._table(table)
        self._after()

    def foot(self, number: int, count: int) -> list[Element]:
        """The checkpoint and the page's number."""
        y, em = _FOOT + 4.0, _SMALL_EM
        page = f"第 {number} 页 共 {count} 页"
        right = _MARGIN + _INNER - self._face.width(page, em)
        return [
            self._text(stamp_line(self._form.stamp), _MARGIN, y, em),
            self._text(page, right, y, em),
            self._text(made_line(self._form), _MARGIN, y + em * 1.4, em),
        ]

    def _new_page(self) -> None:
        self.pages.append([Rect(0, 0, _WIDTH, _HEIGHT, WHITE)])
        first = len(self.pages) == 1
        title = self._form.title.words.zh + ("" if first else "（续）")
        em = _TITLE_EM if first else _TEXT_EM * 1.2
        self._y = _MARGIN
        title = self._printable(title)
        self._put(centred(title, self._face, em, _WIDTH / 2, self._y + em / 2, bold=True))
        self._y += em * 1.5
        if first:
            self._put_head()

    def _put_head(self) -> None:
        """Captioned values side by side, as many as a line holds."""
        pairs = [f"{words.zh}：{value}" for words, value in self._form.head]
        pairs.append(f"期间：{self._form.period}")
        line = ""
        for pair in pairs:
            longer = f"{line}　　{pair}" if line else pair
            if line and self._face.width(longer, _TEXT_EM) > _INNER:
                self._paragraph(line)
                line = pair
            else:
                line = longer
        self._paragraph(line)
        self._y += 1.0

    def _table(self, table: Table) -> None:
        columns = _Columns.of(table.headings)
        height = self._head_height(columns) + columns.em * 3
        title = 0.0 if table.title is None else _TEXT_EM * 2
        if self._y + title + height > _FOOT:
            self._new_page()
        if table.title is not None:
            self._y += _TEXT_EM * 0.4
            self._paragraph(table.title.zh, bold=True)
            self._y += 0.6
        self._table_head(columns)
        for number, cells in enumerate(table_lines(table) if table.rows else ()):
            self._row(columns, cells, bold=number >= len(table.rows))
        if not table.rows:
            self._y += 0.6
            self._paragraph("（本期无）")
        self._y += 2.0

    def _head_height(self, columns: _Columns) -> float:
        return sum(self._head_line_heights(columns))

    def _head_line_heights(self, columns: _Columns) -> list[float]:
        """Each line as high as its cells need; a cell over both lines stretches the last."""
        heights = [0.0] * head_lines(columns.headings)
        for cell in head_cells(columns.headings):
            if cell.tall == 1:
                need = self._tall(
                    self._set(cell.words.zh, columns, cell.column, cell.wide), columns
                )
                heights[cell.line] = max(heights[cell.line], need)
        for cell in head_cells(columns.headings):
            if cell.tall == len(heights):
                need = self._tall(
                    self._set(cell.words.zh, columns, cell.column, cell.wide), columns
                )
                heights[-1] += max(0.0, need - sum(heights))
        return heights

    def _table_head(self, columns: _Columns) -> None:
        heights = self._head_line_heights(columns)
        tops = [self._y + sum(heights[:line]) for line in range(len(heights) + 1)]
        texts: list[Element] = []
        for cell in head_cells(columns.headings):
            left, width = columns.edges[cell.column], columns.width(cell.column, cell.wide)
            top, bottom = tops[cell.line], tops[cell.line + cell.tall]
            self._put(Rect(left, top, width, bottom - top, _GREY))
            self._box(left, top, width, bottom - top)
            lines = self._set(cell.words.zh, columns, cell.column, cell.wide)
            start = (top + bottom - len(lines) * columns.em * LINE_HEIGHT) / 2
            for place, line in enumerate(lines):
                middle = start + (place + 0.5) * columns.em * LINE_HEIGHT
                texts.append(
                    centred(line, self._face, columns.em, left + width / 2, middle, bold=True)
                )
        self._put(*texts)
        self._y = tops[-1]

    def _row(self, columns: _Columns, cells: Lines, *, bold: bool = False) -> None:
        """A row, on the next page where it does not fit, over several where it fits none."""
        rest: Lines = tuple(
            tuple(line for text in texts for line in self._set(text, columns, place))
            for place, texts in enumerate(cells)
        )
        step = columns.em * LINE_HEIGHT
        while True:
            count = max(1, max(map(len, rest)))
            room = int((_FOOT - self._y - 2 * _PADDING) / step)
            whole_page = int((_FOOT - _MARGIN - 20 - self._head_height(columns)) / step)
            if count <= room:
                self._draw_row(columns, rest, count, bold)
                return
            if count > whole_page and room >= 3:
                self._draw_row(columns, tuple(lines[:room] for lines in rest), room, bold)
                rest = tuple(lines[room:] for lines in rest)
            self._new_page()
            self._table_head(columns)

    def _draw_row(self, columns: _Columns, cells: Lines, count: int, bold: bool) -> None:
        em, step = columns.em, columns.em * LINE_HEIGHT
        height = count * step + 2 * _PADDING
        for place in range(len(cells)):
            self._box(columns.edges[place], self._y, columns.width(place), height)
        for place, (heading, lines) in enumerate(zip(columns.headings, cells, strict=True)):
            top = self._y + (height - len(lines) * step) / 2
            for number, line in enumerate(lines):
                width = self._face.width(line, em)
                left = columns.edges[place] + _PADDING
                if heading.kind.is_number:
                    left = columns.edges[place + 1] - _PADDING - width
                baseline = top + number * step + em * 0.94
                self._put(Text(left, baseline, line, em, width, bold))
        self._y += height

    def _set(self, text: str, columns: _Columns, place: int, wide: int = 1) -> tuple[str, ...]:
        width = columns.inner(place, wide)
        return tuple(wrap(self._printable(text), self._face, columns.em, width))

    def _tall(self, lines: Sequence[str], columns: _Columns) -> float:
        return len(lines) * columns.em * LINE_HEIGHT + 2 * _PADDING

    def _after(self) -> None:
        """Notes, and the places to sign, which stay together."""
        notes = [f"注：{note.zh}" for note in self._form.notes]
        if self._missing:
            listed = "、".join(f"U+{ord(c):04X}" for c in self._missing)
            notes.append(f"注：{_MISSING} 处为打印字体所缺的字：{listed}。")
        for note in notes:
            self._need(_TEXT_EM * 1.4)
            self._paragraph(note)
        self._need(_TEXT_EM * 4)
        self._y += _TEXT_EM * 1.8
        places = self._form.signatures
        for number, words in enumerate(places):
            left = _MARGIN + _INNER * number / len(places)
            self._put(self._text(f"{words.zh}：", left, self._y, _TEXT_EM))

    def _need(self, height: float) -> None:
        if self._y + height > _FOOT:
            self._new_page()

    def _paragraph(self, text: str, *, bold: bool = False) -> None:
        for line in wrap(self._printable(text), self._face, _TEXT_EM, _INNER):
            self._put(self._text(line, _MARGIN, self._y + _TEXT_EM, _TEXT_EM, bold=bold))
            self._y += _TEXT_EM * 1.35

    def _printable(self, text: str) -> str:
        missing = self._face.missing(text)
        for character in missing:
            if character.isprintable():
                self._missing[character] = None
            text = text.replace(character, _MISSING if character.isprintable() else "")
        return text

    def _text(self, text: str, x: float, y: float, em: float, *, bold: bool = False) -> Text:
        text = self._printable(text)
        return Text(x, y, text, em, self._face.width(text, em), bold)

    def _box(self, x: float, y: float, width: float, height: float) -> None:
        self._put(*_border(x, y, width, height))

    def _put(self, *elements: Element) -> None:
        self.pages[-1].extend(elements)


def _border(x: float, y: float, width: float, height: float) -> Iterator[Rect]:
    """Lines centred on the edges, so that neighbours share theirs."""
    half = _LINE / 2
    for top in (y, y + height):
        yield Rect(x - half, top - half, width + _LINE, _LINE, BLACK)
    for left in (x, x + width):
        yield Rect(left - half, y - half, _LINE, height + _LINE, BLACK)
