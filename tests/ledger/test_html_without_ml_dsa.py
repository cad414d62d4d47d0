"""Where the browser has no ML-DSA-44 the page says so of each line, and counts none."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.ledger.conftest import opened_page
from tests.ledger.ml_dsa_lines import OF_LOG, both, line, partial, policy, said, signed
from tests.ledger.sample_ledger import (
    ORIGIN,
    Device,
    SampleLedger,
    key,
    sample_policy,
    small_ledger,
)
from waste_trace.ledger.event import Seen
from waste_trace.ledger.note import format_note, parse_note
from waste_trace.ledger.policy import Party

#: What a browser without it answers (NotSupportedError), and how often it was asked.
TAKE_AWAY = """
const importKey = SubtleCrypto.prototype.importKey;
window.asked = 0;
SubtleCrypto.prototype.importKey = function (format, data, algorithm, ...more) {
  if (algorithm.name !== 'ML-DSA-44') return importKey.call(this, format, data, algorithm, ...more);
  window.asked += 1;
  return Promise.reject(new DOMException('Unrecognized name.', 'NotSupportedError'));
};
"""


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """The page in a browser that lacks the algorithm."""
    with opened_page(browser, tmp_path, before=TAKE_AWAY) as opened:
        yield opened


@pytest.fixture(scope="module")
def ledger() -> SampleLedger:
    return small_ledger(20)


def test_it_is_there_and_not_counted(page: Page, ledger: SampleLedger, tmp_path: Path) -> None:
    """Both take two witnesses whose signatures a browser can check; of three it lacks one."""
    note = ledger.checkpoint()
    folder = ledger.write(tmp_path / "b", checkpoint=signed(note, line(note)))
    ours, theirs = both(page, folder, policy(2))
    assert (ours.verdict, theirs["verdict"]) == ("proven", "proven")
    (warning,) = said(theirs)
    assert "of pq, which this browser cannot check and this page does not count" in warning
    assert "pq 的 ML-DSA-44 签名，本浏览器无法核验，未计入" in page.inner_text("#warnings")
    ours, theirs = both(page, folder, policy(3))
    assert (ours.verdict, theirs["verdict"]) == ("proven", "incomplete")
    assert theirs["problem"]["what"] == "witnesses"
    assert "未计入" in page.inner_text("#details")
    assert len(said(theirs)) == 1


def test_alone_it_is_no_quorum(page: Page, ledger: SampleLedger, tmp_path: Path) -> None:
    note = ledger.checkpoint(witnesses=())
    folder = ledger.write(tmp_path / "b", checkpoint=signed(note, line(note)))
    ours, theirs = both(page, folder, policy(1))
    assert (ours.verdict, theirs["verdict"]) == ("proven", "incomplete")
    ours, theirs = both(page, folder, replace(policy(1), quorum="pq"))
    assert (ours.verdict, theirs["verdict"]) == ("proven", "incomplete")
    ours, theirs = both(page, folder, replace(policy(1), quorum="none"))
    assert (ours.verdict, theirs["verdict"]) == ("proven", "proven")
    assert any("split views pass" in one["en"] for one in theirs["warnings"])


def test_it_is_said_whatever_else_there_is_to_say(page: Page, tmp_path: Path) -> None:
    strange = small_ledger(2)
    gun = Device("gun-03", key(23))
    strange.enrol(gun)
    strange.log(*(gun.event("weigh", {}, seen=Seen(1, bytes(32))) for _ in range(210)))
    note = strange.checkpoint()
    folder = strange.write(tmp_path / "b", checkpoint=signed(note, line(note)))
    _, theirs = both(page, folder, policy(2))
    assert (theirs["verdict"], len(theirs["warnings"])) == ("proven", 201)
    assert said(theirs) == [theirs["warnings"][0]["en"]]


@pytest.mark.parametrize("what", ["forged", "short", "long", "time"])
def test_what_the_bytes_themselves_show(
    page: Page, ledger: SampleLedger, tmp_path: Path, what: str
) -> None:
    """Length and time are read; the signature is not, and the page says so of each."""
    note = ledger.checkpoint()
    good = line(note)
    bent = {
        "forged": good.signature[:8] + bytes(2420),
        "short": good.signature[:-1],
        "long": good.signature + b"\0",
        "time": (2**63).to_bytes(8, "big") + good.signature[8:],
    }[what]
    bad = signed(note, replace(good, signature=bent))
    folder = ledger.write(tmp_path / "b", checkpoint=bad)
    ours, theirs = both(page, folder, policy(2))
    assert ours.verdict == "tampered"
    assert ours.problem is not None
    assert ours.problem.what == "checkpoint"
    if what == "forged":
        assert (theirs["verdict"], len(said(theirs))) == ("proven", 1)
    else:
        assert (theirs["verdict"], theirs["problem"]["what"]) == ("tampered", "checkpoint")


def test_a_line_of_somebody_unknown(page: Page, ledger: SampleLedger, tmp_path: Path) -> None:
    note = ledger.checkpoint()
    folder = ledger.write(tmp_path / "b", checkpoint=signed(note, line(note)))
    ours, theirs = both(page, folder, sample_policy())
    assert (ours.verdict, theirs["verdict"], said(theirs)) == ("proven", "proven", [])


def test_a_kept_checkpoint(page: Page, ledger: SampleLedger, tmp_path: Path) -> None:
    kept = ledger.checkpoint(10)
    folder = ledger.write(tmp_path / "b", pinned={"mine": signed(kept, line(kept))})
    ours, theirs = both(page, folder, policy(2))
    assert (ours.verdict, theirs["verdict"]) == ("proven", "proven")
    (warning,) = said(theirs)
    assert warning.startswith("pinned/mine.checkpoint: ")


def test_a_partial_bundle(page: Page, ledger: SampleLedger, tmp_path: Path) -> None:
    note = ledger.checkpoint()
    folder = partial(ledger, tmp_path / "b", line(note))
    for threshold, verdict in ((2, "proven"), (3, "incomplete")):
        ours, theirs = both(page, folder, policy(threshold))
        assert (ours.verdict, theirs["verdict"]) == ("proven", verdict)
        assert len(said(theirs)) == 1


def test_a_log_that_signs_with_it(page: Page, ledger: SampleLedger, tmp_path: Path) -> None:
    """Beside its Ed25519 line it is named; alone it leaves the page without an answer."""
    note = ledger.checkpoint()
    more = line(note, ORIGIN)
    whom = sample_policy()
    logs = (*whom.logs, Party(OF_LOG))
    folder = ledger.write(tmp_path / "beside", checkpoint=signed(note, more))
    ours, theirs = both(page, folder, replace(whom, logs=logs))
    assert (ours.verdict, theirs["verdict"], len(said(theirs))) == ("proven", "proven", 1)
    ours, theirs = both(page, folder, replace(whom, logs=logs[1:]))
    assert ours.verdict == "proven"
    assert (theirs["verdict"], theirs["problem"]["what"]) == ("incomplete", "checkpoint")
    assert "无法核验" in page.inner_text("#details")
    parsed = parse_note(note)
    foreign = format_note(parsed.text, parsed.signatures[1:])  # the log itself has signed nothing
    folder = ledger.write(tmp_path / "unsigned", checkpoint=foreign)
    ours, theirs = both(page, folder, replace(whom, logs=logs))
    assert (ours.verdict, theirs["verdict"]) == ("tampered", "tampered")


def test_the_browser_is_asked_once(page: Page, ledger: SampleLedger, tmp_path: Path) -> None:
    """And not at all before there is such a line."""
    note, kept = ledger.checkpoint(), ledger.checkpoint(10)
    both(page, ledger.write(tmp_path / "none"), policy(2))
    assert page.evaluate("asked") == 0
    pinned = {"mine": signed(kept, line(kept))}
    folder = ledger.write(tmp_path / "b", checkpoint=signed(note, line(note)), pinned=pinned)
    for _ in range(2):
        _, theirs = both(page, folder, policy(2))
        assert len(said(theirs)) == 2
    assert page.evaluate("asked") == 1
