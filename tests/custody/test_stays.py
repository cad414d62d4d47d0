"""Since when waste has been with its holder, however often it was poured into other containers."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from waste_trace.custody.movements import Kind
from waste_trace.custody.stays import Arrival, Beginning, beginning

START = datetime(2026, 1, 1, tzinfo=UTC)
ORG, OTHER = "ORG", "OTHER"


def day(count: int) -> datetime:
    """So many days after the start."""
    return START + timedelta(days=count)


def came(kind: Kind, count: int, org: str = ORG) -> Arrival:
    """A booking on that day; its entry has the day's number."""
    return Arrival(kind, org, count, day(count))


def test_a_stay_begins_with_the_first_of_it_and_anew_when_it_comes_back() -> None:
    filled = [came(Kind.PRODUCED, 1), came(Kind.PRODUCED, 5)]
    assert beginning("A", ORG, {"A": filled}, {}) == Beginning(day(1), 1, "A")
    gone = [*filled, came(Kind.DISPATCHED, 6), came(Kind.RECEIVED, 6, OTHER)]
    assert beginning("A", OTHER, {"A": gone}, {}) == Beginning(day(6), 6, "A")
    back = [*gone, came(Kind.DISPATCHED, 8, OTHER), came(Kind.RECEIVED, 9)]
    assert beginning("A", ORG, {"A": back}, {}) == Beginning(day(9), 9, "A")
    assert beginning("A", "NOBODY", {"A": back}, {}) is None
    # The books say that it left, and it is here all the same.
    assert beginning("A", ORG, {"A": gone}, {}) == Beginning(day(5), 5, "A")


def test_what_was_poured_together_is_as_old_as_the_oldest_of_it() -> None:
    arrivals = {
        "A": [came(Kind.RECEIVED, 3)],
        "B": [came(Kind.RECEIVED, 1)],
        "C": [came(Kind.PACKED, 10)],
        "D": [came(Kind.PACKED, 20)],
    }
    inputs = {("C", 10): ["A", "B"], ("D", 20): ["C"]}
    assert beginning("D", ORG, arrivals, inputs) == Beginning(day(1), 1, "B")
    # What stood in it before something was poured in is part of it.
    arrivals["D"] = [came(Kind.PRODUCED, 0), came(Kind.PACKED, 20)]
    assert beginning("D", ORG, arrivals, inputs) == Beginning(day(0), 0, "D")


def test_who_receives_it_poured_together_begins_anew() -> None:
    arrivals = {
        "A": [came(Kind.RECEIVED, 1)],
        "C": [came(Kind.PACKED, 10), came(Kind.DISPATCHED, 12), came(Kind.RECEIVED, 12, OTHER)],
        "D": [came(Kind.PACKED, 20, OTHER)],
    }
    inputs = {("C", 10): ["A"], ("D", 20): ["C"]}
    assert beginning("D", OTHER, arrivals, inputs) == Beginning(day(12), 12, "C")
    assert beginning("C", OTHER, arrivals, inputs) == Beginning(day(12), 12, "C")


def test_a_source_that_nobody_has_booked_leaves_the_day_of_the_pouring() -> None:
    arrivals = {"C": [came(Kind.PACKED, 10)], "A": []}
    assert beginning("C", ORG, arrivals, {("C", 10): ["A"]}) == Beginning(day(10), 10, "C")
    circle = {"A": [came(Kind.PACKED, 5)], "C": [came(Kind.PACKED, 10)]}
    round_trip = {("C", 10): ["A"], ("A", 5): ["C"]}
    assert beginning("C", ORG, circle, round_trip) is None


@given(st.lists(st.integers(0, 99), min_size=1, max_size=8), st.data())
def test_pouring_on_never_makes_it_younger(days: list[int], data: st.DataObject) -> None:
    """Any tree of mergings within one organisation is as old as its oldest source."""
    arrivals = {f"S{n}": [came(Kind.RECEIVED, count)] for n, count in enumerate(days)}
    inputs: dict[tuple[str, int], list[str]] = {}
    open_ones, at = list(arrivals), 100
    while len(open_ones) > 1:
        count = data.draw(st.integers(2, len(open_ones)))
        poured, open_ones = open_ones[:count], open_ones[count:]
        name = f"M{at}"
        arrivals[name], inputs[name, at] = [came(Kind.PACKED, at)], poured
        open_ones, at = [*open_ones, name], at + 1
    found = beginning(open_ones[0], ORG, arrivals, inputs)
    assert found is not None
    assert found.at == day(min(days))
