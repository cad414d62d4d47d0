"""The state machine as a table: every state is reached, every verb is known, the diagram is it."""

from waste_trace.custody.states import (
    FINAL,
    STATE_ZH,
    TRANSITIONS,
    State,
    mermaid,
    transition,
)
from waste_trace.custody.vocabulary import VOCABULARY


def reached_from(start: State) -> set[State]:
    """All states that verbs lead to."""
    found = {start}
    while True:
        more = {row.after for row in TRANSITIONS if row.before & found} - found
        if not more:
            return found
        found |= more


def test_every_state_is_reached_from_nothing() -> None:
    assert reached_from(State.UNKNOWN) == set(State)


def test_every_state_can_still_end_well() -> None:
    for state in State:
        assert reached_from(state) & FINAL, state


def test_nothing_leads_out_of_the_final_states() -> None:
    for row in TRANSITIONS:
        assert not row.before & FINAL, row


def test_every_verb_is_in_the_vocabulary() -> None:
    assert {row.verb for row in TRANSITIONS} <= VOCABULARY.keys()


def test_a_verb_in_a_role_has_one_row() -> None:
    keys = [(row.verb, row.role) for row in TRANSITIONS]
    assert len(keys) == len(set(keys))
    for row in TRANSITIONS:
        assert transition(row.verb, row.role) is row


def test_verbs_that_move_no_container_have_no_row() -> None:
    for verb in ("produce", "number_manifest", "open_manifest", "capture_frame", "verify_frame"):
        assert transition(verb) is None
    assert transition("merge") is None  # only as input or output


def test_every_state_has_a_chinese_name_of_its_own() -> None:
    assert STATE_ZH.keys() == set(State)
    assert len(set(STATE_ZH.values())) == len(State)


def test_the_diagram_is_the_table() -> None:
    lines = mermaid().splitlines()
    assert lines[0] == "stateDiagram-v2"
    arrows = sum(len(row.before) for row in TRANSITIONS) + len(FINAL)
    assert len(lines) == 1 + arrows == len(set(lines))
    assert "    [*] --> issued: issue" in lines
    assert "    stored --> out: store_out" in lines
    assert "    treated --> [*]" in lines
    for row in TRANSITIONS:
        for before in row.before - {State.UNKNOWN}:
            assert f"    {before.value} --> {row.after.value}: {row.verb}" in lines
