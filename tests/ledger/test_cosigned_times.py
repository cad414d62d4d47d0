"""Backdating by whoever runs the log: what was logged lies between what witnesses cosigned when."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ledger.sample_ledger import ORG, START_MS, SampleLedger, small_ledger
from waste_trace.ledger.cosignature import MAX_TIME
from waste_trace.ledger.verify import verify_bundle
from waste_trace.ledger.verify_result import Report
from waste_trace.ledger.verify_times import SLACK_MS, times_against

HOUR_MS = 3_600_000


def report_of(ledger: SampleLedger, folder: Path, pinned: dict[str, str], own: bool) -> Report:
    """What the verifier says of the bundle, with the pins in it or brought along."""
    ledger.write(folder, pinned=pinned if own else None)
    keys = folder.with_name(folder.name + "-keys")
    if not own:
        (keys / "pinned").mkdir()
        for name, note in pinned.items():
            (keys / "pinned" / f"{name}.checkpoint").write_text(note)
    return verify_bundle(folder, keys)


def grown(ms: int) -> tuple[SampleLedger, str]:
    """A ledger, what witnesses cosigned of it at its start, and an entry more logged at ``ms``."""
    ledger = small_ledger(5)
    early = ledger.checkpoint()
    body = {"org": ORG, "name": "某单位", "kinds": ["platform"], "region": "330482"}
    ledger.log(ledger.registrar.event("org.register", body), ms=ms)  # type: ignore[arg-type]
    return ledger, early


@pytest.mark.parametrize("own", [True, False], ids=["in the bundle", "brought along"])
def test_an_entry_behind_a_cosigned_checkpoint_cannot_be_older_than_it(
    tmp_path: Path, own: bool
) -> None:
    """The server backdates by an hour all that it writes; its signatures and tree are in order."""
    ledger = small_ledger(5)
    size, late = ledger.size, ledger.checkpoint(ms=START_MS + HOUR_MS)
    body = {"org": ORG, "name": "某单位", "kinds": ["platform"], "region": "330482"}
    ledger.log(ledger.registrar.event("org.register", body))  # type: ignore[arg-type]
    report = report_of(ledger, tmp_path / "b", {"mine": late}, own)
    found = [(one.what, one.index) for one in report.warnings if one.what == "backdated"]
    assert found == [("backdated", size)] * 2  # by either of the two witnesses
    assert report.exit_code == 0


def test_an_entry_that_a_witness_had_was_not_logged_later(tmp_path: Path) -> None:
    ledger, _ = grown(START_MS + HOUR_MS)  # and its checkpoint is cosigned at the start
    report = report_of(ledger, tmp_path / "b", {}, own=True)
    found = [(one.what, one.index) for one in report.warnings if one.what == "postdated"]
    assert found == [("postdated", ledger.size - 1)] * 2


@pytest.mark.parametrize("later_ms", [10_000, SLACK_MS - 1])
def test_an_honest_log_is_not_accused(tmp_path: Path, later_ms: int) -> None:
    ledger, early = grown(START_MS + later_ms)
    report = report_of(ledger, tmp_path / "b", {"mine": early}, own=True)
    assert {one.what for one in report.warnings} & {"backdated", "postdated"} == set()


def test_times_that_no_calendar_has_are_said_as_they_stand(tmp_path: Path) -> None:
    """A cosignature's time has 63 bits, and a logged one 53; neither may end the verifier."""
    ledger, early = grown(2**53 - 1)
    report = report_of(ledger, tmp_path / "a", {"mine": early}, own=True)
    assert "POSIX 9007199254740" in {one.what: one.en for one in report.warnings}["postdated"]
    ledger, _ = grown(START_MS + 10_000)
    late = ledger.checkpoint(5, ms=MAX_TIME * 1000)
    report = report_of(ledger, tmp_path / "b", {"mine": late}, own=True)
    assert f"POSIX {MAX_TIME}" in {one.what: one.en for one in report.warnings}["backdated"]
    assert report.exit_code == 0


@given(
    cosigned=st.integers(1, 2**33), before=st.integers(0, SLACK_MS), after=st.integers(0, SLACK_MS)
)
def test_clocks_may_differ_by_the_slack_and_no_more(cosigned: int, before: int, after: int) -> None:
    at = cosigned * 1000
    assert times_against("w", cosigned, 9, at + before, at - after) == []
    for last, following in ((at + SLACK_MS + 1, at), (at, at - SLACK_MS - 1)):
        (notice,) = times_against("w", cosigned, 9, last, following)
        assert notice.index == (8 if notice.what == "postdated" else 9)
    assert times_against("w", cosigned, 9, at, None) == []
