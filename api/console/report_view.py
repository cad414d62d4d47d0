"""A form as its page shows it: the head in lines, cells in lines of text, entries as links."""

from dataclasses import dataclass

from waste_trace.reports.cells import table_lines
from waste_trace.reports.evidence import made_line, stamp_line
from waste_trace.reports.form import Form, Heading, Table, Words
from waste_trace.reports.header import HeadCell, head_cells, head_lines

#: A row shows so many of its ledger entries.
_MOST_ENTRIES = 3


@dataclass(frozen=True, slots=True)
class RowView:
    """The lines of each cell, the first entries behind the row, and how many more there are."""

    cells: tuple[tuple[str, ...], ...]
    entries: tuple[int, ...]
    more: int


@dataclass(frozen=True, slots=True)
class TableView:
    """One table, ready to be shown.

    Attributes:
        widths: a class of the style sheet for each column.
        names_entries: whether a column of the form itself names the entries.
    """

    title: Words | None
    widths: tuple[str, ...]
    names_entries: bool
    head: tuple[tuple[HeadCell, ...], ...]
    headings: tuple[Heading, ...]
    rows: tuple[RowView, ...]
    totals: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class ReportView:
    """A form, ready to be shown."""

    form: Form
    tables: tuple[TableView, ...]
    stamp: str
    made: str


def view_report(form: Form) -> ReportView:
    """The view of a form."""
    tables = tuple(map(_table, form.tables))
    return ReportView(form, tables, stamp_line(form.stamp), made_line(form))


def _table(table: Table) -> TableView:
    lines = table_lines(table)
    count = len(table.rows)
    head = head_cells(table.headings)
    return TableView(
        title=table.title,
        widths=tuple(_width(heading) for heading in table.headings),
        names_entries=any(heading.key == "entries" for heading in table.headings),
        head=tuple(
            tuple(cell for cell in head if cell.line == line)
            for line in range(head_lines(table.headings))
        ),
        headings=table.headings,
        rows=tuple(
            RowView(
                cells,
                row.entries[:_MOST_ENTRIES],
                max(0, len(row.entries) - _MOST_ENTRIES),
            )
            for cells, row in zip(lines[:count], table.rows, strict=True)
        ),
        totals=lines[count] if table.totals else (),
    )


def _width(heading: Heading) -> str:
    """Columns are as wide as on paper, in steps that the style sheet knows."""
    for name, most in (("slim", 4.5), ("small", 7.0), ("mid", 9.5), ("wide", 15.0)):
        if heading.width <= most:
            return f"col-{name}"
    return "col-broad"
