"""The one-file verifier in a real Chromium, from a file, against the Python verifier."""

import re
import shutil
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
    enrol_body,
    key,
    rotate,
    small_ledger,
)
from tests.ledger.test_log_keys import (
    KEYS,
    VKEYS,
    changed_ledger,
    keys_for,
    next_key,
    policy,
)
from waste_trace.ledger.canonical import JsonValue
from waste_trace.ledger.encoding import b64, b64url
from waste_trace.ledger.event import Seen, parse_event, payload_hash
from waste_trace.ledger.fork_evidence import fork_body
from waste_trace.ledger.note import log_vkey
from waste_trace.ledger.verify import verify_bundle


@pytest.fixture(scope="module")
def ledger() -> SampleLedger:
    return small_ledger(300)


def test_a_good_bundle_is_proven(page: Page, ledger: SampleLedger, tmp_path: Path) -> None:
    newest = ledger.checkpoint(ms=START_MS + 304_000)
    pinned = {"kept": ledger.checkpoint(100)}
    folder = ledger.write(tmp_path / "b", checkpoint=newest, pinned=pinned)
    report = check(page, zipped(folder), tmp_path / "b-keys")
    assert report["problem"] is None
    assert (report["verdict"], report["size"], report["warnings"]) == ("proven", 304, [])
    assert report["checks"] == [
        *("files", "checkpoint", "entries", "events", "tiles", "root", "pinned", "witnesses"),
    ]
    assert page.inner_text("#verdict") == "已证实 PROVEN"
    assert page.get_attribute("#verdict", "data-verdict") == "proven"


def test_a_flipped_byte_is_named_by_its_entry(
    page: Page, ledger: SampleLedger, tmp_path: Path
) -> None:
    bundle = zipped(ledger.write(tmp_path / "b"))
    data = bundle.read_bytes()
    for index in (0, 7, 290):
        at = data.index(ledger.leaves[index]) + 50
        bundle.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        report = check(page, bundle, tmp_path / "b-keys")
        assert (report["verdict"], report["problem"]["index"]) == ("tampered", index)
        assert str(index) in page.inner_text("#details")
        assert page.inner_text("#verdict") == "被篡改 TAMPERED"


def test_it_agrees_with_the_python_verifier(
    page: Page, ledger: SampleLedger, tmp_path: Path
) -> None:
    """A byte flipped in every part of every file, and what the two say about it."""
    folder = ledger.write(tmp_path / "b", pinned={"kept": ledger.checkpoint(100)})
    checked = 0
    for file in sorted(p for p in folder.rglob("*") if p.is_file()):
        good = file.read_bytes()
        for position in sorted({0, len(good) // 3, len(good) // 2, len(good) - 1}):
            file.write_bytes(good[:position] + bytes([good[position] ^ 1]) + good[position + 1 :])
            ours = verify_bundle(folder, tmp_path / "b-keys")
            theirs = check(page, zipped(folder), tmp_path / "b-keys")
            assert theirs["verdict"] != "proven", (file.name, position)
            if ours.problem is not None and ours.problem.what == "entries":
                assert theirs["problem"]["index"] == ours.problem.index
            file.write_bytes(good)
            checked += 1
    assert checked > 40


def test_what_was_signed_by_nobody_enrolled(page: Page, tmp_path: Path) -> None:
    ledger = small_ledger(20)
    ledger.log(Device("ghost-01", key(90)).event("weigh", {"weight_kg": "1.000"}))
    report = check(page, zipped(ledger.write(tmp_path / "b")), tmp_path / "b-keys")
    problem = report["problem"]
    assert (report["verdict"], problem["what"], problem["index"]) == ("tampered", "events", 24)
    assert problem["device"] == "ghost-01"


def test_rotation_revocation_gaps_forks_and_split_views(page: Page, tmp_path: Path) -> None:
    ledger = SampleLedger()
    ledger.open()
    gun = Device("gun-01", key(21))
    ledger.enrol(gun)
    ledger.log(gun.event("weigh", {"weight_kg": "1.000"}), rotate(gun, key(23, "p256")))
    ledger.log(gun.event("weigh", {"weight_kg": "2.000"}))
    gun.seq += 1  # an event that never arrives
    ledger.log(gun.event("weigh", {"weight_kg": "3.000"}, seen=Seen(2, bytes(32))))
    gun.seq -= 1
    first = gun.event("weigh", {"weight_kg": "4.000"})
    ledger.log(first)
    gun.seq -= 1
    second = gun.event("weigh", {"weight_kg": "4.500"})
    quoted = fork_body(parse_event(second.payload), second, 7, payload_hash(first.payload))
    ledger.log(ledger.registrar.event("evidence.device_fork", quoted))
    revoke: dict[str, JsonValue] = {"dev": "gun-01", "ep": 1, "last_good_seq": 0, "reason": "lost"}
    ledger.log(ledger.registrar.event("key.revoke", revoke))
    ledger.log(gun.event("weigh", {"weight_kg": "5.000"}))
    folder = ledger.write(tmp_path / "b")
    ours = verify_bundle(folder, tmp_path / "b-keys")
    report = check(page, zipped(folder), tmp_path / "b-keys")
    assert report["problem"] is None
    assert page.inner_text("#warned") == f"须留意 Warnings: {len(report['warnings'])}"
    said = " ".join(warning["en"] for warning in report["warnings"])
    for words in ("its seq was taken", "not of this log", "had ended (revoked)", "lacks 1 events",
                  "two different events"):  # fmt: skip
        assert words in said
    assert {notice.what for notice in ours.warnings} >= {
        "fork", "seen", "late_after_revoke", "gap", "device_fork",
    }  # fmt: skip


def test_a_registrar_that_has_changed_its_key(page: Page, tmp_path: Path) -> None:
    ledger = SampleLedger()
    ledger.open()
    old = replace(ledger.registrar)
    ledger.log(rotate(ledger.registrar, key(40)))
    ledger.enrol(Device("gun-01", key(21)))
    folder = ledger.write(tmp_path / "good")
    assert verify_bundle(folder, tmp_path / "good-keys").exit_code == 0
    assert check(page, zipped(folder), tmp_path / "good-keys")["verdict"] == "proven"
    newer = ledger.registrar
    ended: dict[str, JsonValue] = {"dev": "registrar", "ep": 0, "last_good_seq": 0, "reason": ""}
    for number, bad in enumerate(
        [
            old.event("key.enrol", enrol_body(Device("gun-02", key(22)))),
            rotate(replace(newer), key(2)),
            rotate(replace(newer), key(41, "p256")),
            newer.event("key.revoke", ended),
        ]
    ):
        tried = SampleLedger()
        tried.append_leaves(ledger.leaves)
        tried.log(bad)
        folder = tried.write(tmp_path / str(number))
        ours = verify_bundle(folder, tmp_path / "good-keys")
        theirs = check(page, zipped(folder), tmp_path / "good-keys")
        assert (ours.verdict, theirs["verdict"]) == ("tampered", "tampered"), number
        assert ours.problem is not None
        assert ours.problem.index == theirs["problem"]["index"] == 4


def test_times_that_contradict_a_cosignature(page: Page, tmp_path: Path) -> None:
    """As the Python verifier says it, for the same entries, in the same order."""
    hour_ms = 3_600_000
    body: dict[str, JsonValue] = {
        "org": ORG,
        "name": "某单位",
        "kinds": ["platform"],
        "region": "330482",
    }
    for name, logged_ms, cosigned_ms in (
        ("honest", START_MS + 10_000, START_MS),
        ("backdated", START_MS + 10_000, START_MS + hour_ms),
        ("postdated", START_MS + hour_ms, START_MS),
        ("no calendar", 2**53 - 1, START_MS + 2**53 - 1),
    ):
        ledger = small_ledger(5)
        early = ledger.checkpoint(ms=cosigned_ms)
        ledger.log(ledger.registrar.event("org.register", body), ms=logged_ms)
        folder = ledger.write(tmp_path / name, pinned={"mine": early})
        ours = verify_bundle(folder, tmp_path / f"{name}-keys")
        theirs = check(page, zipped(folder), tmp_path / f"{name}-keys")
        assert theirs["verdict"] == ours.verdict == "proven"
        said = [(one["index"], one["en"]) for one in theirs["warnings"]]
        assert bool(said) == (name != "honest")
        assert [index for index, _ in said] == [one.index for one in ours.warnings]
        for (_, en), one in zip(said, ours.warnings, strict=True):
            assert en.removeprefix("it") in one.en


def test_a_log_that_has_changed_its_key(page: Page, tmp_path: Path) -> None:
    """Each of its keys leads to the newest, and what the Python verifier refuses is refused."""
    changed = changed_ledger()
    others: dict[str, dict[str, object]] = {
        "good": {},
        "stolen": {"checkpoint": changed.note(40, signers=KEYS[:1])},
        "no-way": {"handovers": {1: changed.note(26)}},
        "one-signer": {"handovers": {**changed.handovers(), 1: changed.note(26, KEYS[1:2])}},
        "too-early": {"handovers": {**changed.handovers(), 1: changed.note(24, KEYS[:2])}},
        "too-many": {"handovers": {**changed.handovers(), 3: changed.note(38)}},
        "kept": {"pinned": {"kept": changed.note(24, KEYS[1:2])}},
        "kept-well": {"pinned": {"kept": changed.note(24)}},
    }  # fmt: skip
    proven = set()
    for name, options in others.items():
        folder = changed.whole(tmp_path / name, **options)
        bundle = zipped(folder)
        for known in (KEYS[:1], KEYS[2:], KEYS, (key(98),)):
            given = keys_for(tmp_path / "given", policy(*known))
            ours = verify_bundle(folder, given)
            theirs = check(page, bundle, given)
            assert theirs["verdict"] == ours.verdict, (name, known, ours.problem, theirs["problem"])
            if ours.problem is not None:
                assert theirs["problem"]["what"] == ours.problem.what, (name, known)
            elif known == KEYS[:1]:
                proven.add(name)
    assert proven == {"good", "kept-well"}


@pytest.mark.parametrize(
    "other", [{"ep": 3}, {"vkey": VKEYS[0]}, {"replaces": VKEYS[2]}, {"dev": 1}]
)
def test_a_leaf_that_names_no_next_key(
    page: Page, tmp_path: Path, other: dict[str, JsonValue]
) -> None:
    ledger = small_ledger(2)
    author = Device("gun-01", key(21), 0, 1, bytes(32)) if "dev" in other else ledger.registrar
    ledger.log(ledger.registrar.event("log.key", next_key(1)))
    ledger.log(author.event("log.key", {**next_key(2), **other}))
    folder = ledger.write(tmp_path / "b", checkpoint=ledger.checkpoint(signers=KEYS[1:]))
    given = keys_for(tmp_path / "given", policy(*KEYS))
    report = check(page, zipped(folder), given)
    assert (report["verdict"], report["problem"]["index"]) == ("tampered", 7)
    ours = verify_bundle(folder, given)
    assert ours.problem is not None
    assert ours.problem.index == 7


def test_keys_witnesses_and_what_is_no_bundle(
    page: Page, ledger: SampleLedger, tmp_path: Path
) -> None:
    bundle = zipped(ledger.write(tmp_path / "b"))
    report = check(page, bundle)
    assert report["verdict"] == "proven"
    assert "the keys are from the bundle itself" in report["warnings"][0]["en"]
    lonely = ledger.write(tmp_path / "l", checkpoint=ledger.checkpoint(witnesses=("w1",)))
    report = check(page, zipped(lonely), tmp_path / "b-keys")
    assert (report["verdict"], report["problem"]["what"]) == ("incomplete", "witnesses")
    other = tmp_path / "other"
    other.mkdir()
    policy = (tmp_path / "b-keys/policy.txt").read_text()
    swapped = re.sub(r"^log \S+", f"log {_vkey_of_another_log()}", policy)
    (other / "policy.txt").write_text(swapped)
    shutil.copy(tmp_path / "b-keys/registrar.vkey", other)
    report = check(page, bundle, other)
    assert (report["verdict"], report["problem"]["what"]) == ("tampered", "checkpoint")
    (tmp_path / "junk.zip").write_bytes(b"not a zip at all, but long enough to look")
    assert check(page, tmp_path / "junk.zip")["verdict"] == "incomplete"


def _vkey_of_another_log() -> str:
    return log_vkey("pinghu.waste-trace.example/1", key(98)).text


@pytest.mark.parametrize("field", ["seq", "second", "sig"])
def test_evidence_of_a_fork_that_proves_nothing(page: Page, tmp_path: Path, field: str) -> None:
    ledger = small_ledger(2)
    gun = Device("gun-01", key(21), seq=0)
    second = gun.event("weigh", {"weight_kg": "4.500"})
    body = fork_body(parse_event(second.payload), second, 4, bytes(32))
    other: dict[str, JsonValue] = {"seq": 1, "second": b64url(bytes(32)), "sig": b64(bytes(64))}
    ledger.log(ledger.registrar.event("evidence.device_fork", {**body, field: other[field]}))
    folder = ledger.write(tmp_path / "b")
    assert verify_bundle(folder, tmp_path / "b-keys").exit_code == 1
    report = check(page, zipped(folder), tmp_path / "b-keys")
    assert (report["verdict"], report["problem"]["index"]) == ("tampered", 6)


def test_a_file_that_has_changed_since_it_was_chosen(
    page: Page, ledger: SampleLedger, tmp_path: Path
) -> None:
    """A browser no longer reads it; the page says so, and does not stay silent."""
    folder = ledger.write(tmp_path / "b")
    bundle = zipped(folder)
    assert check(page, bundle, tmp_path / "b-keys")["verdict"] == "proven"
    bundle.write_bytes(bundle.read_bytes() + b"more")
    page.set_input_files("#keys", [])
    page.wait_for_selector('#verdict[data-verdict="unusable"]')
    assert "choose it again" in page.inner_text("#details")
