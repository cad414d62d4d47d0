"""The one-file verifier and partial bundles: it says what the Python verifier says."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.ledger.page_checks import check, zipped
from tests.ledger.sample_ledger import (
    ORG,
    START_MS,
    Device,
    SampleLedger,
    key,
    sample_policy,
    small_ledger,
)
from tests.ledger.test_log_keys import KEYS, changed_ledger, keys_for, policy
from tests.ledger.test_partial import NUMBER, REGISTRAR, of_org, reseal, without, write
from waste_trace.ledger.bundle_layout import MANIFEST
from waste_trace.ledger.partial import format_scope, parse_scope, write_partial
from waste_trace.ledger.policy import format_policy
from waste_trace.ledger.tiles import TreeReader
from waste_trace.ledger.verify import verify_bundle


@pytest.fixture(scope="module")
def ledger() -> SampleLedger:
    return small_ledger(300)


@pytest.fixture
def bundle(ledger: SampleLedger, tmp_path: Path) -> Path:
    """One manifest's only event: entry 11 of 304."""
    return write(ledger, tmp_path / "partial", [11])


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """Keys of one's own, as everybody should have them."""
    return keys_for(tmp_path / "keys", sample_policy())


def agree(page: Page, folder: Path, keys: Path) -> str:
    """The verdict, which both verifiers give for the same reason."""
    ours, theirs = verify_bundle(folder, keys), check(page, zipped(folder), keys)
    assert theirs["verdict"] == ours.verdict, (ours.problem, theirs["problem"])
    if ours.problem is not None:
        assert theirs["problem"]["index"] == ours.problem.index, (ours.problem, theirs["problem"])
    elif ours.scope is not None:
        assert theirs["scope"].items() <= ours.scope.items()
    return str(theirs["verdict"])


def test_one_manifest_is_proven_and_called_a_selection(
    page: Page, bundle: Path, keys: Path
) -> None:
    report = check(page, zipped(bundle), keys)
    assert report["problem"] is None
    assert (report["verdict"], report["size"]) == ("proven", 304)
    assert report["checks"] == [
        *("files", "checkpoint", "proofs", "events", "scope", "pinned", "witnesses"),
    ]
    assert "a selection, there may be others" in page.inner_text("#details")
    assert agree(page, bundle, keys) == "proven"


def test_an_organisation_and_period(page: Page, keys: Path, tmp_path: Path) -> None:
    own = SampleLedger()
    own.open()
    gun = Device("gun-01", key(21))
    for device in (gun, Device("gun-02", key(22))):
        own.enrol(device)
    for number in range(30):
        own.log(of_org(gun, number))
    period = (START_MS + 1000 * 10, START_MS + 1000 * 20)
    entries = {index: own.leaves[index] for index in [*range(4), *range(10, 20)]}
    for name in ("whole", "gap"):
        write_partial(
            tmp_path / name, kind="organisation", value=ORG, checkpoint=own.checkpoint(),
            tree=TreeReader(own.tiles, own.size), entries=entries,
            policy=format_policy(sample_policy()), registrar_vkey=REGISTRAR, period_ms=period,
        )  # fmt: skip
        assert agree(page, tmp_path / name, keys) == "proven"
        entries.pop(13, None)
    scope = tmp_path / "whole/scope.json"
    named = parse_scope(scope.read_bytes())
    for narrower in (
        replace(named, from_ms=named.from_ms + 1001),
        replace(named, until_ms=named.until_ms - 2000),
    ):
        scope.write_bytes(format_scope(narrower))
        reseal(tmp_path / "whole")
        assert agree(page, tmp_path / "whole", keys) == "tampered"
    assert agree(page, tmp_path / "gap", keys) == "proven"
    assert "gaps of gun-01/0" in page.inner_text("#details")
    assert "whether gun-02/0 said nothing" in page.inner_text("#details")


@pytest.mark.parametrize("sealed", [False, True])
def test_every_file_counts(page: Page, bundle: Path, keys: Path, sealed: bool) -> None:
    """Bytes flipped in each file; a forger may write the manifest anew, and gains nothing."""
    checked = 0
    for file in sorted(p for p in bundle.rglob("*") if p.is_file()):
        if sealed and file.name in (MANIFEST, "README.txt", "policy.txt", "registrar.vkey"):
            continue  # the reader's own keys decide
        good = file.read_bytes()
        for position in sorted({0, len(good) // 3, 2 * len(good) // 3, len(good) - 1}):
            file.write_bytes(good[:position] + bytes([good[position] ^ 1]) + good[position + 1 :])
            if sealed:
                reseal(bundle)
            assert verify_bundle(bundle, keys).exit_code != 0
            assert check(page, zipped(bundle), keys)["verdict"] != "proven", (file.name, position)
            file.write_bytes(good)
            checked += 1
        reseal(bundle)
    assert checked > 40


@pytest.mark.parametrize(
    "change",
    [
        without("entry/11.json"),
        without("entry/0.json", "entry/0.tlog-proof"),
        without("entry/2.json", "entry/2.tlog-proof"),
        without("entry/3.json", "entry/3.tlog-proof"),
    ],
)
def test_what_is_left_out_is_missed(
    page: Page, bundle: Path, keys: Path, change: Callable[[Path], None]
) -> None:
    change(bundle)
    reseal(bundle)
    assert agree(page, bundle, keys) != "proven"


def test_an_event_of_the_registrar_may_not_be_left_out(
    page: Page, ledger: SampleLedger, keys: Path, tmp_path: Path
) -> None:
    """Also where scope.json agrees: it could have been a revocation."""
    write_partial(
        tmp_path / "b", kind="manifest", value=NUMBER, checkpoint=ledger.checkpoint(),
        tree=TreeReader(ledger.tiles, ledger.size),
        entries={index: ledger.leaves[index] for index in (0, 1, 3, 11)},
        policy=format_policy(sample_policy()), registrar_vkey=REGISTRAR,
    )  # fmt: skip
    assert agree(page, tmp_path / "b", keys) == "incomplete"
    assert "a revocation may be among them" in page.inner_text("#details")


def test_an_entry_out_of_scope_and_a_proof_of_another(
    page: Page, ledger: SampleLedger, bundle: Path, keys: Path, tmp_path: Path
) -> None:
    other = write(ledger, tmp_path / "other", [12], value="2026330482000008")
    for suffix in ("json", "tlog-proof"):
        shutil.copy(other / f"entry/12.{suffix}", bundle / "entry")
    reseal(bundle)
    assert agree(page, bundle, keys) == "tampered"
    shutil.copy(bundle / "entry/2.tlog-proof", bundle / "entry/3.tlog-proof")
    reseal(bundle)
    assert agree(page, bundle, keys) == "tampered"


def test_a_log_that_has_changed_its_key(page: Page, tmp_path: Path) -> None:
    changed = changed_ledger()
    folder = changed.partial(tmp_path / "b")
    for known in (KEYS[:1], KEYS[2:], KEYS):
        assert agree(page, folder, keys_for(tmp_path / "given", policy(*known))) == "proven"
    stranger = keys_for(tmp_path / "given", policy(key(98)))
    assert agree(page, folder, stranger) == "tampered"
    given = keys_for(tmp_path / "given", policy(*KEYS[:1]))
    for file in sorted(folder.glob("log-keys/*")):
        good = file.read_bytes()
        for position in (0, len(good) // 2, len(good) - 2):
            file.write_bytes(good[:position] + bytes([good[position] ^ 1]) + good[position + 1 :])
            reseal(folder)
            assert agree(page, folder, given) != "proven", (file.name, position)
        file.write_bytes(good)
    other = SampleLedger()  # which the holder of both keys has shown somebody
    other.append_leaves([*changed.ledger.leaves[:20], *[b"x"] * 6])
    (folder / "log-keys/1.checkpoint").write_text(other.checkpoint(26, signers=KEYS[:2]))
    reseal(folder)
    assert agree(page, folder, given) == "tampered"


def test_a_kept_checkpoint_is_compared_or_said_not_to_be(
    page: Page, ledger: SampleLedger, bundle: Path, keys: Path
) -> None:
    pinned = keys / "pinned"
    pinned.mkdir()
    kept = pinned / "mine.checkpoint"
    other = small_ledger(299)
    other.log(other.registrar.event("pii.erased", {"digests": ["A" * 43], "basis": "request"}))
    cases = ((ledger.checkpoint(), "proven"), (ledger.checkpoint(5), "proven"),
             (other.checkpoint(), "tampered"))  # fmt: skip
    for note, verdict in cases:
        kept.write_text(note)
        ours = verify_bundle(bundle, keys)
        theirs = check(page, zipped(bundle), keys)
        assert (str(ours.verdict), theirs["verdict"]) == (verdict, verdict)
        told = [notice.en for notice in ours.warnings if notice.what == "pinned"]
        assert bool(told) == any("held against" in one["en"] for one in theirs["warnings"])
        assert bool(told) == (note == ledger.checkpoint(5))
