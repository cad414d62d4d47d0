"""A file as rows of values, with a sentence for every cell that cannot be one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from waste_trace.catalogue.spreadsheet import column_letter, read_cells
from waste_trace.errors import WasteTraceError
from waste_trace.services.imports.columns import BadCell, Column

MOST_ROWS = 5000
_HEADER_LINES = 10


class UnusableSheet(WasteTraceError):
    """The file has no such table, or too long a one."""

    code: ClassVar[str] = "unusable-sheet"
    default_do_zh = "请下载模板，按模板的表头填写后再导入。"
    default_do_en = "Download the template and fill it in under its headings."


@dataclass(frozen=True, slots=True)
class CellProblem:
    """What is wrong, and where; lines count from 1, as spreadsheets do."""

    line: int
    cell: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row that was read: values by column name; columns that were left empty are absent."""

    number: int
    values: Mapping[str, Any]
    letters: Mapping[str, str]

    def problem(self, column: str, zh: str, en: str) -> CellProblem:
        """A problem in one of this row's cells."""
        cell = f"{self.letters.get(column, '')}{self.number}"
        return CellProblem(
            self.number, cell, f"第 {self.number} 行（单元格 {cell}）：{zh}。", f"{cell}: {en}."
        )


@dataclass(frozen=True, slots=True)
class Sheet:
    """What could be read, and what could not."""

    lines: tuple[Line, ...]
    problems: tuple[CellProblem, ...]
    rows: int


def read_sheet(data: bytes, columns: Sequence[Column]) -> Sheet:
    """Read a CSV or XLSX file; empty rows and the template's own example rows are left out.

    Raises:
        UnreadableSheet: no table at all. UnusableSheet: the headings are missing, or too many rows.
    """
    cells = read_cells(data)
    header, places = _find_header(cells, columns)
    letters = {name: column_letter(at) for name, at in places.items()}
    body = [
        (number, row)
        for number, row in enumerate(cells[header + 1 :], start=header + 2)
        if any(cell.strip() for cell in row) and not row[0].strip().startswith("#")
    ]
    if len(body) > MOST_ROWS:
        raise UnusableSheet(
            f"文件有 {len(body)} 行，一次最多 {MOST_ROWS} 行。",
            f"There are {len(body)} rows; at most {MOST_ROWS} at a time.",
            do_zh="请拆成几个文件。",
            do_en="Split the file.",
        )
    lines: list[Line] = []
    problems: list[CellProblem] = []
    for number, row in body:
        line, wrong = _read_row(number, row, columns, places, letters)
        problems += wrong
        if not wrong:
            lines.append(line)
    return Sheet(tuple(lines), tuple(problems), len(body))


def _read_row(
    number: int,
    row: Sequence[str],
    columns: Sequence[Column],
    places: Mapping[str, int],
    letters: Mapping[str, str],
) -> tuple[Line, list[CellProblem]]:
    values: dict[str, Any] = {}
    empty = Line(number, {}, letters)
    wrong: list[CellProblem] = []
    for column in columns:
        at = places.get(column.name)
        cell = row[at].strip() if at is not None and at < len(row) else ""
        if not cell:
            if column.required:
                wrong.append(
                    empty.problem(column.name, f"“{column.zh}”未填写", f"{column.name} is empty")
                )
            continue
        try:
            values[column.name] = column.read(cell)
        except BadCell as bad:
            wrong.append(empty.problem(column.name, f"{column.zh}：{bad.zh}", bad.en))
    return Line(number, values, letters), wrong


def _find_header(
    cells: Sequence[Sequence[str]], columns: Sequence[Column]
) -> tuple[int, dict[str, int]]:
    best: list[str] = [column.zh for column in columns if column.required]
    for index, line in enumerate(cells[:_HEADER_LINES]):
        heads = [re.sub(r"[\s*＊]", "", cell).lower() for cell in line]
        places = {
            column.name: heads.index(spelling)
            for column in columns
            for spelling in (column.name, column.zh.lower())
            if spelling in heads
        }
        missing = [c.zh for c in columns if c.required and c.name not in places]
        if not missing:
            return index, places
        best = min(best, missing, key=len)
    raise UnusableSheet(
        f"没有找到表头：{'、'.join(best)}。",
        f"Headings are missing: {', '.join(best)}.",
        missing=best,
    )
