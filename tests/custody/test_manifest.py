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
from waste_trace.custody.manifest import ManifestPresent, fold_manifest
from waste_trace.custody.manifest_parts import CarrierPart
from waste_trace.custody.manifest_progress import MANIFEST_VERBS, PROGRESS, PROGRESS_ZH

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
    assert timeless(fold_manifest(shuffled)) == timeless(fold_manifest(whole))


def timeless(present: ManifestPresent) -> ManifestPresent:
    """Without the places in the ledger, which say nothing of the world."""
    assert present.opened is not None
    return replace(
        present,
        opened=replace(present.opened, idx=0),
        weighed=tuple(replace(one, idx=0) for one in present.weighed),
    )


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
    departed = touch(0, "depart", org=CARRIER)
    present = fold_manifest([departed])
    part = CarrierPart(CARRIER, started_at=departed.claimed_at)
    assert present == ManifestPresent(state="in_transit", containers=(CODE,), carriers=(part,))
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


def test_every_stage_is_reached_and_has_a_name() -> None:
    assert PROGRESS_ZH.keys() == set(PROGRESS)
    said = {"org": FACTORY, "carrier": CARRIER, "receiver": PLANT, "weight_kg": "1", "lines": LINES,
            "containers": [CODE], "to_org": PLANT, "latitude": "1",
            "longitude": "1"}  # fmt: skip
    in_part = {**said, "refused": [OTHER]}
    alone = [
        replace(touch(0, verb), body=in_part if verb == "accept_in_part" else said)
        for verb in MANIFEST_VERBS
    ]
    accepted = replace(touch(0, "accept"), body=said)
    reached = {fold_manifest([one]).state for one in alone}
    assert reached | {fold_manifest([accepted], {CODE}).state} == set(PROGRESS)


OTHER_CARRIER = "91330482MA2BEF34X5"
STRANGER = "91330482MA28AB125R"


def two_carriers() -> list[Touch]:
    """One drum, loaded by one carrier and brought by another."""
    return [
        touch(1, "open_manifest", minutes=10, org=FACTORY, carrier=CARRIER, receiver=PLANT,
              lines=LINES[:1], next_carriers=[OTHER_CARRIER]),
        touch(2, "load", minutes=20, org=CARRIER, vehicle_plate="浙F1", place="平湖"),
        touch(3, "depart", minutes=30, org=CARRIER, vehicle_plate="浙F1"),
        touch(4, "waypoint", minutes=40, org=CARRIER, latitude="30.7", longitude="121",
              place="嘉兴"),
        touch(5, "hand_over", minutes=50, org=CARRIER, to_org=OTHER_CARRIER, place="海盐"),
        touch(6, "take_over", minutes=51, org=OTHER_CARRIER, from_org=CARRIER, place="海盐",
              vehicle_plate="浙F2"),
        touch(7, "arrive", minutes=80, org=OTHER_CARRIER, place="嘉善"),
    ]  # fmt: skip


def test_each_carrier_has_a_part() -> None:
    first, second = fold_manifest(two_carriers()).carriers
    assert (first.org, first.plate, first.start, first.end) == (CARRIER, "浙F1", "平湖", "海盐")
    assert (first.to_org, second.from_org) == (OTHER_CARRIER, CARRIER)
    assert [one.place for one in first.waypoints] == ["嘉兴"]
    assert (second.org, second.plate, second.start, second.end) == (
        OTHER_CARRIER, "浙F2", "海盐", "嘉善",
    )  # fmt: skip
    assert first.ended_at
    assert second.started_at
    assert first.ended_at < second.started_at
    assert fold_manifest(two_carriers()).irregular == ()


@given(st.permutations(range(7)))
def test_the_parts_of_carriers_do_not_depend_on_arrival(order: list[int]) -> None:
    whole = two_carriers()
    shuffled = [replace(whole[place], idx=idx) for idx, place in enumerate(order)]
    without = [tuple(replace(part, waypoints=()) for part in fold_manifest(one).carriers)
               for one in (whole, shuffled)]  # fmt: skip
    assert without[0] == without[1]


def test_who_is_handed_the_waste_is_named_and_nobody_else() -> None:
    whole = two_carriers()
    opened = replace(whole[0], body={**whole[0].body, "next_carriers": []})
    assert fold_manifest([opened, *whole[1:]]).irregular == ()
    found = fold_manifest([opened, *whole[1:4], *whole[5:]]).irregular
    assert [(one.kind, one.touch.idx) for one in found] == [
        ("unnamed_party", 6), ("unnamed_party", 7),
    ]  # fmt: skip


def received(*events: Touch) -> list[Touch]:
    """Two drums at the receiver, and what was done with them there."""
    return [*history()[1:8], *events]


def test_a_part_is_refused_and_comes_back() -> None:
    in_part = touch(8, "accept_in_part", minutes=80, org=PLANT, containers=(CODE,), refused=[OTHER],
                    differences=["quantity"], method="R9")  # fmt: skip
    back = touch(9, "return", minutes=90, org=CARRIER, containers=(OTHER,))
    taken = touch(10, "take_back", minutes=120, org=FACTORY, containers=(OTHER,))
    present = fold_manifest(received(in_part))
    assert present.state == "accepted_in_part"
    assert present.differences == ("quantity",)
    assert {code: one.verdict for code, one in present.decisions.items()} == {
        CODE: "accepted", OTHER: "refused",
    }  # fmt: skip
    assert present.outcomes[0].method == "R9"
    present = fold_manifest(received(in_part, back, taken))
    assert present.state == "accepted_in_part"
    assert present.decisions[OTHER].returned
    assert [part.back for part in present.carriers] == [False, True]
    assert present.carriers[1].ended_at == taken.claimed_at
    assert fold_manifest(received(in_part, back), {CODE}).state == "accepted_in_part"
    assert fold_manifest(received(in_part, back, taken), {CODE}).state == "closed"


def test_all_of_it_is_refused_and_comes_back() -> None:
    reject = touch(8, "reject", minutes=80, org=PLANT, containers=BOTH, differences=["name"])
    back = touch(9, "return", minutes=90, org=CARRIER, containers=BOTH)
    half = touch(10, "take_back", minutes=120, org=FACTORY, containers=(OTHER,))
    rest = touch(11, "take_back", minutes=121, org=FACTORY, containers=(CODE,))
    steps = [reject, back, half, rest]
    states = [fold_manifest(received(*steps[:known])).state for known in range(5)]
    assert states == ["weighed", "rejected", "returning", "returning", "returned"]


def test_each_line_has_an_outcome() -> None:
    codes = (CODE, CODE.replace("90021408", "90004149"))
    opened = touch(1, "open_manifest", minutes=1, org=FACTORY, containers=codes, carrier=CARRIER,
                   receiver=PLANT, lines=LINES)  # fmt: skip
    weighed = [
        touch(2, "weigh_in", minutes=2, org=PLANT, containers=(codes[0],), weight_kg="179.500"),
        touch(3, "weigh_in", minutes=3, org=PLANT, containers=(codes[1],), weight_kg="20.000"),
    ]
    in_part = touch(4, "accept_in_part", minutes=4, org=PLANT, containers=codes[:1],
                    refused=[codes[1]], differences=["name"], method="R9")  # fmt: skip
    first, second = fold_manifest([opened, *weighed, in_part]).outcomes
    assert (first.decision, first.received_kg, first.differs) == (
        "accept", Decimal("179.500"), False,
    )  # fmt: skip
    assert (second.decision, second.received_kg, second.differs) == (
        "refuse", Decimal("20.000"), True,
    )  # fmt: skip
    stated = replace(
        in_part,
        body={**in_part.body, "by_line": [{"line": 2, "decision": "part", "weight_kg": "5"}]},
    )
    second = fold_manifest([opened, *weighed, stated]).outcomes[1]
    assert (second.decision, second.received_kg) == ("part", Decimal("5"))


def test_several_wastes_on_one_scale_are_nobodys_weight() -> None:
    codes = (CODE, CODE.replace("90021408", "90004149"))
    opened = touch(1, "open_manifest", minutes=1, org=FACTORY, containers=codes, carrier=CARRIER,
                   receiver=PLANT, lines=LINES)  # fmt: skip
    together = touch(2, "weigh_in", minutes=2, org=PLANT, containers=codes, weight_kg="199.500")
    present = fold_manifest([opened, together])
    assert present.received_kg == Decimal("199.500")
    assert [one.received_kg for one in present.outcomes] == [None, None]


def test_void_only_before_anything_is_loaded(touches: list[Touch]) -> None:
    void = touch(9, "void_manifest", minutes=15, org=FACTORY, manifest=MANIFEST)
    assert fold_manifest([*touches[:2], void]).state == "void"
    present = fold_manifest([*touches, void])
    assert present.state == "accepted"
    assert [(one.kind, one.touch.idx) for one in present.irregular] == [("void_after_loading", 9)]


def test_the_senders_part_is_sealed_when_the_first_drum_is_loaded(touches: list[Touch]) -> None:
    anew = replace(touches[1], idx=9, body={**touches[1].body, "receiver": STRANGER})
    before = replace(anew, claimed_at=touches[1].claimed_at + timedelta(minutes=5))
    after = replace(anew, claimed_at=touches[-1].claimed_at)
    assert fold_manifest([*touches[:2], before]).receiver == STRANGER
    present = fold_manifest([*touches, after])
    assert present.receiver == PLANT
    assert [one.kind for one in present.irregular] == ["changed_after_signing"]


@pytest.mark.parametrize(
    ("typ", "named"),
    [("open_manifest", False), ("load", False), ("accept", False), ("number_manifest", True)],
)
def test_who_is_not_named_is_noticed(touches: list[Touch], typ: str, named: bool) -> None:
    strange = [replace(one, org=STRANGER) if one.typ == typ else one for one in touches]
    found = {one.kind for one in fold_manifest(strange).irregular}
    assert found == (set() if named else {"unnamed_party"})


def test_what_was_on_paper_first_is_told(touches: list[Touch]) -> None:
    paper = {"number": "P-7", "handed_over_at": "2026-11-23T16:00:00+08:00"}
    later = replace(touches[2], body={**touches[2].body, "paper": paper})
    assert fold_manifest(touches).paper is None
    assert fold_manifest([*touches[:2], later]).paper == paper
