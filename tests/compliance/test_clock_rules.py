"""Each rule that depends on the clock fires one moment after its limit, and not before."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cast import CARRIER, FACTORY, GARAGE, PLANT, PLATFORM
from tests.compliance.test_rules import read_by_people
from tests.custody.lives import CODE, MANIFEST, OTHER
from waste_trace.compliance.calendar import packaged
from waste_trace.compliance.filing_deadlines import (
    Filing,
    ManagementClass,
    filings_due,
    late_filings,
)
from waste_trace.compliance.forecast_deviation import Forecast, forecast_deviation
from waste_trace.compliance.impossible_travel import Place
from waste_trace.compliance.incompatible import (
    Stored,
    incompatible_neighbours,
    packaged_pairs,
    read_pairs,
)
from waste_trace.compliance.manifest_deadlines import (
    ManifestTimes,
    late_back_entry,
    late_confirmation,
    open_manifest,
)
from waste_trace.compliance.province_deadlines import ApplicationTimes, late_province_steps
from waste_trace.compliance.route_deviation import (
    PlannedRoute,
    Waypoint,
    route_deviation,
    time_deviation,
)
from waste_trace.compliance.silence import (
    CameraSeen,
    DeviceSeen,
    SmallProducer,
    camera_blinded,
    camera_silent,
    no_collection,
    silent_device,
)
from waste_trace.compliance.storage_amount import SiteStock, storage_amount
from waste_trace.compliance.storage_time import Standing, storage_time
from waste_trace.compliance.thresholds import Thresholds
from waste_trace.compliance.unlabelled import LabelReadings, unlabelled_container

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # Monday noon in Shanghai
TICK = timedelta(seconds=1)
LIMITS = Thresholds()
CALENDAR = packaged()


@pytest.mark.parametrize(
    ("waste", "producer", "limit", "rule"),
    [
        ("900-214-08", False, timedelta(days=365), "storage_time"),
        ("841-001-01", False, timedelta(days=365), "storage_time"),
        ("900-214-08", True, timedelta(days=365), "producer_storage_time"),
        ("841-001-01", True, timedelta(hours=48), "medical_storage"),
    ],
)
def test_waste_may_stand_as_long_as_its_holder_and_kind_allow(
    waste: str, producer: bool, limit: timedelta, rule: str
) -> None:
    standing = Standing(CODE, waste, FACTORY, "TS-1", producer, NOW - limit, 7)
    assert storage_time(standing, NOW, LIMITS) == []
    (raised,) = storage_time(standing, NOW + TICK, LIMITS)
    read_by_people(raised)
    assert raised.rule.name == rule
    assert raised.key == f"{rule}:{CODE}:7"
    assert (raised.subject, raised.org, raised.facts["event"]) == (CODE, FACTORY, 7)
    assert ("小时" in raised.zh) is (rule == "medical_storage")


@pytest.mark.parametrize(
    ("kind", "stock", "capacity", "rules"),
    [
        ("贮存点", "3000", None, []),
        ("贮存点", "3000.001", None, ["storage_amount"]),
        ("贮存库", "3000.001", None, []),
        ("贮存库", "5000", "5000", []),
        ("贮存库", "5000.001", "5000", ["capacity"]),
        ("贮存点", "3000.001", "1000", ["storage_amount", "capacity"]),
    ],
)
def test_a_store_holds_what_its_kind_and_size_allow(
    kind: str, stock: str, capacity: str | None, rules: list[str]
) -> None:
    held = SiteStock(
        "TS-1", FACTORY, kind, Decimal(stock), 9, None if capacity is None else Decimal(capacity)
    )
    raised = storage_amount(held, LIMITS)
    assert [one.rule.name for one in raised] == rules
    for one in raised:
        read_by_people(one)
        assert one.subject == "TS-1"
        assert str(stock) in one.zh


ACID = Stored(CODE, "314-001-34")
BASE = Stored(OTHER, "900-352-35")


def test_an_acid_beside_a_base_is_named_with_its_zone() -> None:
    (raised,) = incompatible_neighbours("TS-1", "A区", FACTORY, [ACID, BASE], packaged_pairs())
    read_by_people(raised)
    assert raised.facts["pair"] == ["HW34", "HW35"]
    assert raised.facts["containers"] == [CODE, OTHER]
    assert "A区" in raised.zh
    elsewhere = incompatible_neighbours("TS-1", "", FACTORY, [ACID, BASE], packaged_pairs())
    assert "未记录分区" in elsewhere[0].zh
    assert elsewhere[0].key != raised.key


@pytest.mark.parametrize(
    "stored",
    [
        [],
        [ACID],
        [ACID, replace(ACID, container=OTHER)],
        [BASE, Stored(CODE, "900-249-08", "T")],
        # one container that is both sides of a pair is nobody's neighbour
        [Stored(CODE, "900-402-06", "R")],
    ],
)
def test_what_goes_together_is_no_finding(stored: list[Stored]) -> None:
    assert incompatible_neighbours("TS-1", "", FACTORY, stored, packaged_pairs()) == []


def test_a_reactive_waste_beside_oil_is_found_by_its_first_hazard() -> None:
    oil, reactive = Stored(CODE, "900-249-08", "T"), Stored(OTHER, "261-104-39", "R")
    (raised,) = incompatible_neighbours("TS-1", "", FACTORY, [oil, reactive], packaged_pairs())
    assert raised.facts["pair"] == ["HW08", "R"]


def test_pairs_are_data_with_a_source() -> None:
    assert len(packaged_pairs()) >= 6
    assert all(pair.source and pair.certainty == "M" for pair in packaged_pairs())
    own = read_pairs("one,other,zh,en,source,certainty\nHW08,HW49,甲,x,bureau,1\n")
    stored = [Stored(CODE, "900-249-08"), Stored(OTHER, "900-041-49")]
    assert len(incompatible_neighbours("TS-1", "", FACTORY, stored, own)) == 1


@pytest.mark.parametrize(("typed", "fires"), [((), False), ((3, 5), False), ((3, 5, 6), True)])
def test_a_code_that_is_typed_again_and_again_has_no_label(
    typed: tuple[int, ...], fires: bool
) -> None:
    for ever in (False, True):
        raised = unlabelled_container(LabelReadings(CODE, FACTORY, "TS-1", typed, ever), LIMITS)
        assert bool(raised) is fires
        for one in raised:
            read_by_people(one)
            assert one.facts["events"] == list(typed)


def test_an_inspection_that_saw_no_label_suffices() -> None:
    seen_bad = LabelReadings(CODE, FACTORY, "TS-1", (), True, reported=9)
    (raised,) = unlabelled_container(seen_bad, LIMITS)
    read_by_people(raised)
    assert raised.facts["events"] == [9]


RECEIVED = datetime(2026, 9, 29, 2, 0, tzinfo=UTC)
#: Five working days after 29 September 2026, over the National Day: the end of 12 October.
DEADLINE = datetime(2026, 10, 12, 16, 0, tzinfo=UTC)
TIMES = ManifestTimes(
    MANIFEST, FACTORY, PLANT, RECEIVED - timedelta(hours=3), RECEIVED, None, False, (4, 9)
)


def test_a_manifest_is_confirmed_within_five_working_days() -> None:
    assert late_confirmation(TIMES, DEADLINE - TICK, CALENDAR, LIMITS) == []
    (waiting,) = late_confirmation(TIMES, DEADLINE, CALENDAR, LIMITS)
    read_by_people(waiting)
    assert (waiting.subject, waiting.org) == (MANIFEST, PLANT)
    assert waiting.facts["working_days"] == 6
    assert waiting.facts["calendar_known"] is True
    in_time = replace(TIMES, confirmed_at=DEADLINE - TICK, ended=True)
    assert late_confirmation(in_time, DEADLINE + timedelta(days=90), CALENDAR, LIMITS) == []
    late = replace(TIMES, confirmed_at=DEADLINE, ended=True)
    (confirmed,) = late_confirmation(late, DEADLINE + timedelta(days=90), CALENDAR, LIMITS)
    assert confirmed.key == waiting.key
    assert confirmed.facts["working_days"] == 6
    assert "仍未" in waiting.zh
    assert "仍未" not in confirmed.zh


def test_what_never_arrived_or_was_voided_is_not_late() -> None:
    much_later = DEADLINE + timedelta(days=90)
    assert late_confirmation(replace(TIMES, received_at=None), much_later, CALENDAR, LIMITS) == []
    assert late_confirmation(replace(TIMES, ended=True), much_later, CALENDAR, LIMITS) == []


def test_a_transfer_on_paper_is_entered_within_ten_working_days() -> None:
    # 30 September, then 8, 9, 10, 12 to 16, 19 October 2026: the tenth is the 19th
    last = datetime(2026, 10, 19, 16, 0, tzinfo=UTC)
    entered = (MANIFEST, FACTORY, RECEIVED)
    assert late_back_entry(*entered, last - TICK, 5, CALENDAR, LIMITS) == []
    (raised,) = late_back_entry(*entered, last, 5, CALENDAR, LIMITS)
    read_by_people(raised)
    assert raised.facts["working_days"] == 11


def test_a_manifest_has_an_end() -> None:
    opened = TIMES.opened_at
    assert opened is not None
    limit = opened + timedelta(days=15)
    assert open_manifest(TIMES, limit, LIMITS) == []
    (raised,) = open_manifest(TIMES, limit + TICK, LIMITS)
    read_by_people(raised)
    assert raised.org == FACTORY
    assert open_manifest(replace(TIMES, ended=True), limit + TICK, LIMITS) == []
    assert open_manifest(replace(TIMES, opened_at=None), limit + TICK, LIMITS) == []


def test_a_device_is_silent_only_while_waste_is_in_hand() -> None:
    seen = DeviceSeen("dev-1/0", FACTORY, "一号", NOW - timedelta(days=7), 4, ((2, 4),))
    assert silent_device(seen, NOW, LIMITS) == []
    (raised,) = silent_device(seen, NOW + TICK, LIMITS)
    read_by_people(raised)
    assert raised.facts["gaps"] == 3
    assert "缺 3 条" in raised.zh
    assert silent_device(replace(seen, moving=0), NOW + TICK, LIMITS) == []
    assert "缺" not in silent_device(replace(seen, missing=()), NOW + TICK, LIMITS)[0].zh


def test_a_camera_is_silent_only_before_a_full_store() -> None:
    seen = CameraSeen("CAM-1", FACTORY, "TS-1", NOW - timedelta(hours=48), 3)
    assert camera_silent(seen, NOW, LIMITS) == []
    (raised,) = camera_silent(seen, NOW + TICK, LIMITS)
    read_by_people(raised)
    assert camera_silent(replace(seen, containers=0), NOW + TICK, LIMITS) == []


def test_a_camera_that_shows_nothing_three_times_is_blinded() -> None:
    seen = CameraSeen("CAM-1", FACTORY, "TS-1", NOW, 3, (5, 6))
    assert camera_blinded(seen, LIMITS) == []
    (raised,) = camera_blinded(replace(seen, blind=(5, 6, 8)), LIMITS)
    read_by_people(raised)
    assert raised.facts["events"] == [5, 6, 8]


def test_a_small_producer_with_waste_is_visited() -> None:
    small = SmallProducer(GARAGE, PLATFORM, NOW - timedelta(days=90), Decimal("12.5"))
    assert no_collection(small, NOW, LIMITS) == []
    (raised,) = no_collection(small, NOW + TICK, LIMITS)
    read_by_people(raised)
    assert (raised.subject, raised.org) == (GARAGE, PLATFORM)
    nothing = replace(small, stock_kg=Decimal(0))
    assert no_collection(nothing, NOW + TICK, LIMITS) == []
    assert no_collection(replace(nothing, forecast_kg=Decimal(1)), NOW + TICK, LIMITS) != []


@pytest.mark.parametrize(
    ("produced", "side"),
    # 182 of 365 days of 3650 kg: 1820 kg are expected, 364 kg either way are allowed
    [("1820", None), ("2184", None), ("2184.001", "高于"), ("1456", None), ("1455.999", "低于")],
)
def test_production_follows_the_plan(produced: str, side: str | None) -> None:
    forecast = Forecast(FACTORY, "900-214-08", 2026, Decimal(3650), Decimal(produced))
    raised = forecast_deviation(forecast, date(2026, 7, 1), LIMITS)
    assert len(raised) == (side is not None)
    for one in raised:
        read_by_people(one)
        assert str(side) in one.zh


def test_nothing_is_said_of_a_young_plan_and_the_year_ends_on_its_last_day() -> None:
    none = Forecast(FACTORY, "900-214-08", 2026, Decimal(3650), Decimal(0))
    assert forecast_deviation(none, date(2026, 3, 31), LIMITS) == []
    assert forecast_deviation(none, date(2026, 4, 1), LIMITS) != []
    whole = replace(none, produced_kg=Decimal(3650))
    assert forecast_deviation(whole, date(2027, 3, 1), LIMITS) == []


@pytest.mark.parametrize(
    ("management", "kinds"),
    [
        (ManagementClass.KEY, {"month": 12, "year": 1, "plan": 1}),
        (ManagementClass.SIMPLIFIED, {"quarter": 4, "year": 1, "plan": 1}),
        (ManagementClass.REGISTERED, {"year": 1, "plan": 1}),
    ],
)
def test_each_class_files_what_it_has_to(
    management: ManagementClass, kinds: dict[str, int]
) -> None:
    due = filings_due(management, 2026)
    assert {kind: sum(f.kind == kind for f in due) for kind in {f.kind for f in due}} == kinds
    assert all(filing.due.year == 2026 for filing in due)
    assert Filing("year", "2025", date(2026, 3, 31)) in due
    assert Filing("plan", "2026", date(2026, 3, 31)) in due


def test_the_first_filings_of_a_year_are_of_the_year_before() -> None:
    assert Filing("month", "2025-12", date(2026, 1, 15)) in filings_due(ManagementClass.KEY, 2026)
    quarters = [f for f in filings_due(ManagementClass.SIMPLIFIED, 2026) if f.kind == "quarter"]
    assert [(f.period, f.due.month) for f in quarters] == [
        ("2025-Q4", 1), ("2026-Q1", 4), ("2026-Q2", 7), ("2026-Q3", 10),
    ]  # fmt: skip


def test_a_filing_is_late_after_its_last_day_in_shanghai() -> None:
    due = [Filing("month", "2026-10", date(2026, 11, 15))]
    last = datetime(2026, 11, 15, 16, 0, tzinfo=UTC)
    assert late_filings(FACTORY, due, frozenset(), last - TICK) == []
    (raised,) = late_filings(FACTORY, due, frozenset(), last)
    read_by_people(raised)
    assert late_filings(FACTORY, due, frozenset({("month", "2026-10")}), last) == []


#: From Pinghu's harbour north-west: about 12 km, then east.
ROUTE = PlannedRoute((Place(30.60, 121.05), Place(30.70, 121.00), Place(30.70, 121.10)), 1.0, 40)


def seen(idx: int, latitude: float, longitude: float) -> Waypoint:
    """A waypoint, one minute after the other."""
    return Waypoint(idx, NOW + timedelta(minutes=idx), Place(latitude, longitude))


def test_a_truck_inside_the_corridor_is_on_its_route() -> None:
    inside = [seen(1, 30.60, 121.05), seen(2, 30.65, 121.03), seen(3, 30.705, 121.05)]
    assert ROUTE.km_off(Place(30.65, 121.025)) < 0.01
    assert ROUTE.km_off(Place(30.709, 121.05)) == pytest.approx(1.0, abs=0.01)
    assert route_deviation(MANIFEST, CARRIER, ROUTE, inside) == []


def test_each_stretch_off_the_route_is_one_finding_with_its_farthest_point() -> None:
    points = [
        seen(1, 30.60, 121.05), seen(2, 30.72, 121.05), seen(3, 30.75, 121.05),
        seen(4, 30.70, 121.05), seen(5, 30.68, 121.10),
    ]  # fmt: skip
    raised = route_deviation(MANIFEST, CARRIER, ROUTE, points[::-1])
    assert [one.facts["events"] for one in raised] == [[2, 3], [5]]
    read_by_people(raised[0])
    assert raised[0].facts["metres"] == pytest.approx(5560, abs=10)
    assert "5.6 km" in raised[0].en


@given(st.floats(0, 1), st.floats(-180, 180), st.floats(0, 0.9))
def test_no_place_within_the_width_of_the_line_is_off(along: float, turn: float, km: float) -> None:
    import math

    start, end = ROUTE.points[0], ROUTE.points[1]
    latitude = start.latitude + along * (end.latitude - start.latitude)
    longitude = start.longitude + along * (end.longitude - start.longitude)
    north, east = km * math.cos(math.radians(turn)), km * math.sin(math.radians(turn))
    place = Place(
        latitude + north / 111.195,
        longitude + east / (111.195 * math.cos(math.radians(latitude))),
    )
    assert ROUTE.km_off(place) <= 1.0


def test_a_journey_may_take_its_tolerance_longer() -> None:
    hour = timedelta(minutes=60)
    departed, limit = (3, NOW), NOW + timedelta(minutes=100)

    def asked(arrived: datetime | None, now: datetime) -> list[str]:
        end = None if arrived is None else (8, arrived)
        raised = time_deviation(MANIFEST, CARRIER, 40, departed, end, now, hour)
        for one in raised:
            read_by_people(one)
        return [one.en for one in raised]

    assert asked(limit, NOW + timedelta(days=9)) == []
    assert "took 101" in asked(limit + timedelta(minutes=1), NOW + timedelta(days=9))[0]
    assert asked(None, limit) == []
    assert "has taken 100" in asked(None, limit + TICK)[0]
    assert time_deviation(MANIFEST, CARRIER, None, departed, None, NOW + hour * 99, hour) == []
    assert time_deviation(MANIFEST, CARRIER, 40, None, None, NOW + hour * 99, hour) == []


APPLIED = ApplicationTimes(7, FACTORY, NOW, None, None, None, refused=False)


def late_steps(times: ApplicationTimes, now: datetime) -> list[str]:
    """The steps that are late."""
    raised = late_province_steps(times, now, CALENDAR, LIMITS)
    for one in raised:
        read_by_people(one)
        # A bureau is late; whoever applied has nothing to answer for.
        assert (one.subject, one.org, one.facts["applicant"]) == ("7", "", FACTORY)
    return [one.rule.name for one in raised]


def test_each_step_of_a_transfer_to_another_province_has_its_working_days() -> None:
    """Five, ten, five: each counted from the step before it, weekends not counted."""
    names = ["late_preliminary_opinion", "late_destination_reply", "late_transfer_decision"]
    times, since = APPLIED, NOW
    done: dict[str, Any]
    steps = ("opinion_at", "replied_at", "decided_at")
    for name, step, days in zip(names, steps, (5, 10, 5), strict=True):
        due = CALENDAR.deadline(since, days)
        assert late_steps(times, due - TICK) == []
        assert late_steps(times, due) == [name]
        done = {step: due}
        assert late_steps(replace(times, **done), due) == [name]
        since = due - TICK
        done = {step: since}
        times = replace(times, **done)
    assert late_steps(times, since + timedelta(days=900)) == []


def test_nobody_waits_for_what_follows_a_refusal() -> None:
    long_after = NOW + timedelta(days=90)
    refused = replace(APPLIED, opinion_at=NOW, refused=True)
    assert late_steps(refused, long_after) == []
    # The refusal itself can have been late.
    late = replace(APPLIED, opinion_at=long_after, refused=True)
    assert late_steps(late, long_after) == ["late_preliminary_opinion"]
