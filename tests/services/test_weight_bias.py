"""Deliveries that are each within tolerance, and short every time, are found by the review."""

import json
from typing import Any

from tests.cast import (
    CARRIER,
    FACTORY,
    GARAGE,
    PLANT,
    PLATFORM,
    Cast,
    collect,
    fill,
    merge,
    open_manifest,
    transport,
    weigh_in,
)
from tests.devices import Clock
from tests.services.lives import drum
from tests.services.test_desk_and_corrections import the_same_after_a_rebuild
from tests.services.test_projection import open_findings, rows
from waste_trace.services.review_deadlines import review_deadlines
from waste_trace.store.tables import Finding


def test_a_gram_at_a_time(cast: Cast, clock: Clock) -> None:
    for _ in range(11):
        drum(cast, clock, received_kg="179.000", treated=False)
    assert "weight_difference" not in open_findings(cast.deployment)
    assert "weight_bias" not in open_findings(cast.deployment)
    review_deadlines(cast.deployment)
    assert open_findings(cast.deployment)["weight_bias"] == f"{FACTORY}>{PLANT}"
    # Honest weighings again: the one side is no longer that much fuller than the other.
    for _ in range(4):
        drum(cast, clock, received_kg="180.500", treated=False)
    clock.forward(days=1)
    review_deadlines(cast.deployment)
    assert "weight_bias" not in open_findings(cast.deployment)
    assert the_same_after_a_rebuild(cast.deployment)


def biases(cast: Cast) -> dict[str, dict[str, Any]]:
    """The open findings of the rule, by what they are on, with their facts."""
    return {
        row["subject"]: json.loads(row["facts"])
        for row in rows(cast.deployment, Finding)
        if row["rule"] == "weight_bias" and row["cleared_idx"] is None
    }


def collected(cast: Cast, clock: Clock, door_kg: str, depot_kg: str, declared_kg: str = "") -> str:
    """One container from a garage's door to the platform's scale."""
    (code,) = cast.containers(1, GARAGE)
    steps = [
        (GARAGE if declared_kg else PLATFORM, "fill", fill(code, declared_kg or door_kg)),
        (PLATFORM, "collect", collect(code, door_kg)),
        (PLATFORM, "weigh", {"containers": [code], "weight_kg": depot_kg}),
        (PLATFORM, "store_in", {"containers": [code]}),
    ]
    for org, typ, body in steps:
        clock.forward(minutes=10)
        cast.device(org).tell(typ, body)
    return code


def test_half_a_kilogram_of_every_drum_from_a_door(cast: Cast, clock: Clock) -> None:
    codes = [collected(cast, clock, "18.000", "17.500") for _ in range(10)]
    review_deadlines(cast.deployment)
    assert biases(cast) == {}
    codes.append(collected(cast, clock, "18.000", "17.500"))
    clock.forward(days=1)
    review_deadlines(cast.deployment)
    found = biases(cast)
    # With this producer, and of the platform with all its producers together.
    assert found.keys() == {f"{GARAGE}>{PLATFORM}", PLATFORM}
    assert found[PLATFORM]["containers"] == codes
    assert found[PLATFORM]["difference_kg"] == "-5.500"
    # None of them differs by more than scales do.
    assert not open_findings(cast.deployment).keys() & {"reweighed", "packing_difference"}
    for _ in range(4):
        collected(cast, clock, "18.000", "18.400")
    clock.forward(days=1)
    review_deadlines(cast.deployment)
    assert biases(cast) == {}
    assert the_same_after_a_rebuild(cast.deployment)


def test_what_a_producer_declared_counts_and_not_what_was_written_at_the_door(
    cast: Cast, clock: Clock
) -> None:
    for _ in range(11):
        code = collected(cast, clock, "17.500", "17.500", declared_kg="18.000")
    review_deadlines(cast.deployment)
    assert biases(cast)[f"{GARAGE}>{PLATFORM}"]["difference_kg"] == "-5.500"
    # What the plant's scale says of the last one later is between the plant and the platform.
    number = cast.manifest(PLATFORM)
    steps = [
        (PLATFORM, "store_out", {"containers": [code]}),
        (PLATFORM, "open_manifest", open_manifest(number, [code], "17.500")),
        (CARRIER, "load", transport(number, [code])),
        (CARRIER, "arrive", transport(number, [code])),
        (PLANT, "weigh_in", weigh_in(number, [code], "10.000")),
    ]
    for org, typ, body in steps:
        clock.forward(minutes=10)
        cast.device(org).tell(typ, body)
    clock.forward(days=1)
    review_deadlines(cast.deployment)
    assert biases(cast)[f"{GARAGE}>{PLATFORM}"]["difference_kg"] == "-5.500"
    assert the_same_after_a_rebuild(cast.deployment)


def test_waste_that_is_written_off_was_on_no_scale(cast: Cast, clock: Clock) -> None:
    for _ in range(11):
        code = collected(cast, clock, "18.000", "18.000")
        body = {"containers": [code], "reason": "spilled"}
        cast.device(PLATFORM).tell("write_off", body)
    review_deadlines(cast.deployment)
    assert biases(cast) == {}


def test_a_little_less_each_time_that_the_depot_pours_together(cast: Cast, clock: Clock) -> None:
    for _ in range(11):
        codes = [collected(cast, clock, "18.000", "18.000") for _ in range(2)]
        (big,) = cast.containers(1, PLATFORM)
        clock.forward(minutes=10)
        cast.device(PLATFORM).tell("merge", merge(codes, big, "35.500"))
    review_deadlines(cast.deployment)
    found = biases(cast)
    assert found.keys() == {PLATFORM}
    assert found[PLATFORM]["difference_kg"] == "-5.500"
    assert the_same_after_a_rebuild(cast.deployment)
