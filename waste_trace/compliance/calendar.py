"""Working days in China (工作日): weekends, public holidays and the days that are worked instead.

The State Council announces each year's days (国务院办公厅关于部分节假日安排的通知). A year that
nobody has entered counts Monday to Friday, and who shows such a deadline says 未核实. A day is a
day in Asia/Shanghai.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from importlib import resources
from types import MappingProxyType
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
_DAY = timedelta(days=1)
_SATURDAY = 5


class DayKind(StrEnum):
    """Why a day differs from its weekday."""

    HOLIDAY = "holiday"  # 放假
    WORKDAY = "workday"  # 调休上班


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day of the announcement: a holiday, or a weekend day that is worked instead."""

    day: date
    kind: DayKind
    name: str


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """One year's announcement. ``certainty``: tag of the domain facts (P, 2, 1, M)."""

    year: int
    source: str
    certainty: str
    days: Mapping[date, SpecialDay]

    @classmethod
    def of(
        cls, year: int, source: str, certainty: str, days: Iterable[SpecialDay]
    ) -> "CalendarYear":
        """A year from its special days."""
        by_day = {special.day: special for special in sorted(days, key=lambda one: one.day)}
        return cls(year, source, certainty, MappingProxyType(by_day))


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """The years that are known; every other one is Monday to Friday."""

    years: Mapping[int, CalendarYear]

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on the day."""
        known = self.years.get(day.year)
        special = known.days.get(day) if known else None
        if special is not None:
            return special.kind is DayKind.WORKDAY
        return day.weekday() < _SATURDAY

    def is_known(self, first: date, last: date) -> bool:
        """Whether every year from ``first`` to ``last`` is announced; else a count is 未核实."""
        return all(year in self.years for year in range(first.year, last.year + 1))

    def add_working_days(self, start: date, count: int) -> date:
        """The ``count``-th working day after ``start``; the day itself is not counted.

        The period of a deadline begins on the next day (民法典 201). ``count`` 0 is ``start``.
        """
        if count < 0:
            raise ValueError("a deadline lies after its start")
        day = start
        for _ in range(count):
            day += _DAY
            while not self.is_working_day(day):
                day += _DAY
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days lie after ``start`` and up to ``end``, both days as dates."""
        return sum(map(self.is_working_day, _days_after(start, end)))

    def deadline(self, start: datetime, working_days: int) -> datetime:
        """The end of the last day of a period of working days, aware in Asia/Shanghai.

        Args:
            start: when the period's occasion was, aware.
        """
        return end_of_day(self.add_working_days(day_of(start), working_days))

    def with_year(self, year: CalendarYear) -> "WorkingCalendar":
        """The same calendar with a year added or replaced."""
        return WorkingCalendar(MappingProxyType({**self.years, year.year: year}))


def day_of(moment: datetime) -> date:
    """The day in Asia/Shanghai on which an aware moment falls."""
    return moment.astimezone(SHANGHAI).date()


def start_of_day(day: date) -> datetime:
    """The first moment of the day, aware in Asia/Shanghai."""
    return datetime.combine(day, time(), SHANGHAI)


def end_of_day(day: date) -> datetime:
    """The first moment after the day, in Asia/Shanghai: what is before it is in time."""
    return start_of_day(day + _DAY)


@cache
def packaged() -> WorkingCalendar:
    """The years that come with the software, each with its source."""
    data = resources.files("waste_trace.compliance") / "data" / "working_days.csv"
    by_year: dict[int, list[dict[str, str]]] = {}
    for row in csv.DictReader(io.StringIO(data.read_text("utf-8"), newline="")):
        by_year.setdefault(int(row["date"][:4]), []).append(row)
    years = {
        year: CalendarYear.of(year, rows[0]["source"], rows[0]["certainty"], map(_special, rows))
        for year, rows in by_year.items()
    }
    return WorkingCalendar(MappingProxyType(years))


def _special(row: Mapping[str, str]) -> SpecialDay:
    return SpecialDay(date.fromisoformat(row["date"]), DayKind(row["kind"]), row["name"])


def _days_after(start: date, end: date) -> Iterator[date]:
    for number in range(1, (end - start).days + 1):
        yield start + number * _DAY
