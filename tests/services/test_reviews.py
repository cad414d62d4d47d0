"""The daily review finds what time alone makes wrong, and lets it go when it is put right."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.cast import (
    BUREAU,
    CARRIER,
    DAY,
    FACTORY,
    GARAGE,
    PLANT,
    PLATFORM,
    Cast,
    fill,
    open_manifest,
    person,
    produce,
    transport,
    treat,
    weigh_in,
)
from tests.devices import Clock
from tests.services.lives import drum, merged
from tests.services.test_desk_and_corrections import the_same_after_a_rebuild
from waste_trace.codes import digital_id, uscc
from waste_trace.services.issue_labels import issue_labels, sign_label
from waste_trace.services.record_at_desk import record_at_desk
from waste_trace.services.register_party import register_organisation, register_site
from waste_trace.services.review_deadlines import review_deadlines
from waste_trace.store.tables import Finding
from waste_trace.store.writing import table_of

POINT = "TS-POINT"
#: A second carrier.
NEXT = str(uscc.build("9", "1", "330402", "MA2NEXT09"))


def review(cast: Cast, clock: Clock, **forward: float) -> None:
    """Let time pass and the day be reviewed."""
    clock.forward(**forward)
    day, wrote = review_deadlines(cast.deployment)
    assert wrote, f"{day} was reviewed before"


def standing(cast: Cast, *rules: str) -> list[dict[str, Any]]:
    """The findings of these rules that are not cleared."""
    table = table_of(Finding)
    query = select(table).where(table.c.rule.in_(rules), table.c.cleared_idx.is_(None))
    with cast.deployment.engine.connect() as connection:
        return [dict(row) for row in connection.execute(query.order_by(table.c.key)).mappings()]


def containers_of(cast: Cast, waste: str, count: int = 1, unit: str = FACTORY) -> list[str]:
    """Codes of another waste."""
    issued = issue_labels(cast.deployment, unit, waste, DAY, count)
    return [str(token.digital_id) for token in issued.tokens]


def test_an_operator_may_store_for_a_year(cast: Cast, clock: Clock) -> None:
    code = drum(cast, clock, treated=False).code
    review(cast, clock, days=365)
    assert standing(cast, "storage_time", "producer_storage_time") == []
    cast.device(PLANT).tell("store_in", {"containers": [code]})
    cast.device(PLANT).tell("move", {"containers": [code], "place": "B"})
    review(cast, clock, days=2)
    (found,) = standing(cast, "storage_time", "producer_storage_time")
    assert (found["rule"], found["subject"], found["org"]) == ("storage_time", code, PLANT)
    cast.device(PLANT).tell("treat", treat([code]))
    review(cast, clock, days=1)
    assert standing(cast, "storage_time") == []
    assert the_same_after_a_rebuild(cast.deployment)


def test_medical_waste_stands_for_two_days_where_it_arose(cast: Cast, clock: Clock) -> None:
    (code,) = containers_of(cast, "841-001-01")
    (other,) = cast.containers()
    for one in (code, other):
        cast.device(FACTORY).tell("fill", fill(one, "8"))
    review(cast, clock, days=2)
    assert standing(cast, "medical_storage") == []
    review(cast, clock, days=1)
    assert [row["subject"] for row in standing(cast, "medical_storage")] == [code]


def test_stock_that_stood_there_before_the_record_began_says_since_when(
    cast: Cast, clock: Clock
) -> None:
    (code,) = cast.containers()
    body = {"containers": [code], "weight_kg": "180", "stored_since": "2024-01-31"}
    record_at_desk(cast.deployment, person(FACTORY), "open_stock", body, site="TS-FACTORY")
    review(cast, clock)
    (found,) = standing(cast, "producer_storage_time")
    assert "2024-01-31" in found["facts"]


def test_a_storage_point_holds_three_tonnes(cast: Cast, clock: Clock) -> None:
    register_site(cast.deployment, POINT, FACTORY, "点", "贮存点")
    codes = cast.containers(4)
    for code in codes:
        cast.device(FACTORY).tell("fill", fill(code, "1000.000"))
        cast.device(FACTORY).tell("store_in", {"containers": [code]}, site=POINT)
    review(cast, clock)
    (found,) = standing(cast, "storage_amount", "capacity")
    assert (found["rule"], found["subject"], found["org"]) == ("storage_amount", POINT, FACTORY)
    assert "4000.000 kg" in found["zh"]
    cast.device(FACTORY).tell("store_out", {"containers": codes[:1]}, site=POINT)
    review(cast, clock, days=1)
    assert standing(cast, "storage_amount") == []


def test_an_acid_and_a_base_stand_in_zones_of_their_own(cast: Cast, clock: Clock) -> None:
    (acid,), (base,) = containers_of(cast, "900-300-34"), containers_of(cast, "900-352-35")
    factory = cast.device(FACTORY)
    for code in (acid, base):
        factory.tell("fill", fill(code, "20"))
        factory.tell("store_in", {"containers": [code], "place": "A"})
    review(cast, clock)
    (found,) = standing(cast, "incompatible_neighbours")
    assert found["subject"] == "TS-FACTORY"
    factory.tell("move", {"containers": [base], "place": "B"})
    review(cast, clock, days=1)
    assert standing(cast, "incompatible_neighbours") == []
    assert the_same_after_a_rebuild(cast.deployment)


def test_a_label_that_nobody_reads_is_missing(cast: Cast, clock: Clock) -> None:
    typed, seen, read = cast.containers(3)
    factory = cast.device(FACTORY)
    text = sign_label(cast.deployment, digital_id.parse(read), 0).text
    for code in (typed, seen, read):
        factory.tell("fill", fill(code, "20"))
        factory.tell("store_in", {"containers": [code]})
    for code in (typed, read):
        factory.tell("move", {"containers": [code], "place": "B"})
    factory.tell("move", {"containers": [read], "labels": [text], "place": "C"})
    factory.tell("inspect", {"containers": [seen], "result": "unreadable"})
    review(cast, clock)
    assert {row["subject"] for row in standing(cast, "unlabelled_container")} == {typed, seen}
    factory.tell("relabel", {"containers": [typed]})
    review(cast, clock, days=1)
    assert [row["subject"] for row in standing(cast, "unlabelled_container")] == [seen]


def test_a_manifest_is_confirmed_in_time_and_has_an_end(cast: Cast, clock: Clock) -> None:
    code, number = cast.containers()[0], cast.manifest()
    told: list[tuple[str, str, dict[str, Any]]] = [
        (FACTORY, "produce", produce()),
        (FACTORY, "fill", fill(code)),
        (FACTORY, "store_in", {"containers": [code]}),
        (FACTORY, "store_out", {"containers": [code]}),
        (FACTORY, "open_manifest", open_manifest(number, [code])),
        (CARRIER, "load", transport(number, [code])),
        (CARRIER, "depart", transport(number, [code])),
        (CARRIER, "arrive", transport(number, [code])),
        (PLANT, "weigh_in", weigh_in(number, [code])),
    ]
    for org, typ, body in told:
        clock.forward(minutes=10)
        cast.device(org).tell(typ, body)
    # Monday the 23rd: five working days end with Monday the 30th
    review(cast, clock, days=7)
    assert standing(cast, "late_confirmation", "open_manifest") == []
    review(cast, clock, days=1)
    (late,) = standing(cast, "late_confirmation", "open_manifest")
    assert (late["rule"], late["subject"], late["org"]) == ("late_confirmation", number, PLANT)
    review(cast, clock, days=9)
    assert len(standing(cast, "open_manifest")) == 1
    cast.device(PLANT).tell("accept", {"containers": [code], "manifest": number})
    review(cast, clock, days=1)
    (confirmed,) = standing(cast, "late_confirmation", "open_manifest")
    assert confirmed["key"] == late["key"]
    assert "仍未" not in confirmed["zh"]
    review(cast, clock, days=30)
    assert len(standing(cast, "late_confirmation")) == 1
    assert the_same_after_a_rebuild(cast.deployment)


def test_a_confirmation_that_arrives_late_but_was_in_time_is_no_finding(
    cast: Cast, clock: Clock
) -> None:
    number, code = cast.manifest(), cast.containers()[0]
    cast.device(FACTORY).tell("open_manifest", open_manifest(number, [code]))
    plant = cast.device(PLANT)
    plant.tell("weigh_in", weigh_in(number, [code]))
    body = {"containers": [code], "manifest": number}
    signed = plant.sign("accept", body, at=cast.deployment.now() + timedelta(days=1), offline=True)
    review(cast, clock, days=10)
    assert [row["subject"] for row in standing(cast, "late_confirmation")] == [number]
    plant.send(signed)
    review(cast, clock, days=1)
    assert standing(cast, "late_confirmation") == []


@pytest.mark.parametrize("paper", [False, True])
@pytest.mark.parametrize(("days", "late"), [(14, False), (15, True)])
def test_a_transfer_on_paper_is_entered_within_ten_working_days(
    cast: Cast, clock: Clock, days: int, late: bool, paper: bool
) -> None:
    # Monday the 23rd: ten working days end with Monday the 7th of December
    then = cast.deployment.now()
    (code,), number = cast.containers(), cast.manifest()
    clock.forward(days=days)
    said: list[tuple[str, str, dict[str, Any]]] = [
        (FACTORY, "open_manifest", open_manifest(number, [code])),
        (CARRIER, "arrive", transport(number, [code])),
        (PLANT, "weigh_in", weigh_in(number, [code])),
        (PLANT, "accept", {"containers": [code], "manifest": number}),
    ]
    if paper:
        stated = {"number": "P-1", "handed_over_at": then.isoformat().replace("+00:00", "Z")}
        said = [
            (org, typ, {**body, "paper": stated}) for org, typ, body in said if typ != "weigh_in"
        ]
    for org, typ, body in said:
        record_at_desk(cast.deployment, person(org), typ, body, claimed_at=then)
    review(cast, clock)
    assert [row["org"] for row in standing(cast, "late_back_entry")] == [FACTORY] * late
    assert standing(cast, "late_confirmation") == []


def test_a_device_is_silent_while_waste_is_in_hand(cast: Cast, clock: Clock) -> None:
    (code,) = cast.containers()
    cast.device(FACTORY).tell("fill", fill(code))
    cast.device(CARRIER).tell("label", {"containers": [code]})
    review(cast, clock, days=9)
    (found,) = standing(cast, "silent_device")
    assert (found["org"], found["subject"]) == (FACTORY, f"{cast.device(FACTORY).dev}/0")
    cast.device(FACTORY).tell("store_in", {"containers": [code]})
    review(cast, clock, days=1)
    assert standing(cast, "silent_device") == []


def test_a_camera_that_sends_nothing_before_a_full_store_is_silent(
    cast: Cast, clock: Clock
) -> None:
    (code,) = cast.containers()
    factory = cast.device(FACTORY)
    factory.tell("fill", fill(code))
    factory.tell("store_in", {"containers": [code]})
    picture = {"camera": "CAM-1", "sha256": "0" * 64, "media_type": "image/png"}
    factory.tell("capture_frame", picture)
    review(cast, clock, days=1)
    assert standing(cast, "camera_silent") == []
    review(cast, clock, days=3)
    assert [row["subject"] for row in standing(cast, "camera_silent")] == ["CAM-1"]
    factory.tell("capture_frame", {**picture, "sha256": "1" * 64})
    review(cast, clock, days=1)
    assert standing(cast, "camera_silent") == []


def test_a_small_producer_with_waste_is_visited(cast: Cast, clock: Clock) -> None:
    merged(cast, clock)
    review(cast, clock, days=100)
    assert standing(cast, "no_collection") == []
    (code,) = cast.containers(unit=GARAGE)
    cast.device(GARAGE).tell("fill", fill(code, "20"))
    review(cast, clock, days=1)
    (found,) = standing(cast, "no_collection")
    assert (found["subject"], found["org"]) == (GARAGE, PLATFORM)
    platform = cast.device(PLATFORM)
    platform.tell("collect", {"containers": [code], "from_org": GARAGE, "weight_kg": "20"})
    review(cast, clock, days=1)
    assert standing(cast, "no_collection") == []
    assert the_same_after_a_rebuild(cast.deployment)


def test_a_producer_under_contract_is_visited_as_often_as_was_agreed(
    cast: Cast, clock: Clock
) -> None:
    contract = {
        "unit": GARAGE, "contract": "C-1", "since": "2026-11-23", "until": "2027-11-22",
        "interval_days": 30,
    }  # fmt: skip
    record_at_desk(cast.deployment, person(PLATFORM), "sign_client", contract)
    review(cast, clock, days=40)
    assert standing(cast, "no_collection") == []  # nothing waits there, nothing is expected
    expected = {
        "unit": GARAGE, "waste_code": "900-214-08", "edition": "2021", "waste_name": "废矿物油",
        "form": "液态", "forecast_kg": "300",
    }  # fmt: skip
    record_at_desk(cast.deployment, person(PLATFORM), "register_stream", expected)
    review(cast, clock, days=1)
    (found,) = standing(cast, "no_collection")
    assert (found["subject"], found["org"]) == (GARAGE, PLATFORM)
    assert the_same_after_a_rebuild(cast.deployment)


def test_production_is_compared_with_the_plan_of_the_year(cast: Cast, clock: Clock) -> None:
    source = {"waste_name": "废矿物油", "waste_code": "900-214-08", "weight_kg": "3650"}
    plan = {
        "year": 2027, "level": "registered", "unit_info": {"name": "厂"},
        "sources": [source, {**source, "waste_code": "900-249-08"}],
    }  # fmt: skip
    record_at_desk(cast.deployment, person(FACTORY), "file_plan", plan)
    clock.forward(days=60)
    (code,) = cast.containers()
    cast.device(FACTORY).tell("fill", fill(code, "1000"))
    review(cast, clock, days=39 + 101)  # 12 June: 163 of 365 days, 1630 kg are expected
    (over, none) = standing(cast, "forecast_deviation")
    assert {row["key"].split(":")[2] for row in (over, none)} == {"900-214-08", "900-249-08"}
    cast.device(FACTORY).tell("fill", fill(cast.containers()[0], "600"))
    review(cast, clock, days=1)
    (none,) = standing(cast, "forecast_deviation")
    assert "900-249-08" in none["zh"]


def test_a_plan_says_which_declarations_are_due(cast: Cast, clock: Clock) -> None:
    plan = {
        "year": 2026, "level": "key", "unit_info": {"name": "厂"},
        "sources": [{"waste_name": "油", "waste_code": "900-214-08", "weight_kg": "1"}],
    }  # fmt: skip
    record_at_desk(cast.deployment, person(FACTORY), "file_plan", plan)
    review(cast, clock, days=140)  # 12 April 2027
    kinds = {tuple(row["key"].split(":")[2:]) for row in standing(cast, "late_filing")}
    months = {("month", f"2026-{m}") for m in (11, 12)} | {("month", f"2027-0{m}") for m in (1, 2)}
    assert kinds == months | {("year", "2026"), ("plan", "2027")}


def test_a_declaration_is_due_by_the_fifteenth(cast: Cast, clock: Clock) -> None:
    body = {"org": FACTORY, "management": "key"}
    record_at_desk(cast.deployment, person(BUREAU), "classify_org", body)
    review(cast, clock, days=22)  # 15 December
    assert standing(cast, "late_filing") == []
    review(cast, clock, days=1)
    (found,) = standing(cast, "late_filing")
    assert found["key"] == f"late_filing:{FACTORY}:month:2026-11"
    said = {"kind": "month", "period": "2026-11"}
    record_at_desk(cast.deployment, person(FACTORY), "file_declaration", said)
    review(cast, clock, days=1)
    assert standing(cast, "late_filing") == []


ROUTE = [
    {"latitude": "30.6", "longitude": "121.05"},
    {"latitude": "30.7", "longitude": "121.05"},
]


def on_the_road(cast: Cast, clock: Clock, points: list[tuple[str, str]]) -> str:
    """A manifest whose vehicle passes these points, 10 minutes apart."""
    code, number = cast.containers()[0], cast.manifest()
    cast.device(FACTORY).tell("open_manifest", open_manifest(number, [code]))
    carrier = cast.device(CARRIER)
    carrier.tell("depart", transport(number, [code]))
    for latitude, longitude in points:
        clock.forward(minutes=10)
        place = {"latitude": latitude, "longitude": longitude}
        carrier.tell("waypoint", transport(number, [code], **place))
    return number


@pytest.mark.parametrize("planned", ["before", "after"])
def test_a_truck_off_its_planned_route_is_found_at_once(
    cast: Cast, clock: Clock, planned: str
) -> None:
    points = [("30.62", "121.05"), ("30.65", "121.15"), ("30.68", "121.05")]
    number = "20263304000001" if planned == "before" else on_the_road(cast, clock, points)
    body = {"manifest": number, "points": ROUTE, "width_m": 1000, "minutes": 30}
    record_at_desk(cast.deployment, person(FACTORY), "plan_route", body)
    if planned == "before":
        assert on_the_road(cast, clock, points) == number
    (found,) = standing(cast, "route_deviation")
    assert (found["subject"], found["org"]) == (number, CARRIER)
    assert "9.6 km" in found["en"]
    assert standing(cast, "time_deviation") == []
    review(cast, clock, days=1)
    assert len(standing(cast, "time_deviation")) == 1
    assert the_same_after_a_rebuild(cast.deployment)


def on_the_way(cast: Cast, clock: Clock, count: int = 2) -> tuple[str, list[str]]:
    """Drums that a first carrier has loaded, to be handed over to ``NEXT``; manifest and codes."""
    register_organisation(cast.deployment, NEXT, "接运", ["transporter"], "330482")
    codes, number = cast.containers(count), cast.manifest()
    opened = {**open_manifest(number, codes, "360.000"), "next_carriers": [NEXT]}
    steps: list[tuple[str, str, dict[str, Any]]] = [
        *((FACTORY, "fill", fill(code)) for code in codes),
        (FACTORY, "store_in", {"containers": codes}),
        (FACTORY, "store_out", {"containers": codes}),
        (FACTORY, "open_manifest", opened),
        (CARRIER, "load", transport(number, codes)),
        (CARRIER, "depart", transport(number, codes)),
    ]
    for org, typ, body in steps:
        clock.forward(minutes=10)
        cast.device(org).tell(typ, body)
    clock.forward(minutes=10)
    return number, codes
