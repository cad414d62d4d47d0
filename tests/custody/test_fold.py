"""From events to the present: any order of arrival, clocks that differ, three weights apart."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cast import BATCH, CARRIER, FACTORY, PLANT
from tests.custody.lives import CODE, MANIFEST, OTHER, STATES, life, touch
from waste_trace.custody.fold import CLOCK_SKEW, RECEIVING, Present, Touch, fold, fold_on
from waste_trace.custody.movements import Account
from waste_trace.custody.states import TRANSITIONS, State


def arrived(touches: Sequence[Touch], order: Sequence[int]) -> list[Touch]:
    """The touches as the ledger has them when they arrive in this order."""
    return [replace(touches[place], idx=idx) for idx, place in enumerate(order)]


@st.composite
def lawful_lives(draw: st.DrawFn) -> list[Touch]:
    """Walks over the state machine, each step some time after the one before."""
    state, minutes, touches = State.UNKNOWN, 0.0, list[Touch]()
    for idx in range(draw(st.integers(1, 14))):
        rows = [row for row in TRANSITIONS if state in row.before]
        if not rows:
            break
        row = draw(st.sampled_from(rows))
        minutes += draw(st.integers(1, 600)) / 10
        org = draw(st.sampled_from([FACTORY, CARRIER, PLANT]))
        touches.append(touch(idx, row.verb, role=row.role, minutes=minutes, org=org))
        state = row.after
    return touches


def test_nothing_is_known_of_a_container_without_events() -> None:
    assert fold([]) == Present()


def test_the_usual_life_passes_through_its_states() -> None:
    touches = life()
    for known, state in enumerate(STATES, 1):
        present = fold(touches[:known])
        assert present.state is state
        assert present.missing == ()


def test_the_end_of_the_usual_life() -> None:
    present = fold(life())
    assert present == Present(
        state=State.TREATED,
        holder=PLANT,
        site=f"SITE-{PLANT[-4:]}",
        manifest=MANIFEST,
        batch=BATCH,
        method="R9",
        issued=True,
        rotation=0,
        volume_l=200,
        declared_kg=Decimal("180.000"),
        dispatched_kg=Decimal("181.000"),
        received_kg=Decimal("179.500"),
        content_kg=None,
        account=Account(PLANT, f"SITE-{PLANT[-4:]}"),
        changed_at=life()[-1].claimed_at,
        last=life()[-1].idx,
        missing=(),
    )


@given(lawful_lives(), st.data())
def test_the_order_of_arrival_does_not_matter(touches: list[Touch], data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(touches))))
    present = fold(arrived(touches, order))
    assert present == fold(touches)
    assert present.missing == ()


@given(lawful_lives(), st.data())
def test_folding_on_is_folding_anew(touches: list[Touch], data: st.DataObject) -> None:
    """Whatever arrives when: where the fold goes on, it is where a new one would be."""
    minutes = st.lists(st.integers(-9, 9), min_size=len(touches), max_size=len(touches))
    ledger = arrived(
        [
            replace(one, claimed_at=one.claimed_at + timedelta(minutes=by))
            for one, by in zip(touches, data.draw(minutes), strict=True)
        ],
        data.draw(st.permutations(range(len(touches)))),
    )
    went_on = Present()
    for count, one in enumerate(ledger, 1):
        anew = fold(ledger[:count])
        went_on = fold_on(went_on, one) or anew
        assert asdict(went_on) == asdict(anew)


@given(st.permutations(range(11)), st.lists(st.integers(-60, 60), min_size=11, max_size=11))
def test_a_minute_of_skew_is_no_missing_step(order: list[int], seconds: list[int]) -> None:
    skewed = [
        replace(one, claimed_at=one.claimed_at + timedelta(seconds=by))
        for one, by in zip(life(minutes_apart=1), seconds, strict=True)
    ]
    present = fold(arrived(skewed, order))
    assert (present.state, present.missing) == (State.TREATED, ())


@given(lawful_lives(), st.data())
def test_any_clocks_are_forgiven_where_the_ledger_saw_the_right_order(
    touches: list[Touch], data: st.DataObject
) -> None:
    hours = data.draw(st.lists(st.integers(-99, 99), min_size=len(touches), max_size=len(touches)))
    wrong = [
        replace(one, claimed_at=one.claimed_at + timedelta(hours=by))
        for one, by in zip(touches, hours, strict=True)
    ]
    assert fold(wrong).missing == ()


def test_clocks_that_differ_by_more_than_the_skew_are_seen() -> None:
    issue, store_in = touch(0, "issue"), touch(1, "store_in", minutes=10)
    skew = CLOCK_SKEW / timedelta(minutes=1)
    near = touch(2, "fill", minutes=10 + skew)
    far = touch(2, "fill", minutes=10 + skew + 0.1)
    assert fold([issue, store_in, near]).missing == ()
    assert [step.typ for step in fold([issue, store_in, far]).missing] == ["store_in", "fill"]


def test_a_late_event_clears_the_missing_step() -> None:
    issue, fill, store_in, store_out, *_ = life()
    early = [issue, replace(store_in, idx=1), replace(store_out, idx=2)]
    assert [(step.typ, step.found) for step in fold(early).missing] == [("store_in", State.ISSUED)]
    whole = fold([*early, replace(fill, idx=3)])
    assert whole.missing == ()
    assert whole.state is State.OUT
    assert whole.declared_kg == Decimal("180.000")


def test_an_event_out_of_place_still_happened() -> None:
    present = fold([touch(0, "treat", org=PLANT, method="D10")])
    assert (present.state, present.method, present.holder) == (State.TREATED, "D10", PLANT)
    (step,) = present.missing
    assert (step.idx, step.typ, step.org) == (0, "treat", PLANT)
    assert (step.found, step.role) == (State.UNKNOWN, "subject")


def test_a_missing_step_says_in_which_role() -> None:
    into = fold([touch(0, "issue"), touch(1, "fill", minutes=10),
                 touch(2, "merge", role="output", minutes=20)])  # fmt: skip
    assert [step.role for step in into.missing] == ["output"]


@given(lawful_lives(), st.data())
def test_every_weight_stays_with_its_witness(touches: list[Touch], data: st.DataObject) -> None:
    filling = ("fill", "open_stock", "merge", "split", "repack")
    stated = {**dict.fromkeys(filling, "1"), "load": "2", **dict.fromkeys(RECEIVING, "3")}
    alone = data.draw(st.lists(st.booleans(), min_size=len(touches), max_size=len(touches)))
    weighed = [
        replace(
            one,
            body={
                **one.body,
                "weight_kg": f"{stated.get(one.typ, '9')}00.000",
                "containers": [CODE] if single else [CODE, OTHER],
            },
        )
        for one, single in zip(touches, alone, strict=True)
    ]
    present = fold(weighed)
    declared = (None, Decimal("100.000"), Decimal("18.000"))  # 18 is what a portion says
    assert present.declared_kg in declared
    assert present.dispatched_kg in (*declared, Decimal("200.000"))
    assert present.received_kg in (None, Decimal("300.000"))


def test_what_is_loaded_without_a_scale_weighs_what_was_declared() -> None:
    loaded = fold([touch(0, "issue"), touch(1, "fill", minutes=1), touch(2, "load", minutes=9)])
    assert loaded.dispatched_kg == loaded.declared_kg == Decimal("180.000")
    assert fold([touch(0, "load")]).dispatched_kg is None


def test_a_weight_of_several_containers_is_nobodys() -> None:
    both = (CODE, OTHER)
    present = fold(
        [
            touch(0, "issue"),
            touch(1, "fill", minutes=1, containers=both, weight_kg="360.000"),
            touch(2, "weigh_in", minutes=2, containers=both, weight_kg="359.000"),
        ]
    )
    assert (present.declared_kg, present.received_kg) == (None, None)


@pytest.mark.parametrize("verb", ["store_out", "load", "depart"])
def test_a_container_on_its_way_stands_nowhere(verb: str) -> None:
    assert fold([touch(0, verb)]).site == ""
    assert fold([touch(0, "store_in")]).site != ""


def test_the_issuer_names_the_holder() -> None:
    present = fold([touch(0, "issue", org="", rotation=3)])
    assert (present.holder, present.issued, present.rotation) == (FACTORY, True, 3)
