"""Who fills what of a manifest, when it is sealed, and what one may do with it now."""

import pytest

from tests.cast import CARRIER, FACTORY, PLANT
from tests.custody.lives import CODE, touch
from tests.custody.test_manifest import history
from waste_trace.custody.manifest import fold_manifest
from waste_trace.custody.manifest_actions import STEPS, manifest_actions
from waste_trace.custody.manifest_fields import FIELDS, ROLE_ZH, field_states
from waste_trace.custody.manifest_progress import MANIFEST_VERBS, PROGRESS
from waste_trace.custody.vocabulary import VOCABULARY

KINDS = {FACTORY: "producer", CARRIER: "transporter", PLANT: "treatment"}


def expected_of(org: str, known: int) -> list[str]:
    """What an organisation may do after so many events of the usual manifest."""
    present = fold_manifest(history()[1:known])
    said = manifest_actions(frozenset({KINDS[org]}), org, present)
    assert all(bool(one.why_zh) == bool(one.why_en) == (not one.expected) for one in said)
    return [one.typ for one in said if one.expected]


@pytest.mark.parametrize(
    ("org", "known", "expected"),
    [
        (FACTORY, 2, ["open_manifest", "void_manifest"]),
        (CARRIER, 2, ["load"]),
        (PLANT, 2, []),
        (FACTORY, 4, []),
        (CARRIER, 4, ["load", "depart"]),
        (CARRIER, 5, ["waypoint", "hand_over", "take_over", "arrive"]),
        (PLANT, 6, ["weigh_in", "accept_in_part", "reject"]),
        (PLANT, 8, ["weigh_in", "accept", "accept_with_difference", "accept_in_part", "reject"]),
        (PLANT, 9, []),
        (FACTORY, 9, []),
    ],
)
def test_what_one_may_do_next(org: str, known: int, expected: list[str]) -> None:
    assert expected_of(org, known) == expected


def test_what_was_refused_may_be_brought_back_until_it_is_back() -> None:
    refused = touch(8, "reject", minutes=80, org=PLANT, differences=["name"])
    taken = touch(9, "take_back", minutes=90, org=FACTORY)
    for events, expected in (([refused], ["take_back"]), ([refused, taken], [])):
        present = fold_manifest([history()[1], *events])
        said = manifest_actions(frozenset({"producer"}), FACTORY, present)
        assert [one.typ for one in said if one.expected] == expected


def test_each_verb_of_a_manifest_has_a_step_and_each_field_a_verb() -> None:
    assert {step.verb for step in STEPS} == MANIFEST_VERBS - {"number_manifest"}
    assert all(set(step.before) <= set(PROGRESS) for step in STEPS)
    for row in FIELDS:
        assert {*row.filled, *row.sealed} <= VOCABULARY.keys()
        assert row.role in ROLE_ZH
    assert len({row.name for row in FIELDS}) == len(FIELDS)


def test_a_field_is_open_until_it_is_sealed() -> None:
    def state(known: int) -> dict[str, tuple[int | None, int | None]]:
        return {
            one.field.name: (
                one.filled_by.idx if one.filled_by else None,
                one.sealed_by.idx if one.sealed_by else None,
            )
            for one in field_states(history()[:known])
        }

    assert state(2)["receiver"] == (1, None)
    assert state(3)["receiver"] == (1, 2)
    assert state(3)["vehicle_plate"] == (2, None)
    assert state(6)["vehicle_plate"] == (3, 5)
    assert state(8)["received_kg"] == (7, None)
    assert state(9)["received_kg"] == (7, 8)
    assert state(1)["receiver"] == (None, None)
    # Written again after the seal, it is the sealed one that stands there.
    late = touch(9, "open_manifest", minutes=100, org=FACTORY)
    assert {one.field.name: one.filled_by.idx for one in field_states([*history(), late])
            if one.filled_by}["receiver"] == 1  # fmt: skip
    assert CODE in str(history()[2].body)
