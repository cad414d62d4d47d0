"""From a request over the round to the door, told by events in whatever order they arrive."""

from datetime import date, timedelta
from typing import Any

from tests.cast import FACTORY, GARAGE, PLANT, PLATFORM, Cast, collect, fill, person
from tests.devices import Clock
from tests.services.collection.calls import ROUND, ask, plan, say, sign
from tests.services.test_desk_and_corrections import the_same_after_a_rebuild
from waste_trace.services.collection.clients import list_clients
from waste_trace.services.collection.requests import list_requests
from waste_trace.services.collection.rounds import find_round, list_rounds, next_round_number
from waste_trace.services.deployment import Deployment


def request(deployment: Deployment, idx: int) -> dict[str, Any]:
    """One request as the platform sees it."""
    rows = list_requests(deployment, person(PLATFORM))
    return next(row for row in rows if row["idx"] == idx)


def stops(deployment: Deployment, number: str = ROUND) -> list[tuple[str, str]]:
    """Producer and outcome of each door, in order."""
    found = find_round(deployment, person(PLATFORM), number)
    assert found is not None
    return [(stop["producer"], stop["outcome"]) for stop in found["stops"]]


def collected(cast: Cast, unit: str = GARAGE, weight_kg: str = "18.000") -> int:
    """The platform takes one container at a door."""
    code = cast.containers(1, unit)[0]
    device = cast.device(PLATFORM)
    device.tell("fill", fill(code, weight_kg))
    return device.tell("collect", collect(code, weight_kg, unit)).index


def test_a_request_is_planned_and_served_by_the_collection_itself(cast: Cast, clock: Clock) -> None:
    house = cast.deployment
    sign(house)
    asked = ask(house)
    assert request(house, asked)["status"] == "open"
    plan(house, (GARAGE, [asked]), (FACTORY, []))
    assert (request(house, asked)["status"], request(house, asked)["round"]) == ("planned", ROUND)
    clock.forward(hours=1)
    taken = collected(cast)
    assert (request(house, asked)["status"], request(house, asked)["answered_idx"]) == (
        "done",
        taken,
    )
    assert stops(house) == [(GARAGE, "collected"), (FACTORY, "")]
    client = list_clients(house, person(PLATFORM))[-1]
    assert client["collected_at"] is not None
    [line] = list_rounds(house, person(PLATFORM))
    assert (line["stops"], line["visited"], line["containers"]) == (2, 1, 1)
    assert the_same_after_a_rebuild(house)


def test_nobody_there_and_the_request_waits_on(cast: Cast, clock: Clock) -> None:
    house = cast.deployment
    asked = ask(house, PLATFORM)
    plan(house, (GARAGE, [asked]))
    clock.forward(minutes=5)
    say(house, PLATFORM, "visit", unit=GARAGE, outcome="absent")
    assert stops(house) == [(GARAGE, "absent")]
    assert (request(house, asked)["status"], request(house, asked)["round"]) == ("open", "")
    clock.forward(hours=3)
    collected(cast)  # the collector came back on the same round
    assert stops(house) == [(GARAGE, "collected")]
    assert request(house, asked)["status"] == "done"


def test_a_refusal_keeps_its_reason(cast: Cast) -> None:
    house = cast.deployment
    asked = ask(house)
    plan(house, (GARAGE, [asked]))
    say(house, PLATFORM, "visit", unit=GARAGE, outcome="refused", reason="packaging")
    found = find_round(house, person(PLATFORM), ROUND)
    assert found is not None
    assert found["stops"][0]["reason_zh"] == "包装破损或不合格"
    assert request(house, asked)["status"] == "refused"


def test_an_older_visit_that_arrives_late_does_not_undo_a_newer_one(
    cast: Cast, clock: Clock
) -> None:
    house = cast.deployment
    plan(house, (GARAGE, []))
    before = house.now() + timedelta(minutes=1)
    clock.forward(hours=2)
    collected(cast)
    cast.device(PLATFORM).tell("visit", {"unit": GARAGE, "outcome": "absent"}, at=before)
    cast.device(PLATFORM).tell(
        "visit", {"unit": GARAGE, "round": ROUND, "outcome": "absent"}, at=before
    )
    assert stops(house) == [(GARAGE, "collected")]
    assert the_same_after_a_rebuild(house)


def test_a_door_that_a_later_plan_leaves_out_waits_for_another_round(cast: Cast) -> None:
    house = cast.deployment
    first, second = ask(house), ask(house, PLATFORM, FACTORY)
    plan(house, (GARAGE, [first]), (FACTORY, [second]))
    plan(house, (FACTORY, [second]))
    assert stops(house) == [(FACTORY, "")]
    assert request(house, first)["status"] == "open"
    assert next_round_number(house, PLATFORM, date(2026, 11, 23)) == "SY20261123002"
    plan(house, (GARAGE, [first]), number="SY20261123002")
    assert request(house, first)["round"] == "SY20261123002"
    assert the_same_after_a_rebuild(house)


def test_either_party_takes_a_request_back_and_nobody_else(cast: Cast) -> None:
    house = cast.deployment
    asked = ask(house)
    say(house, FACTORY, "cancel_request", request=asked, reason="other")
    assert request(house, asked)["status"] == "open"
    say(house, GARAGE, "cancel_request", request=asked, reason="withdrawn")
    assert request(house, asked)["status"] == "cancelled"
    plan(house, (GARAGE, [asked]))
    assert request(house, asked)["status"] == "cancelled"


def test_who_asks_for_somebody_else_has_asked_for_nobody(cast: Cast) -> None:
    asked = ask(cast.deployment, FACTORY, GARAGE)
    assert request(cast.deployment, asked)["status"] == "void"
    assert list_requests(cast.deployment, person(FACTORY)) == []


def test_the_round_of_one_platform_is_nobody_elses(cast: Cast) -> None:
    house = cast.deployment
    asked = ask(house)
    plan(house, (GARAGE, [asked]))
    for org in (GARAGE, PLANT):
        assert find_round(house, person(org), ROUND, PLATFORM) is None
        assert list_rounds(house, person(org)) == []
    assert [row["idx"] for row in list_requests(house, person(GARAGE))] == [asked]
    assert list_requests(house, person(PLANT)) == []
    assert list_clients(house, person(FACTORY)) == []
