"""A form as a workbook: A4 landscape, repeated head, true numbers, and a sheet of its evidence.

Text cells are written as text whatever they begin with, so that no name can become a formula.
"""

import io
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from waste_trace.reports.cells import SHANGHAI, shown
from waste_trace.reports.evidence import UNCONFIRMED, made_line, stamp_line
from waste_trace.reports.form import Cell, Form, Kind, Row, Table, Words
from waste_trace.reports.header import head_cells, head_lines

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FONT = {"font_name": "宋体", "font_size": 9}
_BOX = {"border": 1, "valign": "vcenter", "text_wrap": True}
_FORMATS = {
    Kind.TONNES: "#,##0.0000??",
    Kind.KILOGRAMS: "#,##0.000",
    Kind.COUNT: "#,##0",
    Kind.RATIO: "#,##0.00??",
    Kind.DAY: "yyyy-mm-dd",
    Kind.TIME: "yyyy-mm-dd hh:mm",
}
_A4 = 9
_EXACT_DIGITS = 15
"""A workbook's numbers are binary: more digits than these would not come back as written."""


def render_xlsx(form: Form) -> bytes:
    """The workbook: one sheet for each table, then 凭证 with the checkpoint and the entries."""
    buffer = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
               "in_memory": True}  # fmt: skip
    with xlsxwriter.Workbook(buffer, options) as workbook:
        made = form.stamp.made_at.astimezone(SHANGHAI).replace(tzinfo=None)
        workbook.set_properties(
            {"title": form.title.words.zh, "created": made, "comments": stamp_line(form.stamp)}
        )
        styles = _Styles(workbook)
        for number, table in enumerate(form.tables, start=1):
            sheet = workbook.add_worksheet(_sheet_name(form, table, number))
            _TableSheet(form, table, sheet, styles).write()
        _write_evidence(form, workbook.add_worksheet("凭证"), styles)
    return buffer.getvalue()


class _Styles:
    """The cell formats of a workbook, each made once."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self.title = self._make(bold=True, font_size=14, align="center", valign="vcenter")
        self.head = self._make(**_BOX, bold=True, align="center", bg_color="#EDEDED")
        self.plain = self._make(valign="vcenter", text_wrap=True)
        self.cells = {kind: self._cell(kind) for kind in Kind}
        self.sums = {kind: self._cell(kind, bold=True) for kind in Kind}

    def _cell(self, kind: Kind, **more: object) -> Format:
        number = {"num_format": _FORMATS[kind]} if kind in _FORMATS else {"num_format": "@"}
        return self._make(**_BOX, align="right" if kind.is_number else "left", **number, **more)

    def _make(self, **properties: object) -> Format:
        return self._workbook.add_format({**_FONT, **properties})


class _TableSheet:
    """One table with the head, the notes and the signature places of its form."""

    def __init__(self, form: Form, table: Table, sheet: Worksheet, styles: _Styles) -> None:
        self._form, self._table, self._sheet, self._styles = form, table, sheet, styles
        self._last = max(len(table.headings) - 1, 1)
        self._line = 0

    def write(self) -> None:
        """Fill the sheet from top to bottom."""
        self._set_page()
        title = self._form.title.words.zh
        if self._table.title:
            title = f"{title}　{self._table.title.zh}"
        self._across(title, self._styles.title, 24)
        for words, value in self._form.head:
            self._across(f"{words.zh}：{value}")
        self._across(f"期间：{self._form.period}")
        self._write_head()
        for row in self._table.rows:
            self._write_cells(row.cells, self._styles.cells)
        if self._table.totals:
            self._write_cells(self._table.totals, self._styles.sums)
        for note in self._form.notes:
            self._across(f"注：{note.zh}")
        self._line += 1
        self._across(
            "　　　　".join(f"{place.zh}：＿＿＿＿＿＿" for place in self._form.signatures)
        )
        self._across(stamp_line(self._form.stamp))
        self._across(made_line(self._form))

    def _set_page(self) -> None:
        sheet = self._sheet
        footer = stamp_line(self._form.stamp).replace("&", "&&")
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.set_margins(left=0.5, right=0.5, top=0.5, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&L&8{footer}&R&8第 &P 页 共 &N 页")
        for place, heading in enumerate(self._table.headings):
            sheet.set_column(place, place, max(heading.width * 2, 6))

    def _across(self, text: str, style: Format | None = None, height: float = 15) -> None:
        style = style or self._styles.plain
        self._sheet.merge_range(self._line, 0, self._line, self._last, "", style)
        self._sheet.write_string(self._line, 0, text, style)
        self._sheet.set_row(self._line, height)
        self._line += 1

    def _write_head(self) -> None:
        start = self._line
        for cell in head_cells(self._table.headings):
            line, column = start + cell.line, cell.column
            style = self._styles.head
            if cell.tall > 1 or cell.wide > 1:
                end = (line + cell.tall - 1, column + cell.wide - 1)
                self._sheet.merge_range(line, column, *end, "", style)
            self._sheet.write_string(line, column, cell.words.zh, style)
        self._line += head_lines(self._table.headings)
        self._sheet.repeat_rows(start, self._line - 1)
        self._sheet.freeze_panes(self._line, 0)

    def _write_cells(self, cells: tuple[Cell, ...], styles: dict[Kind, Format]) -> None:
        for place, (heading, cell) in enumerate(zip(self._table.headings, cells, strict=True)):
            _write(self._sheet, self._line, place, cell, heading.kind, styles)
        self._line += 1


def _write(
    sheet: Worksheet, line: int, place: int, cell: Cell, kind: Kind, styles: dict[Kind, Format]
) -> None:
    style = styles[kind]
    if cell is None or cell == "" or cell == ():
        sheet.write_blank(line, place, None, style)
    elif isinstance(cell, datetime):
        sheet.write_datetime(line, place, cell.astimezone(SHANGHAI).replace(tzinfo=None), style)
    elif isinstance(cell, date):
        sheet.write_datetime(line, place, cell, style)
    elif isinstance(cell, Decimal | int) and _is_exact(cell):
        sheet.write_number(line, place, float(cell), style)
    else:
        sheet.write_string(line, place, shown(cell, kind), style)


def _is_exact(number: Decimal | int) -> bool:
    return len(Decimal(number).as_tuple().digits) <= _EXACT_DIGITS


def _write_evidence(form: Form, sheet: Worksheet, styles: _Styles) -> None:
    """Which ledger this is, word for word, and which entries each row rests on."""
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 100)
    for line, (name, value) in enumerate(_evidence(form)):
        sheet.write_string(line, 0, name, styles.plain)
        sheet.write_string(line, 1, value, styles.plain)


def _evidence(form: Form) -> Iterator[tuple[str, str]]:
    stamp, source = form.stamp, form.title.source
    yield (
        "依据",
        f"{source.standard} {source.clause}"
        + (f"（{UNCONFIRMED.zh}）" if source.unconfirmed else ""),
    )
    yield "台账", stamp.origin
    yield "条目数", str(stamp.size)
    yield "树根", stamp.root
    yield "检查点时间", shown(stamp.signed_at, Kind.TIME)
    yield "制表时间", shown(stamp.made_at, Kind.TIME)
    yield "检查点原文", stamp.note
    for number, table in enumerate(form.tables, start=1):
        for place, row in enumerate(table.rows, start=1):
            yield f"表{number} 第{place}行 台账条目", _indices(row)


def _indices(row: Row) -> str:
    return ", ".join(map(str, row.entries))


def _sheet_name(form: Form, table: Table, number: int) -> str:
    """At most 31 characters, none of those that a sheet's name may not have."""
    words: Words = table.title or form.title.words
    plain = "".join(" " if character in "[]:*?/\\'" else character for character in words.zh)
    return plain[:31] if len(form.tables) == 1 else f"{number} {plain}"[:31]
