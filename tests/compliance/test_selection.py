"""The draw is fair, follows from what is public, and was fixed before."""

import hashlib
import itertools
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waste_trace.compliance.selection import (
    Announcement,
    ImpossibleSelection,
    draw,
    seed_of,
    select_visits,
)
from waste_trace.ledger.checkpoint import Checkpoint

ANNOUNCED = Announcement(
    purpose="2026年第四季度危险废物双随机检查",
    at_size=100,
    candidates=("C", "A", "D", "B"),
    inspectors=("usr_3", "usr_1", "usr_2"),
    orgs=2,
    per_org=2,
)


def checkpoint(number: int = 0, size: int = 100) -> Checkpoint:
    """One checkpoint of many."""
    return Checkpoint("ledger.example/1", size, hashlib.sha256(b"%d" % number).digest())


def test_the_order_of_the_lists_does_not_matter() -> None:
    turned = replace(
        ANNOUNCED, candidates=("A", "B", "C", "D"), inspectors=("usr_1", "usr_2", "usr_3")
    )
    assert select_visits(turned, checkpoint()) == select_visits(ANNOUNCED, checkpoint())


def test_every_fact_of_the_announcement_and_the_checkpoint_counts() -> None:
    changed = (
        (replace(ANNOUNCED, purpose="x"), checkpoint()),
        (replace(ANNOUNCED, at_size=99), checkpoint()),
        (replace(ANNOUNCED, orgs=3), checkpoint()),
        (replace(ANNOUNCED, candidates=("C", "A", "D", "E")), checkpoint()),
        (replace(ANNOUNCED, inspectors=("usr_3", "usr_1", "usr_4")), checkpoint()),
        (ANNOUNCED, checkpoint(1)),
        (ANNOUNCED, checkpoint(size=101)),
        (ANNOUNCED, replace(checkpoint(), origin="ledger.example/2")),
    )
    seeds = {seed_of(announced, at) for announced, at in (*changed, (ANNOUNCED, checkpoint()))}
    assert len(seeds) == len(changed) + 1


@pytest.mark.parametrize("size", [99, 101])
def test_the_root_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(ImpossibleSelection, match=str(size)):
        select_visits(ANNOUNCED, checkpoint(size=size))
    assert len(select_visits(ANNOUNCED, checkpoint())) == 2


def test_a_public_number_is_needed_exactly_where_it_was_announced() -> None:
    with_beacon = replace(ANNOUNCED, beacon="双色球 2026140 期红球")
    with pytest.raises(ImpossibleSelection):
        select_visits(with_beacon, checkpoint())
    with pytest.raises(ImpossibleSelection):
        select_visits(ANNOUNCED, checkpoint(), "01 02 03")
    results = {select_visits(with_beacon, checkpoint(), f"{number:02}") for number in range(1, 30)}
    assert len(results) > 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"candidates": ("A", "A")},
        {"candidates": ("A", "")},
        {"candidates": ("A,B", "C")},
        {"orgs": 0},
        {"orgs": 5},
        {"per_org": 4},
        {"purpose": "two\nlines"},
    ],
)
def test_an_announcement_that_cannot_be_drawn_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ImpossibleSelection):
        replace(ANNOUNCED, **wrong)  # type: ignore[arg-type]


@given(st.sets(st.text("abcdef", min_size=1, max_size=4), min_size=1, max_size=30), st.data())
def test_a_draw_takes_so_many_different_ones_of_the_list(
    items: set[str], data: st.DataObject
) -> None:
    count = data.draw(st.integers(1, len(items)))
    drawn = draw(b"seed", "orgs", list(items), count)
    assert len(set(drawn)) == len(drawn) == count
    assert set(drawn) <= items


def test_every_pair_is_drawn_equally_often() -> None:
    pairs = Counter(
        tuple(sorted(visit.org for visit in select_visits(ANNOUNCED, checkpoint(number))))
        for number in range(6000)
    )
    assert set(pairs) == set(itertools.combinations("ABCD", 2))
    # 6 pairs, 1000 expected each, standard deviation 29: 5 of them
    assert all(abs(count - 1000) < 145 for count in pairs.values())


def test_inspectors_do_not_follow_from_the_organisation_alone() -> None:
    teams = {
        visit.inspectors
        for number in range(60)
        for visit in select_visits(ANNOUNCED, checkpoint(number))
        if visit.org == "A"
    }
    assert len(teams) == 6  # every ordered pair of three
