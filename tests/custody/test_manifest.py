"""The manifest as its events tell it: parts of three parties, in any order of arrival."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cast import CARRIER, FACTORY, PLANT
from tests.custody.lives import CODE, MANIFEST, OTHER, touch
from waste_trace.custody.fold import Touch
from waste_trace.custody.manifest import (
    MANIFEST_VERBS,
    PROGRESS,
    PROGRESS_ZH,
    ManifestPresent,
    fold_manifest,
)

BOTH = (CODE, OTHER)
LINES = [
    {"waste_code": "900-214-08", "weight_kg": "180.000"},
    {"waste_code": "900-041-49", "weight_kg": "20.500"},
]


def history() -> list[Touch]:
    """One manifest with two drums."""
    return [
        touch(0, "number_manifest", org="", containers=(), manifest=MANIFEST),
        touch(1, "open_manifest", minutes=10, org=FACTORY, containers=BOTH, carrier=CARRIER,
              receiver=PLANT, lines=LINES, vehicle_plate="浙F00001"),
        touch(2, "load", minutes=20, org=CARRIER, containers=(CODE,), vehicle_plate="浙F7K21挂",
              weight_kg="181.000"),
        touch(3, "load", minutes=21, org=CARRIER, containers=(OTHER,), weight_kg="20.000"),
        touch(4, "depart", minutes=30, org=CARRIER, containers=BOTH),
        touch(5, "arrive", minutes=60, org=CARRIER, containers=BOTH),
        touch(6, "weigh_in", minutes=70, org=PLANT, containers=(CODE,), weight_kg="179.500"),
        touch(7, "weigh_in", minutes=71, org=PLANT, containers=(OTHER,), weight_kg="20.000"),
        touch(8, "accept", minutes=80, org=PLANT, containers=BOTH),
    ]  # fmt: skip


@pytest.fixture
def touches() -> list[Touch]:
    """The history, with the organisation that asked for the number."""
    whole = history()
    whole[0] = replace(whole[0], body={"manifest": MANIFEST, "org": FACTORY})
    return whole


def test_the_three_parts_of_a_manifest(touches: list[Touch]) -> None:
    present = fold_manifest(touches)
    assert (present.sender, present.carrier, present.receiver) == (FACTORY, CARRIER, PLANT)
    assert present.state == "accepted"
    assert present.containers == BOTH
    assert present.vehicle_plate == "浙F7K21挂"
    assert present.planned_kg == Decimal("200.500")
    assert present.loaded_kg == {CODE: Decimal("181.000"), OTHER: Decimal("20.000")}
    assert present.received_kg == Decimal("199.500")
    assert present.weighed_containers == BOTH
    assert present.opened == touches[1]


def test_how_far_it_has_come_event_by_event(touches: list[Touch]) -> None:
    states = [fold_manifest(touches[:known]).state for known in range(1, len(touches) + 1)]
    assert states == ["numbered", "opened", "loaded", "loaded", "in_transit", "arrived",
                      "weighed", "weighed", "accepted"]  # fmt: skip


@given(st.permutations(range(9)))
def test_the_order_of_arrival_does_not_matter(order: list[int]) -> None:
    whole = history()
    whole[0] = replace(whole[0], body={"manifest": MANIFEST, "org": FACTORY})
    shuffled = [replace(whole[place], idx=idx) for idx, place in enumerate(order)]
    folded, expected = fold_manifest(shuffled), fold_manifest(whole)
    for one, other in zip(
        [folded.opened, *folded.weighed], [expected.opened, *expected.weighed], strict=True
    ):
        assert one is not None
        assert other is not None
        assert replace(one, idx=other.idx) == other
    same = {"opened": None, "weighed": ()}
    assert replace(folded, **same) == replace(expected, **same)  # type: ignore[arg-type]


@given(st.sets(st.integers(0, 8), min_size=1))
def test_a_late_event_never_takes_a_manifest_back(known: set[int]) -> None:
    whole = history()
    whole[0] = replace(whole[0], body={"manifest": MANIFEST, "org": FACTORY})
    before = fold_manifest([whole[place] for place in known])
    after = fold_manifest(whole)
    assert PROGRESS.index(before.state) <= PROGRESS.index(after.state)
    assert set(before.containers) <= set(after.containers)


def test_the_same_containers_on_the_scale_again_weigh_what_they_weigh_now() -> None:
    first, second, corrected = (
        touch(1, "weigh_in", minutes=1, containers=(CODE,), weight_kg="150.000"),
        touch(2, "weigh_in", minutes=2, containers=(OTHER,), weight_kg="20.000"),
        touch(3, "weigh_in", minutes=3, containers=(CODE,), weight_kg="179.500"),
    )
    assert fold_manifest([first, second]).received_kg == Decimal("170.000")
    assert fold_manifest([first, second, corrected]).received_kg == Decimal("199.500")
    together = replace(corrected, body={**corrected.body, "containers": list(BOTH)})
    assert fold_manifest([first, second, together]).received_kg == Decimal("179.500")


def test_what_nobody_has_said_is_not_known() -> None:
    present = fold_manifest([touch(0, "depart", org=CARRIER)])
    assert present == ManifestPresent(state="in_transit", containers=(CODE,))
    assert (present.planned_kg, present.received_kg) == (None, None)


def test_the_carrier_that_loads_is_the_carrier_until_the_sender_names_one() -> None:
    loaded = touch(0, "load", org="OTHER-CARRIER")
    assert fold_manifest([loaded]).carrier == "OTHER-CARRIER"
    opened = touch(1, "open_manifest", minutes=1, org=FACTORY, carrier=CARRIER, receiver=PLANT,
                   lines=LINES)  # fmt: skip
    assert fold_manifest([loaded, opened]).carrier == CARRIER


def test_a_weighing_a_day_later_is_still_of_this_manifest(touches: list[Touch]) -> None:
    late = replace(touches[6], claimed_at=touches[6].claimed_at + timedelta(days=1))
    assert fold_manifest([*touches[:6], late, *touches[7:]]).received_kg == Decimal("199.500")


def test_every_stage_has_a_verb_and_a_name() -> None:
    assert PROGRESS_ZH.keys() == set(PROGRESS)
    said = {"org": FACTORY, "carrier": CARRIER, "receiver": PLANT, "weight_kg": "1", "lines": LINES}
    alone = [replace(touch(0, verb), body=said) for verb in MANIFEST_VERBS]
    assert {fold_manifest([one]).state for one in alone} == set(PROGRESS)
