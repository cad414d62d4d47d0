"""Working days: the announced years, deadlines over holidays, and a new year from a file."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waste_trace.compliance.calendar import DayKind, day_of, packaged
from waste_trace.compliance.calendar_import import UnreadableCalendar, plan_calendar
from waste_trace.compliance.calendar_shelf import calendar_with, write_year

CALENDAR = packaged()
DAYS = st.dates(date(2023, 1, 1), date(2028, 12, 31))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-02-14", True),  # a Saturday before the Spring Festival
        ("2026-02-16", False),  # a Monday of the Spring Festival
        ("2026-02-24", True),
        ("2026-09-20", True),  # a Sunday before the National Day
        ("2026-09-27", False),
        ("2026-10-08", True),
        ("2026-11-21", False),
        ("2025-10-08", False),
        ("2024-05-11", True),
        ("2031-01-01", True),  # nobody has announced it: a Wednesday
        ("2031-01-04", False),
    ],
)
def test_a_day_is_worked_as_announced(day: str, works: bool) -> None:
    assert CALENDAR.is_working_day(date.fromisoformat(day)) is works


@pytest.mark.parametrize(("year", "working"), [(2024, 251), (2025, 248), (2026, 248)])
def test_a_year_has_so_many_working_days(year: int, working: int) -> None:
    first, last = date(year, 1, 1) - timedelta(days=1), date(year, 12, 31)
    assert CALENDAR.working_days_between(first, last) == working


def test_five_working_days_over_the_national_day_end_on_the_tenth_day_of_office() -> None:
    # accepted on Tuesday 29 September 2026: 30, then 8, 9, 10 (a worked Saturday), 12 October
    assert CALENDAR.add_working_days(date(2026, 9, 29), 5) == date(2026, 10, 12)


def test_a_deadline_ends_with_the_day_in_shanghai() -> None:
    # 23:30 UTC on Sunday is Monday morning in Shanghai
    accepted = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert day_of(accepted) == date(2026, 11, 23)
    assert CALENDAR.deadline(accepted, 5) == datetime(2026, 11, 30, 16, 0, tzinfo=UTC)


def test_a_period_over_a_year_without_data_is_not_known() -> None:
    assert CALENDAR.is_known(date(2026, 1, 1), date(2026, 12, 31))
    assert not CALENDAR.is_known(date(2026, 12, 30), date(2027, 1, 4))


@given(DAYS, st.integers(0, 40))
def test_adding_and_counting_agree(start: date, count: int) -> None:
    end = CALENDAR.add_working_days(start, count)
    assert CALENDAR.working_days_between(start, end) == count
    assert count == 0 or CALENDAR.is_working_day(end)


@given(DAYS, st.integers(0, 15), st.integers(0, 15))
def test_a_longer_period_is_the_shorter_ones_after_each_other(
    start: date, first: int, then: int
) -> None:
    halfway = CALENDAR.add_working_days(start, first)
    assert CALENDAR.add_working_days(halfway, then) == CALENDAR.add_working_days(
        start, first + then
    )


YEAR_2027 = "日期,类型,名称\n2027-01-01,放假,元旦\n2027-01-02,上班,元旦\n".encode()


def test_a_new_year_is_read_and_kept(tmp_path: Path) -> None:
    plan = plan_calendar(YEAR_2027, source="国办发明电", certainty="1", before=CALENDAR.years)
    assert plan.problems == ()
    assert [(change.day.day, change.before, change.after) for change in plan.changes] == [
        (1, "", "holiday"), (2, "", "workday"),
    ]  # fmt: skip
    assert plan.year is not None
    write_year(plan.year, tmp_path)
    calendar = calendar_with(tmp_path)
    assert calendar.years[2027] == plan.year
    assert not calendar.is_working_day(date(2027, 1, 1))
    assert calendar.is_working_day(date(2027, 1, 2))
    assert calendar.years[2026] == CALENDAR.years[2026]


def test_an_imported_year_replaces_the_packaged_one_and_says_how() -> None:
    data = b"date,kind,name\n2026-01-01,holiday,x\n"
    plan = plan_calendar(data, source="x", certainty="M", before=CALENDAR.years)
    changed = {change.day: (change.before, change.after) for change in plan.changes}
    assert date(2026, 1, 1) not in changed
    assert changed[date(2026, 1, 4)] == ("workday", "")
    assert len(changed) == len(CALENDAR.years[2026].days) - 1


@pytest.mark.parametrize(
    ("line", "cell"),
    [
        ("2027-13-01,放假,元旦", "A3"),
        ("2027-01-01,放假,元旦", "A3"),
        ("2028-01-01,放假,元旦", "A3"),
        ("2027-01-02,maybe,元旦", "B3"),
        ("2027-01-04,上班,元旦", "B3"),  # a Monday is worked anyway
        ("2027-01-02,放假,", "C3"),
    ],
)
def test_a_wrong_cell_is_named_and_nothing_is_taken(line: str, cell: str) -> None:
    data = f"日期,类型,名称\n2027-01-01,放假,元旦\n{line}\n".encode()
    plan = plan_calendar(data, source="x", certainty="1", before={})
    assert plan.year is None
    assert [problem.cell for problem in plan.problems] == [cell]
    assert cell in plan.problems[0].zh


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"a,b\n1,2\n", b"date,kind,name\n"])
def test_what_is_no_table_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableCalendar):
        plan_calendar(data, source="x", certainty="1", before={})


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "2027.csv").write_text("date,kind,name\n2026-01-01,holiday,x\n", "utf-8")
    with pytest.raises(UnreadableCalendar, match=r"2027\.csv"):
        calendar_with(tmp_path)


def test_every_packaged_year_has_its_source() -> None:
    assert set(CALENDAR.years) == {2024, 2025, 2026}
    for year in CALENDAR.years.values():
        assert year.source
        assert year.certainty in {"P", "2", "1", "M"}
        assert {special.kind for special in year.days.values()} == set(DayKind)
