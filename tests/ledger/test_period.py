"""An organisation and period: what a bundle proves of each key, and what it cannot."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ledger.period_cases import CASES, FACTS, LONG, NAMES, Case, Told, call_it, listed, tell
from tests.ledger.sample_ledger import START_MS
from tests.ledger.test_partial import scope_of
from waste_trace.ledger.errors import MalformedBundle
from waste_trace.ledger.verify import verify_bundle
from waste_trace.ledger.verify_result import Report, Verdict


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_proven_and_what_is_open(case: Case, tmp_path: Path) -> None:
    told = tell(case.story)
    report = verify_bundle(told.write(tmp_path / "b", case.shown.split()))
    if case.misfit:
        assert report.problem is not None
        found = (report.verdict, report.problem.what, report.problem.index)
        assert found == (Verdict.TAMPERED, "scope", told.index[case.misfit])
        assert report.problem.device == NAMES[case.misfit[0]].split("/")[0]
        return
    scope = scope_of(report)
    assert {fact: scope[fact] for fact in FACTS} == case.facts
    own = [name for name in case.shown.split() if name in told.inside]
    assert scope["entries"] == len(own)


SECONDS = st.sampled_from([50, 99, 100, 120, 140, 160, 199, 200, 250])


@st.composite
def stories(draw: st.DrawFn, *, late: bool) -> str:
    """What two keys say, with gaps; one may end. Without ``late`` in the order of their numbers."""
    words: list[str] = []
    for letter in "ab":
        seconds = draw(st.lists(SECONDS, max_size=7))
        missing = draw(st.sets(st.integers(0, 8), max_size=2))
        numbers = (number for number in range(9) if number not in missing)
        said = list(zip(numbers, seconds if late else sorted(seconds), strict=False))
        words += [f"{letter}{number}@{second}" for number, second in said]
        ends = draw(st.booleans())
        if said and ends:
            words.append(f"{letter}{said[-1][0] + 1}!@{max(seconds)}")
    return " ".join(words)


def verified(told: Told, shown: set[str]) -> Report:
    with tempfile.TemporaryDirectory() as folder:
        return verify_bundle(told.write(Path(folder) / "b", shown))


@settings(max_examples=100)
@given(stories(late=False), st.sampled_from("ab"), st.integers(0, 7), st.integers(1, 3))
def test_whatever_is_left_out_is_found_or_said_to_be_open(
    story: str, letter: str, first: int, count: int
) -> None:
    """Of events that came in their order: one, or as many as it takes to leave none dangling."""
    told = tell(story)
    dropped = {f"{letter}{number}" for number in range(first, first + count)}
    report = verified(told, told.honest - dropped)
    if report.exit_code == 0:
        scope = scope_of(report)
        open_ = {key for fact in FACTS[:4] for key in listed(scope, fact)}
        lost = (dropped & told.inside) - told.rotations
        assert {NAMES[name[0]] for name in lost} <= open_


@settings(max_examples=60)
@given(stories(late=True))
def test_an_honest_bundle_is_never_accused(story: str) -> None:
    """Whatever came late. What has a neighbour in the ledger on both sides has it in the bundle."""
    told = tell(story)
    scope = scope_of(verified(told, told.honest))
    assert scope["entries"] == len(told.inside - told.rotations)
    for letter in "ab":
        numbers = {int(n[1:]): second for n, second in told.seconds.items() if n[0] == letter}
        inside = [n for n, second in numbers.items() if 100 <= second < 200]
        if not inside:
            continue
        first, last = min(inside), max(inside)
        head = first == 0 or numbers.get(first - 1, 100) < 100
        assert head == (NAMES[letter] not in listed(scope, "open_before"))
        ended = told.rotations & {f"{letter}{last}", f"{letter}{last + 1}"}
        tail = bool(ended) or numbers.get(last + 1, 0) >= 200
        assert tail == (NAMES[letter] not in listed(scope, "open_after"))
        here = {int(name[1:]) for name in told.honest if name[0] == letter}
        gaps = not set(range(first, last)) <= here
        assert gaps == (NAMES[letter] in listed(scope, "with_gaps"))


@pytest.mark.parametrize("name", ["a0", "a6"])
def test_the_writer_refuses_what_is_no_neighbour(name: str, tmp_path: Path) -> None:
    told = tell(LONG)
    told.write(tmp_path / "good", told.honest, checked=True)
    with pytest.raises(MalformedBundle, match=f"Entry {told.index[name]} "):
        told.write(tmp_path / "bad", {*told.honest, name}, checked=True)


def test_a_bundle_of_another_period_does_not_pass_for_it(tmp_path: Path) -> None:
    """One of a month as one of a year leaves its ends open, one of a year as a month is refused."""
    told = tell("a0@40 a1@60 a2@120 a3@140 a4@160 a5@240 a6@260")
    folder = told.write(tmp_path / "b", told.honest)
    call_it(folder, START_MS + 50_000, START_MS + 250_000)
    scope = scope_of(verify_bundle(folder))
    assert (scope["open_before"], scope["open_after"]) == (["gun-a/0"], ["gun-a/0"])
    call_it(folder, START_MS + 130_000, START_MS + 150_000)
    report = verify_bundle(folder)
    assert report.problem is not None
    assert (report.problem.what, report.problem.index) == ("scope", told.index["a1"])
