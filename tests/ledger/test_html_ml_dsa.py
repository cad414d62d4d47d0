"""ML-DSA-44 lines: the Python verifier checks them; the page says that it does not and cannot."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import mldsa
from playwright.sync_api import Page

from tests.ledger.page_checks import check, zipped
from tests.ledger.sample_ledger import (
    ORIGIN,
    START_MS,
    Device,
    SampleLedger,
    key,
    sample_policy,
    small_ledger,
)
from tests.ledger.test_log_keys import keys_for
from tests.ledger.test_partial import reseal, write
from waste_trace.ledger.checkpoint import add_signatures, read_checkpoint
from waste_trace.ledger.cosignature import ml_dsa_message
from waste_trace.ledger.event import Seen
from waste_trace.ledger.note import NoteSignature, format_note, parse_note
from waste_trace.ledger.policy import Group, Party, Policy
from waste_trace.ledger.verify import verify_bundle
from waste_trace.ledger.verify_result import Report
from waste_trace.ledger.vkey import COSIGNATURE_ML_DSA_44, VerifierKey

SECOND = START_MS // 1000
WITNESS = "pq.example"


def public(name: str, secret: mldsa.MLDSA44PrivateKey) -> VerifierKey:
    return VerifierKey(name, COSIGNATURE_ML_DSA_44, secret.public_key().public_bytes_raw())


SECRET = mldsa.MLDSA44PrivateKey.from_seed_bytes(bytes(32))
OF_WITNESS, OF_LOG = public(WITNESS, SECRET), public(ORIGIN, SECRET)


@pytest.fixture(scope="module")
def ledger() -> SampleLedger:
    return small_ledger(20)


def line(note: str, name: str = WITNESS, *, stamp: int = SECOND) -> NoteSignature:
    """What this key signs of a checkpoint."""
    signature = SECRET.sign(ml_dsa_message(name, read_checkpoint(note), stamp))
    return NoteSignature(name, public(name, SECRET).key_id, stamp.to_bytes(8, "big") + signature)


def signed(note: str, *more: NoteSignature) -> str:
    return add_signatures(note, more)


def policy(threshold: int, members: Sequence[str] = ("pq", "w1", "w2", "w3")) -> Policy:
    """So many of these witnesses, of whom ``pq`` signs with ML-DSA-44."""
    known = {**sample_policy().witnesses, "pq": Party(OF_WITNESS)}
    return replace(
        sample_policy(), witnesses=known, groups={"witnesses": Group(threshold, tuple(members))}
    )


def both(page: Page, folder: Path, whom: Policy) -> tuple[Report, dict[str, Any]]:
    """What the two verifiers say of a bundle, with keys of one's own."""
    given = keys_for(folder.with_name("given"), whom)
    return verify_bundle(folder, given), check(page, zipped(folder), given)


def said(report: dict[str, Any]) -> list[str]:
    """The page's warnings of signatures that it cannot check."""
    return [one["en"] for one in report["warnings"] if "ML-DSA-44" in one["en"]]


def test_it_is_there_and_not_counted(page: Page, ledger: SampleLedger, tmp_path: Path) -> None:
    """Both take two witnesses whose signatures a browser can check; of three it lacks one."""
    note = ledger.checkpoint()
    folder = ledger.write(tmp_path / "b", checkpoint=signed(note, line(note)))
    ours, theirs = both(page, folder, policy(2))
    assert (ours.verdict, theirs["verdict"]) == ("proven", "proven")
    (warning,) = said(theirs)
    assert "of pq, which a browser cannot check and this page does not count" in warning
    assert "pq 的 ML-DSA-44 签名，浏览器无法核验，未计入" in page.inner_text("#warnings")
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
    folder = write(ledger, tmp_path / "b", [11])
    note = (folder / "checkpoint").read_text()
    cosigned = signed(note, line(note))
    for file in (folder / "checkpoint", *folder.glob("entry/*.tlog-proof")):
        file.write_text(file.read_text().replace(note, cosigned))
    reseal(folder)
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


@pytest.mark.parametrize("bad", ["log as witness", "witness as log", "short key"])
def test_a_policy_with_keys_that_do_not_fit(
    page: Page, ledger: SampleLedger, tmp_path: Path, bad: str
) -> None:
    folder = ledger.write(tmp_path / "b")
    text = (folder / "policy.txt").read_text()
    log, witness = (word for line in text.splitlines()[:2] for word in line.split() if "+" in word)
    changed = {
        "log as witness": text.replace(witness, log),
        "witness as log": text.replace(log, witness),
        "short key": text.replace(witness, _short()),
    }[bad]
    (folder / "policy.txt").write_text(changed)
    reseal(folder)
    ours, theirs = verify_bundle(folder), check(page, zipped(folder))
    assert ours.problem is not None
    assert (ours.verdict, ours.problem.what) == ("tampered", "keys")
    assert (theirs["verdict"], theirs["problem"]["what"]) == ("tampered", "keys")


def _short() -> str:
    """A key of ML-DSA-44 that lacks its last byte, with the id that belongs to it."""
    cut = public(WITNESS, SECRET)
    object.__setattr__(cut, "public_key", cut.public_key[:-1])
    return cut.text
