"""A trace goes over merges in both directions; people see what they have had a part in."""

from decimal import Decimal

import pytest

from tests.cast import (
    BATCH,
    BUREAU,
    CARRIER,
    FACTORY,
    GARAGE,
    PLANT,
    PLATFORM,
    Cast,
    fill,
    merge,
    person,
    produce,
    treat,
)
from tests.devices import Clock
from tests.services.lives import drum, merged
from waste_trace.services.look_up import (
    count_up,
    find_manifest,
    find_public,
    list_containers,
    list_devices,
    list_events,
    list_findings,
    list_manifests,
    may_see_container,
    visible_among,
)
from waste_trace.services.review_deadlines import review_deadlines
from waste_trace.services.trace_container import UnknownContainer, trace_container


def test_the_life_of_a_drum_is_complete(cast: Cast, clock: Clock) -> None:
    told = drum(cast, clock)
    trace = trace_container(cast.deployment, told.code)
    assert [event["typ"] for event in trace.events] == [
        "issue", "fill", "store_in", "store_out", "open_manifest", "load", "depart", "arrive",
        "weigh_in", "accept", "treat",
    ]  # fmt: skip
    assert trace.complete
    assert (trace.sources, trace.ends, trace.findings) == ((), (), ())
    (batch,) = trace.batches
    assert (batch["batch"], batch["share"]) == (BATCH, Decimal(1))
    assert batch["share_kg"] == Decimal("180.000")
    assert (trace.container["state"], trace.container["holder"]) == ("treated", PLANT)
    weights = [trace.container[f"{who}_kg"] for who in ("declared", "dispatched", "received")]
    assert weights == [Decimal("180.000")] * 3


def test_a_drum_that_is_not_treated_is_not_complete(cast: Cast, clock: Clock) -> None:
    assert not trace_container(cast.deployment, drum(cast, clock, treated=False).code).complete


def test_a_code_that_nobody_knows(cast: Cast) -> None:
    with pytest.raises(UnknownContainer):
        trace_container(cast.deployment, "91330482MA2CUX11X39002140820261123999")


def test_a_trace_goes_up_and_down_a_merge(cast: Cast, clock: Clock) -> None:
    told = merged(cast, clock)
    up = trace_container(cast.deployment, told.big)
    assert [row["container"] for row in up.sources] == sorted(told.small)
    assert up.ends == ()
    down = trace_container(cast.deployment, told.small[0])
    assert [row["container"] for row in down.ends] == [told.big]
    assert down.container["state"] == "merged"
    assert not down.complete
    assert {event["container"] for event in down.events} == {told.small[0], told.big}
    assert {event["container"] for event in up.events} == {*told.small, told.big}
    apart = trace_container(cast.deployment, told.alone)
    assert (apart.sources, apart.ends) == ((), ())


def test_a_merged_container_is_complete_when_what_it_went_into_is(cast: Cast, clock: Clock) -> None:
    told = merged(cast, clock)
    (bigger,) = cast.containers(1, PLATFORM)
    clock.forward(minutes=10)
    plant = cast.device(PLANT)
    plant.tell("merge", merge([told.big], bigger, "36.000"))
    assert not trace_container(cast.deployment, told.small[0]).complete
    clock.forward(minutes=10)
    plant.tell("treat", treat([bigger], "36.000"))
    trace = trace_container(cast.deployment, told.small[0])
    assert trace.complete
    assert [row["container"] for row in trace.ends] == [told.big, bigger]  # nearest first
    up = trace_container(cast.deployment, bigger)
    assert [row["container"] for row in up.sources] == [told.big, *sorted(told.small)]


def test_shares_are_by_weight_over_every_pouring(cast: Cast, clock: Clock) -> None:
    one, two, mixed, large, small = cast.containers(5, PLATFORM)
    platform = cast.device(PLATFORM)
    into = [{"container": large, "weight_kg": "32.000"}, {"container": small, "weight_kg": "8.000"}]
    for typ, body in (
        ("fill", fill(one, "30.000")),
        ("fill", fill(two, "10.000")),
        ("store_in", {"containers": [one, two]}),
        ("merge", merge([one, two], mixed, "40.000")),
        ("store_in", {"containers": [mixed]}),
        ("split", {"containers": [mixed], "into": into}),
    ):
        clock.forward(minutes=10)
        platform.tell(typ, body)
    up = trace_container(cast.deployment, small)
    found = {row["container"]: (row["share"], row["share_kg"]) for row in up.sources}
    assert found == {
        mixed: (Decimal(1), Decimal("8.000")),
        one: (Decimal("0.75"), Decimal("6.000")),
        two: (Decimal("0.25"), Decimal("2.000")),
    }
    down = trace_container(cast.deployment, one)
    went = {row["container"]: (row["share"], row["share_kg"], row["last"]) for row in down.ends}
    assert went == {
        mixed: (Decimal(1), Decimal("30.000"), False),
        large: (Decimal("0.8"), Decimal("24.000"), True),
        small: (Decimal("0.2"), Decimal("6.000"), True),
    }


def test_a_circle_is_a_finding_of_the_review(cast: Cast, clock: Clock) -> None:
    first, second = cast.containers(2, PLATFORM)
    platform = cast.device(PLATFORM)
    platform.tell("merge", merge([first], second, "1"))
    clock.forward(minutes=10)
    platform.tell("merge", merge([second], first, "1"))
    review_deadlines(cast.deployment)
    found = [row for row in list_findings(cast.deployment, person(BUREAU))
             if row["rule"] == "genealogy_cycle"]  # fmt: skip
    assert [row["subject"] for row in found] == [min(first, second)]


def test_more_cannot_be_filled_than_was_produced(cast: Cast, clock: Clock) -> None:
    factory = cast.device(FACTORY)
    factory.tell("produce", produce("300.000"))
    for code in cast.containers(2):
        factory.tell("fill", fill(code, "180.000"))
    review_deadlines(cast.deployment)
    found = [row for row in list_findings(cast.deployment, person(BUREAU))
             if row["rule"] == "overdrawn" and row["cleared_idx"] is None]  # fmt: skip
    assert [row["subject"] for row in found] == [f"{FACTORY}/{BATCH}"]
    clock.forward(days=1)
    factory.tell("produce", produce("360.000"))
    review_deadlines(cast.deployment)
    again = [row for row in list_findings(cast.deployment, person(BUREAU))
             if row["rule"] == "overdrawn" and row["cleared_idx"] is None]  # fmt: skip
    assert again == []


def test_a_circle_of_merges_has_an_end(cast: Cast, clock: Clock) -> None:
    """It cannot be, but somebody can sign it."""
    first, second = cast.containers(2, PLATFORM)
    platform = cast.device(PLATFORM)
    platform.tell("merge", merge([first], second, "1"))
    clock.forward(minutes=10)
    platform.tell("merge", merge([second], first, "1"))
    trace = trace_container(cast.deployment, first)
    assert [row["container"] for row in trace.sources] == [second]
    assert [row["container"] for row in trace.ends] == [second]
    assert trace.findings


def test_a_trace_shows_the_findings_of_every_manifest_on_the_way(cast: Cast, clock: Clock) -> None:
    told = drum(cast, clock, received_kg="150.000", treated=False)
    (into,) = cast.containers(1, PLANT)
    clock.forward(minutes=10)
    cast.device(PLANT).tell("merge", merge([told.code], into, "150.000"))
    for code in (told.code, into):
        rules = [finding["rule"] for finding in trace_container(cast.deployment, code).findings]
        assert rules == ["weight_difference"], code


def test_everybody_sees_what_they_had_a_part_in(cast: Cast, clock: Clock) -> None:
    direct, run = drum(cast, clock), merged(cast, clock)
    seen = {
        org: {row["container"] for row in list_containers(cast.deployment, person(org))}
        for org in (BUREAU, FACTORY, PLATFORM, CARRIER, PLANT, GARAGE)
    }
    of_platform = {*run.small, run.big, run.alone}
    assert seen == {
        BUREAU: {direct.code, *of_platform},
        FACTORY: {direct.code},
        PLATFORM: of_platform,
        CARRIER: {direct.code},
        PLANT: {direct.code},
        GARAGE: set(),
    }
    everything = [direct.code, *of_platform]
    for org, visible in seen.items():
        assert visible_among(cast.deployment, person(org), everything) == visible
        for code in everything:
            assert may_see_container(cast.deployment, person(org), code) == (code in visible)
        for row in list_events(cast.deployment, person(org)):
            assert org in (BUREAU, row["org"])


def test_a_manifest_is_seen_by_its_three_parties(cast: Cast, clock: Clock) -> None:
    told = drum(cast, clock)
    for org in (BUREAU, FACTORY, CARRIER, PLANT):
        found = find_manifest(cast.deployment, person(org), told.manifest)
        assert found is not None
        assert (found["state"], found["containers"]) == ("closed", [told.code])
        assert (found["planned_kg"], found["received_kg"]) == (Decimal(180), Decimal(180))
        assert len(found["events"]) == 7
        assert [row["manifest"] for row in list_manifests(cast.deployment, person(org))] == [
            told.manifest
        ]
    for org in (GARAGE, PLATFORM):
        assert find_manifest(cast.deployment, person(org), told.manifest) is None
        assert list_manifests(cast.deployment, person(org)) == []


def test_findings_and_figures_are_ones_own(cast: Cast, clock: Clock) -> None:
    drum(cast, clock, received_kg="150.000")
    merged(cast, clock)
    rules = {
        org: [finding["rule"] for finding in list_findings(cast.deployment, person(org))]
        for org in (BUREAU, FACTORY, PLANT)
    }
    assert rules == {BUREAU: ["weight_difference"], FACTORY: [], PLANT: ["weight_difference"]}
    figures = {org: count_up(cast.deployment, person(org)) for org in (BUREAU, FACTORY, GARAGE)}
    assert figures[BUREAU]["batches"] == figures[FACTORY]["batches"] == 1
    assert figures[GARAGE] == {"states": {}, "findings": {}, "batches": 0}
    assert figures[FACTORY]["states"]["treated"] == {
        "zh": "已处置", "count": 1, "weight_kg": Decimal("180.000"),
    }  # fmt: skip
    assert figures[BUREAU]["findings"] == {"warning": 1}
    devices = list_devices(cast.deployment, person(FACTORY))
    assert [row["org"] for row in devices] == [FACTORY]
    assert len(list_devices(cast.deployment, person(BUREAU))) > len(devices)


def test_the_public_sees_no_weight_and_no_holder(cast: Cast, clock: Clock) -> None:
    told = drum(cast, clock)
    shown = find_public(cast.deployment, told.code)
    assert shown is not None
    assert shown.keys() == {
        "waste_code", "state", "state_zh", "rotation", "changed_at", "unit_name", "edition",
    }  # fmt: skip
    unissued = told.code[:-3] + "999"
    cast.device(FACTORY).tell("fill", fill(unissued))
    assert find_public(cast.deployment, unissued) is None


def test_lists_are_searched_by_state_code_and_waste(cast: Cast, clock: Clock) -> None:
    told, run = drum(cast, clock), merged(cast, clock)
    bureau = person(BUREAU)

    def codes(**how: object) -> set[str]:
        return {row["container"] for row in list_containers(cast.deployment, bureau, **how)}  # type: ignore[arg-type]

    assert codes(state="treated") == {told.code}
    assert codes(state="merged") == set(run.small)
    assert codes(code=told.code[-6:]) >= {told.code}
    assert codes(code="%") == codes(code="_") == set()
    assert len(codes(waste="900-214")) == 5
    assert codes(waste="900-249") == set()
    assert len(codes(limit=2)) == 2
    assert codes(limit=2) | codes(limit=9, offset=2) == codes()
