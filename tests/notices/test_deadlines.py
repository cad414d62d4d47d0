"""Deadlines that come near are told to whoever has to act, once."""

from datetime import date, timedelta

import pytest

from tests.cast import CARRIER, FACTORY, Cast, open_manifest, transport
from tests.devices import Clock
from tests.notices.conftest import Work
from waste_trace.services.notices.daily import daily_notices
from waste_trace.services.notices.deadlines import add_weekdays
from waste_trace.services.notices.reading import list_notices
from waste_trace.services.sign_in import Person


def test_an_unconfirmed_manifest_is_told_when_its_last_day_is_near(
    cast: Cast, clock: Clock, people: dict[str, Person], work: Work
) -> None:
    number, code = cast.manifest(), cast.containers()[0]
    cast.device(FACTORY).tell("open_manifest", open_manifest(number, [code]))
    for verb in ("load", "depart", "arrive"):
        cast.device(CARRIER).tell(verb, transport(number, [code]))
    work()
    house, plant = cast.deployment, people["plant"]

    def coming() -> list[str]:
        daily_notices(house, house.now().date().isoformat())
        rows = list_notices(house, plant)
        return [row["zh"] for row in rows if row["kind"] == "deadline_coming"]

    assert coming() == []  # Monday 23 November; five working days later is Monday the 30th
    clock.forward(days=4)
    assert coming() == []
    clock.forward(days=1)
    assert coming() == [f"2026-11-30前：请确认接收联单 {number}"]
    clock.forward(days=1)
    assert len(coming()) == 1


@pytest.mark.parametrize(
    ("day", "count", "due"),
    [
        (date(2026, 11, 23), 5, date(2026, 11, 30)),
        (date(2026, 11, 27), 1, date(2026, 11, 30)),
        (date(2026, 11, 28), 1, date(2026, 11, 30)),
        (date(2026, 11, 27), 0, date(2026, 11, 27)),
    ],
)
def test_weekends_do_not_count(day: date, count: int, due: date) -> None:
    assert add_weekdays(day, count) == due
    assert due - day <= timedelta(days=7)
