"""A year's holidays from a CSV (date, kind, name): what would change, line by line what is wrong.

Nothing is stored here, and nothing half: with one problem there is no year.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from waste_trace.compliance.calendar import CalendarYear, DayKind, SpecialDay
from waste_trace.errors import WasteTraceError

COLUMNS = ("date", "kind", "name")
_HEADINGS: Mapping[str, str] = {"日期": "date", "类型": "kind", "名称": "name", "节日": "name"}
_KINDS: Mapping[str, DayKind] = {
    "holiday": DayKind.HOLIDAY,
    "放假": DayKind.HOLIDAY,
    "休": DayKind.HOLIDAY,
    "workday": DayKind.WORKDAY,
    "上班": DayKind.WORKDAY,
    "班": DayKind.WORKDAY,
}
_LETTERS: Mapping[str, str] = {"date": "A", "kind": "B", "name": "C"}
_SATURDAY = 5


class UnreadableCalendar(WasteTraceError):
    """A file is no CSV of holidays."""

    code: ClassVar[str] = "unreadable-calendar"
    default_do_zh: ClassVar[str] = "请用UTF-8的CSV，表头为“日期,类型,名称”，类型填“放假”或“上班”。"
    default_do_en: ClassVar[str] = (
        "Give a UTF-8 CSV with the headings date,kind,name; kind is holiday or workday."
    )


@dataclass(frozen=True, slots=True)
class CellProblem:
    """A cell that cannot be read; ``cell`` is named as spreadsheets do (A5)."""

    cell: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class DayChange:
    """A day that would count otherwise than before ("" where it was or becomes a usual day)."""

    day: date
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class CalendarPlan:
    """A dry run: the year as it would be, what changes, what is wrong. No year with a problem."""

    year: CalendarYear | None
    changes: tuple[DayChange, ...]
    problems: tuple[CellProblem, ...]


def plan_calendar(
    data: bytes, *, source: str, certainty: str, before: Mapping[int, CalendarYear]
) -> CalendarPlan:
    """Read a year's file and compare it with what is known of that year.

    Raises:
        UnreadableCalendar: it is no such table at all.
    """
    days: dict[date, SpecialDay] = {}
    problems: list[CellProblem] = []
    for line, row in _rows(data):
        read = _read(row, line)
        if isinstance(read, CellProblem):
            problems.append(read)
        elif read.day in days:
            problems.append(_wrong(line, "date", "日期重复", "the date appears twice"))
        elif days and read.day.year != next(iter(days)).year:
            problems.append(_wrong(line, "date", "与首行不是同一年", "not the year of the first"))
        else:
            days[read.day] = read
    if not days and not problems:
        raise UnreadableCalendar("文件中没有日期。", "The file has no dates.")
    if problems:
        return CalendarPlan(None, (), tuple(problems))
    number = next(iter(days)).year
    year = CalendarYear.of(number, source, certainty, days.values())
    return CalendarPlan(year, tuple(_changes(before.get(number), year)), ())


def _rows(data: bytes) -> Iterable[tuple[int, dict[str, str]]]:
    try:
        table = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as problem:
        raise UnreadableCalendar(
            "文件不是UTF-8的CSV。", "The file is no CSV in UTF-8."
        ) from problem
    heads = (
        [_HEADINGS.get(cell.strip(), cell.strip().lower()) for cell in table[0]] if table else []
    )
    if heads[: len(COLUMNS)] != list(COLUMNS):
        raise UnreadableCalendar(
            "表头应为“日期,类型,名称”。", "The headings must be date,kind,name."
        )
    for line, cells in enumerate(table[1:], start=2):
        if any(cell.strip() for cell in cells):
            values = [cell.strip() for cell in cells] + [""] * len(COLUMNS)
            yield line, dict(zip(COLUMNS, values, strict=False))


def _read(row: Mapping[str, str], line: int) -> SpecialDay | CellProblem:
    try:
        day = date.fromisoformat(row["date"].replace("/", "-"))
    except ValueError:
        return _wrong(line, "date", f"“{row['date']}”不是日期", f"{row['date']!r} is no date")
    kind = _KINDS.get(row["kind"])
    if kind is None:
        return _wrong(
            line, "kind", f"“{row['kind']}”应为放假或上班", "the kind is holiday or workday"
        )
    if not row["name"]:
        return _wrong(line, "name", "没有节日名称", "the name is missing")
    if kind is DayKind.WORKDAY and day.weekday() < _SATURDAY:
        return _wrong(
            line, "kind", "调休上班日应为周末", "a day that is worked instead is on a weekend"
        )
    return SpecialDay(day, kind, row["name"])


def _wrong(line: int, column: str, zh: str, en: str) -> CellProblem:
    cell = f"{_LETTERS[column]}{line}"
    return CellProblem(cell, f"单元格 {cell}：{zh}。", f"Cell {cell}: {en}.")


def _changes(before: CalendarYear | None, after: CalendarYear) -> Iterable[DayChange]:
    known = before.days if before else {}
    for day in sorted(known.keys() | after.days.keys()):
        old = known[day].kind.value if day in known else ""
        new = after.days[day].kind.value if day in after.days else ""
        if old != new:
            yield DayChange(day, old, new)
