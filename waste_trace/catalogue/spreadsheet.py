"""CSV and XLSX files of a waste list as rows with the columns that ``importing`` reads.

Our own column names and the official ones are understood (废物类别, 行业来源, 废物代码, 危险废物,
危险特性). That table merges cells over several lines; a code says itself of which class and
industry it is, so these need not be repeated.
"""

import csv
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from waste_trace.catalogue.model import Edition
from waste_trace.errors import WasteTraceError

_NAMES = {
    "code": ("code", "废物代码", "代码", "危险废物代码"),
    "category": ("category", "废物类别", "类别"),
    "category_name": ("category_name", "类别名称"),
    "industry_code": ("industry_code", "行业代码"),
    "industry": ("industry", "行业来源", "行业"),
    "description": ("description", "危险废物", "废物名称", "危险废物名称", "固体废物", "名称"),
    "hazard_raw": ("hazard_raw", "危险特性"),
    "hazard_rule": ("hazard_rule", "危险特性规则"),
}
_NEEDED = ("code", "description")
_CATEGORY = re.compile(r"^([HS]W\d{2})\s*(.*)$", re.DOTALL)
_HEADER_LINES = 10
_NOTE_MARKS = "*＊①②③④⑤⑥⑦⑧⑨"


class UnreadableSheet(WasteTraceError):
    """A file is no CSV or XLSX table of a waste list."""

    code: ClassVar[str] = "unreadable-sheet"
    default_do_zh: ClassVar[str] = (
        "请另存为XLSX或UTF-8的CSV，表头含“废物代码”“危险废物”“危险特性”。"
    )
    default_do_en: ClassVar[str] = (
        "Save it as XLSX or UTF-8 CSV with the headings code, description, hazard_raw."
    )


@dataclass(frozen=True, slots=True)
class Table:
    """Rows by column name, the line of each in the file, and the letter of each column."""

    rows: tuple[dict[str, str], ...]
    lines: tuple[int, ...]
    letters: Mapping[str, str]

    def cell(self, line: int, column: str) -> str:
        """Name a cell as spreadsheets do, ``C5``; ``5`` where the column is not known."""
        return f"{self.letters.get(column, '')}{line}"


def read_table(data: bytes, base: Edition) -> Table:
    """Read a file's bytes; ``base`` gives the names of classes and industries that it leaves out.

    Raises:
        UnreadableSheet: neither format, damaged, or without the needed headings.
    """
    cells = read_cells(data)
    for index, line in enumerate(cells[:_HEADER_LINES]):
        columns = _columns(line)
        if all(name in columns for name in _NEEDED):
            return _table(cells, index, columns, base)
    raise UnreadableSheet(
        "文件中没有找到表头“废物代码”和“危险废物”。",
        "The file has no headings for code and description.",
    )


def read_cells(data: bytes) -> list[list[str]]:
    """The cells of a CSV or of a workbook's first sheet, as people see them.

    Raises:
        UnreadableSheet: neither format, or damaged.
    """
    return _xlsx(data) if data[:4] == b"PK\x03\x04" else _csv(data)


def _csv(data: bytes) -> list[list[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            return list(csv.reader(io.StringIO(text, newline=""), strict=True))
        except UnicodeDecodeError:
            continue
        except csv.Error as problem:
            raise UnreadableSheet(
                f"CSV格式错误：{problem}。", f"This is no CSV: {problem}."
            ) from problem
    raise UnreadableSheet("CSV编码无法识别。", "The CSV is neither UTF-8 nor GB 18030.")


def _xlsx(data: bytes) -> list[list[str]]:
    # Only who imports a workbook needs the reader: without it all else works.
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        rows = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, zipfile.BadZipFile, IndexError, OSError, ValueError) as problem:
        raise UnreadableSheet(
            "工作簿已损坏或没有工作表。", "The workbook is damaged or has no sheet."
        ) from problem
    return [[_spelled(value) for value in row] for row in rows]


def _spelled(value: object) -> str:
    """Write a cell as a person sees it: a whole number without its point."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _columns(line: Sequence[str]) -> dict[str, int]:
    """Find which column is which from a line that may be the header; the first of a name counts."""
    heads = [re.sub(r"\s", "", cell).strip(_NOTE_MARKS).lower() for cell in line]
    return {
        name: heads.index(spelling)
        for name, spellings in _NAMES.items()
        for spelling in spellings[::-1]
        if spelling in heads
    }


def _table(
    cells: Sequence[Sequence[str]], header: int, columns: Mapping[str, int], base: Edition
) -> Table:
    names = _Names(dict(base.classes), {e.industry_code: e.industry for e in base.entries.values()})
    rows: list[dict[str, str]] = []
    lines: list[int] = []
    for number, line in enumerate(cells[header + 1 :], start=header + 2):
        row = {n: line[at].strip() if at < len(line) else "" for n, at in columns.items()}
        if row["code"] or row["description"]:
            rows.append(names.complete(row))
            lines.append(number)
    letters = {name: column_letter(at) for name, at in columns.items()}
    return Table(tuple(rows), tuple(lines), letters)


@dataclass(slots=True)
class _Names:
    """What classes and industries are called: in the edition before, and so far in this file."""

    classes: dict[str, str]
    industries: dict[str, str]

    def complete(self, row: Mapping[str, str]) -> dict[str, str]:
        """Fill in what the code says itself and the file said before; never over what is there."""
        code = re.sub(r"\s", "", row["code"]).strip(_NOTE_MARKS)
        category, name = self._category(row.get("category", ""), code)
        industry = row.get("industry_code") or code[:3]
        self.classes[category] = row.get("category_name") or name or self.classes.get(category, "")
        self.industries[industry] = row.get("industry") or self.industries.get(industry, "")
        return {
            "code": code,
            "category": category,
            "category_name": self.classes[category],
            "industry_code": industry,
            "industry": self.industries[industry],
            "description": re.sub(r"\s*\n\s*", "", row["description"]),
            "hazard_raw": re.sub(r"\s", "", row.get("hazard_raw", "")),
            "hazard_rule": row.get("hazard_rule", ""),
        }

    def _category(self, written: str, code: str) -> tuple[str, str]:
        """Split “HW08 废矿物油” in class and name; an empty cell leaves it to the code."""
        found = _CATEGORY.match(re.sub(r"\s+", " ", written))
        if found:
            return found[1], found[2]
        return written or f"{'SW' if 'S' in code else 'HW'}{code[-2:]}", ""


def column_letter(index: int) -> str:
    """Return a spreadsheet's name of a column, A to Z, AA ..."""
    name = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
