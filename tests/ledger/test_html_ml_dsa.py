"""Where the browser has ML-DSA-44 the page says of its lines what the Python verifier says."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import mldsa
from playwright.sync_api import Browser, Page

from tests.databases import unavailable
from tests.ledger.conftest import opened_page
from tests.ledger.ml_dsa_lines import (
    OF_LOG,
    OF_WITNESS,
    SECOND,
    SECRET,
    WITNESS,
    both,
    line,
    partial,
    policy,
    public,
    said,
    signed,
)
from tests.ledger.page_checks import check, zipped
from tests.ledger.sample_ledger import LOG_KEY, ORIGIN, SampleLedger, sample_policy, small_ledger
from tests.ledger.test_partial import reseal
from waste_trace.ledger.checkpoint import Checkpoint, read_checkpoint, sign_checkpoint
from waste_trace.ledger.cosignature import ml_dsa_message
from waste_trace.ledger.note import NoteSignature, format_note, parse_note
from waste_trace.ledger.policy import Party, Policy
from waste_trace.ledger.verify import verify_bundle

#: The Chromium with which this was written, and which has it. Older ones may lack it.
HAS_IT = 156
ASK = """async () => {
  const zeros = new Uint8Array(1312);
  try {
    await crypto.subtle.importKey('raw-public', zeros, { name: 'ML-DSA-44' }, true, ['verify']);
  } catch {
    return false;
  }
  return true;
}"""


@pytest.fixture(scope="module")
def able(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The page in a browser that has the algorithm.

    An old browser is no fault, in CI neither, and the page's answer there is tested beside; a newer
    one without it is a change of the browsers that the page has to follow.
    """
    with opened_page(browser, tmp_path_factory.mktemp("page")) as opened:
        if not opened.evaluate(ASK):
            reason = f"Chromium {browser.version} has no ML-DSA-44"
            if int(browser.version.partition(".")[0]) >= HAS_IT:
                unavailable(f"{reason}, and Chromium {HAS_IT} had")
            pytest.skip(f"NOT TESTED: {reason}; Chromium {HAS_IT} has")
        yield opened


@pytest.fixture(scope="module")
def ledger() -> SampleLedger:
    return small_ledger(20)


def agreed(page: Page, folder: Path, whom: Policy) -> tuple[str, str | None]:
    """Verdict and what is wrong, in which both verifiers agree; nothing is left unchecked."""
    ours, theirs = both(page, folder, whom)
    what = ours.problem.what if ours.problem else None
    assert ours.verdict is not None
    assert (theirs["verdict"], (theirs["problem"] or {}).get("what")) == (ours.verdict, what)
    assert (theirs["size"], theirs["root"]) == (ours.to_value()["size"], ours.to_value()["root"])
    places = [one["index"] for one in theirs["warnings"] if one["index"] is not None]
    assert places == [one.index for one in ours.warnings if one.index is not None]
    assert said(theirs) == []
    assert "未计入" not in page.inner_text("#report")
    return ours.verdict, what


PROVEN = ("proven", None)
REFUSED = ("tampered", "checkpoint")
TOO_FEW = ("incomplete", "witnesses")


@pytest.mark.parametrize(("threshold", "expected"), [(2, PROVEN), (3, PROVEN), (4, TOO_FEW)])
def test_it_counts_like_any_other(
    able: Page,
    ledger: SampleLedger,
    tmp_path: Path,
    threshold: int,
    expected: tuple[str, str | None],
) -> None:
    """Two have cosigned with Ed25519, one with ML-DSA-44, and one has not."""
    note = ledger.checkpoint()
    whole = ledger.write(tmp_path / "whole", checkpoint=signed(note, line(note)))
    part = partial(ledger, tmp_path / "part", line(note))
    assert agreed(able, whole, policy(threshold)) == expected
    assert agreed(able, part, policy(threshold)) == expected


def test_alone_it_is_a_quorum_of_one(able: Page, ledger: SampleLedger, tmp_path: Path) -> None:
    note = ledger.checkpoint(witnesses=())
    folder = ledger.write(tmp_path / "b", checkpoint=signed(note, line(note)))
    assert agreed(able, folder, policy(1)) == PROVEN
    assert agreed(able, folder, policy(2)) == TOO_FEW
    assert agreed(able, folder, replace(policy(1), quorum="pq")) == PROVEN
    assert agreed(able, folder, replace(policy(1), quorum="none")) == PROVEN
    assert "split views" not in able.inner_text("#warnings")


def test_with_the_keys_of_the_bundle(page: Page, able: Page, tmp_path: Path) -> None:
    ledger = small_ledger(5)
    note = ledger.checkpoint(witnesses=("w1",))
    folder = ledger.write(tmp_path / "b", checkpoint=signed(note, line(note)))
    text = (folder / "policy.txt").read_text()
    replaced = text.splitlines()[2].split()[2]  # that of w2
    (folder / "policy.txt").write_text(text.replace(replaced, OF_WITNESS.text))
    reseal(folder)
    assert verify_bundle(folder).verdict == "proven"
    assert check(page, zipped(folder))["verdict"] == "proven"


def of_another(note: str, *, name: str = WITNESS, root: bytes = b"", more: int = 0) -> bytes:
    """A signature of this key over something that is nearly the checkpoint."""
    right = read_checkpoint(note)
    bent = Checkpoint(right.origin, right.size + more, root or right.root)
    return SECRET.sign(ml_dsa_message(name, bent, SECOND))


def message(note: str) -> bytes:
    return ml_dsa_message(WITNESS, read_checkpoint(note), SECOND)


def flipped(note: str, at: int) -> bytes:
    signature = bytearray(line(note).signature[8:])
    signature[at] ^= 1
    return bytes(signature)


FORGED: dict[str, Callable[[str], bytes]] = {
    "challenge": lambda note: flipped(note, 0),
    "response": lambda note: flipped(note, 1200),
    "hint": lambda note: flipped(note, -1),
    "zeros": lambda _: bytes(2420),
    "of another witness": lambda note: of_another(note, name="other.example"),
    "of another root": lambda note: of_another(note, root=bytes(32)),
    "of another size": lambda note: of_another(note, more=1),
    "by another key": lambda note: mldsa.MLDSA44PrivateKey.generate().sign(message(note)),
    "with a context": lambda note: SECRET.sign(message(note), b"context"),
    "as with Ed25519": lambda note: SECRET.sign(
        f"cosignature/v1\ntime {SECOND}\n{parse_note(note).text}".encode()
    ),
    "short": lambda note: line(note).signature[8:-1],
    "long": lambda note: line(note).signature[8:] + b"\0",
    "nothing": lambda _: b"",
}


@pytest.mark.parametrize("how", FORGED)
def test_a_forged_line(able: Page, ledger: SampleLedger, tmp_path: Path, how: str) -> None:
    """It rejects the checkpoint, also where the quorum does not need it, and a kept one too."""
    note = ledger.checkpoint()
    stamp = SECOND.to_bytes(8, "big")
    forged = replace(line(note), signature=stamp + FORGED[how](note))
    folder = ledger.write(tmp_path / "b", checkpoint=signed(note, forged))
    assert agreed(able, folder, policy(2)) == REFUSED
    assert agreed(able, folder, sample_policy()) == PROVEN  # of somebody unknown
    kept = ledger.write(tmp_path / "kept", pinned={"mine": signed(note, forged)})
    assert agreed(able, kept, policy(2)) == ("tampered", "pinned")


@pytest.mark.parametrize("seconds", [0, SECOND - 1, SECOND + 1, 2**63, 2**64 - 1])
def test_a_changed_time(able: Page, ledger: SampleLedger, tmp_path: Path, seconds: int) -> None:
    note = ledger.checkpoint()
    good = line(note)
    moved = replace(good, signature=seconds.to_bytes(8, "big") + good.signature[8:])
    folder = ledger.write(tmp_path / "b", checkpoint=signed(note, moved))
    assert agreed(able, folder, policy(2)) == REFUSED


@pytest.mark.parametrize("seconds", [0, SECOND - 3600, SECOND + 3600, 2**53 + 1, 2**63 - 1])
def test_times_that_it_signs(
    able: Page, ledger: SampleLedger, tmp_path: Path, seconds: int
) -> None:
    """Good however odd, and held against the logged times like those of others."""
    kept = ledger.checkpoint(10)
    folder = ledger.write(tmp_path / "b", pinned={"mine": signed(kept, line(kept, stamp=seconds))})
    assert agreed(able, folder, policy(2)) == PROVEN
    assert ("见证方 pq" in able.inner_text("#warnings")) == (seconds != SECOND)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("w" * 255, PROVEN), ("w" * 256, REFUSED), ("见" * 85, PROVEN), ("见" * 86, REFUSED)],
    ids=["255", "256", "85 of three", "86 of three"],
)
def test_a_name_has_at_most_255_bytes(
    able: Page,
    ledger: SampleLedger,
    tmp_path: Path,
    name: str,
    expected: tuple[str, str | None],
) -> None:
    note = ledger.checkpoint(witnesses=())
    key, raw = public(name), name.encode()
    plain = message(note).split(WITNESS.encode())
    with_name = plain[0][:-1] + bytes([len(raw) % 256]) + raw + plain[1]
    signature = SECOND.to_bytes(8, "big") + SECRET.sign(with_name)
    folder = ledger.write(
        tmp_path / "b", checkpoint=signed(note, NoteSignature(name, key.key_id, signature))
    )
    assert agreed(able, folder, policy(1, key)) == expected


def test_a_size_that_a_number_cannot_hold(able: Page, ledger: SampleLedger, tmp_path: Path) -> None:
    """Of JavaScript. Somebody kept a checkpoint of more entries than there are here."""
    kept = sign_checkpoint(Checkpoint(ORIGIN, 2**53 + 1, bytes(32)), LOG_KEY)
    folder = ledger.write(tmp_path / "b", pinned={"mine": signed(kept, line(kept))})
    assert agreed(able, folder, policy(2)) == ("incomplete", "pinned")


def test_a_log_that_signs_with_it(able: Page, ledger: SampleLedger, tmp_path: Path) -> None:
    note = ledger.checkpoint()
    witnesses = parse_note(note).signatures[1:]
    of_log = line(note, ORIGIN)
    beside = sample_policy()
    beside = replace(beside, logs=(*beside.logs, Party(OF_LOG)))
    alone = replace(beside, logs=beside.logs[1:])
    forged = replace(of_log, signature=of_log.signature[:8] + bytes(2420))
    for number, (lines, of_both, of_one) in enumerate(
        (
            ((*parse_note(note).signatures, of_log), PROVEN, PROVEN),
            ((*parse_note(note).signatures, forged), REFUSED, REFUSED),
            (parse_note(note).signatures, PROVEN, REFUSED),
            ((*witnesses, of_log), PROVEN, PROVEN),
            ((*witnesses, forged), REFUSED, REFUSED),
            (witnesses, REFUSED, REFUSED),
        )
    ):
        text = format_note(parse_note(note).text, lines)
        folder = ledger.write(tmp_path / f"{number}", checkpoint=text)
        assert agreed(able, folder, beside) == of_both
        assert agreed(able, folder, alone) == of_one


def test_a_log_counts_for_its_own_origin_only(
    able: Page, ledger: SampleLedger, tmp_path: Path
) -> None:
    """Its line is good, and of another log."""
    note = ledger.checkpoint()
    text = parse_note(note).text
    elsewhere = line(note, "other.example/1")
    folder = ledger.write(
        tmp_path / "b", checkpoint=format_note(text, [*parse_note(note).signatures[1:], elsewhere])
    )
    logs = (*sample_policy().logs, Party(public("other.example/1")))
    assert agreed(able, folder, replace(sample_policy(), logs=logs)) == REFUSED


def test_one_key_in_both_roles(able: Page, ledger: SampleLedger, tmp_path: Path) -> None:
    """Under two names it speaks twice; under one its line would be taken for two."""
    note = ledger.checkpoint(witnesses=())
    lines = (line(note), line(note, ORIGIN))
    folder = ledger.write(tmp_path / "b", checkpoint=signed(note, *lines))
    logs = (*sample_policy().logs, Party(OF_LOG))
    assert agreed(able, folder, replace(policy(1), logs=logs)) == PROVEN
    assert agreed(able, folder, replace(policy(1, OF_LOG), logs=logs)) == REFUSED


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
    cut = public(WITNESS)
    object.__setattr__(cut, "public_key", cut.public_key[:-1])
    return cut.text
