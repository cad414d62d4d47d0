"""Years of the working-day calendar that a deployment imported: one CSV each in a folder."""

import csv
import io
import os
from functools import lru_cache
from pathlib import Path

from waste_trace.compliance.calendar import CalendarYear, WorkingCalendar, packaged
from waste_trace.compliance.calendar_import import COLUMNS, UnreadableCalendar, plan_calendar

FOLDER = "calendar"
"""The folder's name inside the data folder of a deployment."""


def calendar_with(folder: Path) -> WorkingCalendar:
    """The packaged years and those in ``folder``; an imported year replaces a packaged one.

    Raises:
        UnreadableCalendar: a file is damaged.
    """
    files = sorted(folder.glob("*.csv")) if folder.is_dir() else []
    return _loaded(tuple((file, file.stat().st_mtime_ns) for file in files))


def write_year(year: CalendarYear, folder: Path) -> Path:
    """Write a year as ``<year>.csv``; an earlier file of it is replaced in one step."""
    folder.mkdir(parents=True, exist_ok=True)
    target, half = folder / f"{year.year}.csv", folder / f".{year.year}.part"
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*COLUMNS, "source", "certainty"])
    for special in year.days.values():
        row = (special.day.isoformat(), special.kind.value, special.name)
        writer.writerow([*row, year.source, year.certainty])
    with half.open("w", encoding="utf-8", newline="") as file:
        file.write(out.getvalue())
        file.flush()
        os.fsync(file.fileno())
    half.replace(target)
    return target


def read_year(file: Path) -> CalendarYear:
    """Read a file that ``write_year`` wrote.

    Raises:
        UnreadableCalendar: it is damaged or of another year than its name says.
    """
    data = file.read_bytes()
    try:
        first = next(csv.DictReader(io.StringIO(data.decode("utf-8"), newline="")))
        source, certainty = first["source"], first["certainty"]
    except (UnicodeDecodeError, StopIteration, KeyError) as problem:
        raise _damaged(file) from problem
    plan = plan_calendar(data, source=source, certainty=certainty, before={})
    if plan.year is None or str(plan.year.year) != file.stem:
        raise _damaged(file)
    return plan.year


@lru_cache(maxsize=8)
def _loaded(stamps: tuple[tuple[Path, int], ...]) -> WorkingCalendar:
    calendar = packaged()
    for file, _ in stamps:
        calendar = calendar.with_year(read_year(file))
    return calendar


def _damaged(file: Path) -> UnreadableCalendar:
    return UnreadableCalendar(
        f"工作日历文件{file.name}已损坏。",
        f"The calendar file {file.name} is damaged.",
        do_zh="请重新导入该年。",
        do_en="Import this year again.",
    )
