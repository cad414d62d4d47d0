"""A hospital's boxes: two devices for every hand-over, 48 hours, and who was collected from."""

from datetime import date, timedelta
from decimal import Decimal

from tests.cast import BATCH, BUREAU, FACTORY, GARAGE, PLANT, PLATFORM, SITES, Cast, person
from tests.devices import Clock
from tests.services.collection.calls import say
from tests.services.test_desk_and_corrections import the_same_after_a_rebuild
from waste_trace.services.issue_labels import issue_labels
from waste_trace.services.medical import coverage, list_boxes

INFECTIOUS = "841-001-01"
MONTH = date(2026, 11, 1), date(2026, 11, 30)


def boxes(cast: Cast, count: int, unit: str = FACTORY) -> list[str]:
    """Codes for boxes of infectious waste; ``unit`` is the hospital here."""
    issued = issue_labels(cast.deployment, unit, INFECTIOUS, date(2026, 11, 23), count)
    return [str(token.digital_id) for token in issued.tokens]


def packed(cast: Cast, code: str) -> dict[str, object]:
    """What the ward says of a box."""
    return {"containers": [code], "batch": BATCH, "weight_kg": "6.5", "department": "内科",
            "box": "ZZX-7"}  # fmt: skip


def test_every_hand_over_is_signed_by_both_sides(cast: Cast, clock: Clock) -> None:
    house = cast.deployment
    [code] = boxes(cast, 1)
    ward, store = cast.make(FACTORY), cast.make(FACTORY, SITES[FACTORY])
    ward.tell("fill", packed(cast, code))
    clock.forward(hours=1)
    ward.tell("hand_in", {"containers": [code], "department": "内科"})
    store.tell("store_in", {"containers": [code]})
    clock.forward(hours=20)
    [box] = list_boxes(house, person(FACTORY), waiting=True)
    assert (box.row["department"], box.row["box"]) == ("内科", "ZZX-7")
    assert (box.inside, box.waits, box.hours, box.overdue) == (True, True, Decimal(20), False)
    store.tell("store_out", {"containers": [code]})
    taken = {"containers": [code], "from_org": FACTORY, "weight_kg": "6.5"}
    cast.device(PLATFORM).tell("collect", taken)
    clock.forward(hours=60)
    [box] = list_boxes(house, person(PLATFORM))
    assert (box.outside, box.waits, box.hours) == (True, False, Decimal(20))
    assert box.row["taken_by"] == PLATFORM
    cast.device(PLATFORM).tell("store_in", {"containers": [code]})
    number = cast.manifest(PLATFORM)
    cast.device("91330482MA2KGH459G").tell("load", {"containers": [code], "manifest": number})
    [box] = list_boxes(house, person(FACTORY))
    assert (box.row["taken_by"], box.hours) == (PLATFORM, Decimal(20))
    assert list_boxes(house, person(PLANT)) == []
    assert the_same_after_a_rebuild(house)


def test_one_device_for_both_sides_is_no_hand_over(cast: Cast, clock: Clock) -> None:
    [code] = boxes(cast, 1)
    ward = cast.make(FACTORY, SITES[FACTORY])
    ward.tell("fill", packed(cast, code))
    ward.tell("hand_in", {"containers": [code], "department": "内科"})
    ward.tell("store_in", {"containers": [code]})
    clock.forward(hours=49)
    [box] = list_boxes(cast.deployment, person(BUREAU))
    assert (box.inside, box.overdue, box.hours) == (False, True, Decimal(49))


def test_a_record_that_arrives_late_keeps_its_own_time(cast: Cast, clock: Clock) -> None:
    [code] = boxes(cast, 1)
    ward = cast.make(FACTORY, SITES[FACTORY])
    ward.tell("fill", packed(cast, code))
    clock.forward(hours=5)
    ward.tell("store_in", {"containers": [code]})
    earlier = cast.deployment.now() - timedelta(hours=2)
    cast.make(FACTORY, SITES[FACTORY]).tell("store_in", {"containers": [code]}, at=earlier)
    [box] = list_boxes(cast.deployment, person(FACTORY))
    assert box.hours == Decimal(0)
    assert the_same_after_a_rebuild(cast.deployment)


def test_coverage_counts_institutions_and_names_those_left_out(cast: Cast, clock: Clock) -> None:
    house = cast.deployment
    assert coverage(house, *MONTH).percent is None
    stream = {"unit": GARAGE, "waste_code": INFECTIOUS, "edition": "2021",
              "waste_name": "感染性废物", "form": "固态", "forecast_kg": "300"}  # fmt: skip
    say(house, GARAGE, "register_stream", **stream)
    [code] = boxes(cast, 1)
    cast.device(FACTORY).tell("fill", packed(cast, code))
    taken = {"containers": [code], "from_org": FACTORY, "weight_kg": "6.5"}
    cast.device(PLATFORM).tell("collect", taken)
    found = coverage(house, *MONTH)
    assert found.percent == Decimal("50.0")
    assert [org for org, _ in found.missed] == [GARAGE]
    assert coverage(house, date(2026, 10, 1), date(2026, 10, 31)).percent == Decimal("0.0")


def test_other_waste_is_none_of_it(cast: Cast) -> None:
    [code] = cast.containers(1)
    cast.device(FACTORY).tell("fill", {**packed(cast, code), "department": ""})
    assert list_boxes(cast.deployment, person(BUREAU)) == []
