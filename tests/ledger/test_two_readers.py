"""Entries and keys that are not in order: the Python verifier and the page say the same of them."""

import json
import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.ledger.conftest import opened_page
from tests.ledger.page_checks import check, zipped
from tests.ledger.sample_ledger import (
    ORG,
    Device,
    SampleLedger,
    enrol_body,
    key,
    rotate,
    sample_policy,
    small_ledger,
)
from tests.ledger.test_partial import REGISTRAR, reseal
from waste_trace.ledger.canonical import JsonValue, canonical_bytes
from waste_trace.ledger.checkpoint import Checkpoint, sign_checkpoint
from waste_trace.ledger.dsse import Envelope, sign_envelope
from waste_trace.ledger.encoding import b64, b64url
from waste_trace.ledger.event import PAYLOAD_TYPE, event_value, parse_event, payload_hash
from waste_trace.ledger.fork_evidence import fork_body
from waste_trace.ledger.note import log_vkey
from waste_trace.ledger.partial import write_partial
from waste_trace.ledger.policy import format_policy
from waste_trace.ledger.tiles import TreeReader
from waste_trace.ledger.verify import verify_bundle

NEW = enrol_body(Device("new-01", key(50)))
NO_POINT = b64(b"\x04" + bytes(64))


@pytest.fixture(scope="module")
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """One page for all: whoever verifies looks at one bundle after the other."""
    with opened_page(browser, tmp_path_factory.mktemp("page")) as opened:
        yield opened


def signed(device: Device, payload: bytes) -> Envelope:
    return sign_envelope(payload, PAYLOAD_TYPE, f"{device.name}/{device.ep}", device.key)


def both_say_tampered(page: Page, ledger: SampleLedger, folder: Path, index: int) -> None:
    ledger.write(folder)
    keys = folder.with_name(f"{folder.name}-keys")
    ours = verify_bundle(folder, keys)
    assert ours.problem is not None
    assert (ours.exit_code, ours.problem.index) == (1, index)
    report = check(page, zipped(folder), keys)
    assert (report["verdict"], report["problem"]["index"]) == ("tampered", index)


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2}, {"typ": "Weigh"}, {"typ": "a.b.c"}, {"seq": -1}, {"prev": "AA"}, {"prev": ""},
        {"id": "01a2076b-4400-4775-ae2d-303120203030"},
        {"seen": {"n": 1, "root": ""}}, {"seen": {"n": 0}},
        {"t": "2026-02-30T08:00:00.000Z"}, {"t": "2026-11-23T24:00:00.000Z"}, {"t": "2026-11-23"},
        {"off": 0}, {"act": "张三"}, {"act": "usr_short"}, {"org": "91330482"}, {"site": "x" * 65},
        {"site": "a\nb"}, {"body": []}, {"body": {"Key": "1"}}, {"body": {"note": None}},
        {"more": 1}, {"body": {"long": "x" * 16_384}},
    ],
    ids=lambda change: json.dumps(change, ensure_ascii=False)[:40],
)  # fmt: skip
def test_an_event_out_of_its_form(page: Page, tmp_path: Path, change: dict[str, Any]) -> None:
    ledger = small_ledger(2)
    gun = Device("gun-01", key(21), seq=1, prev=bytes(32))
    value = event_value(parse_event(gun.event("weigh", {}).payload))
    ledger.log(signed(gun, canonical_bytes(value | change)))
    both_say_tampered(page, ledger, tmp_path / "b", 6)


@pytest.mark.parametrize("half", ['"\\ud800"', '"a\\udfff"'])
def test_half_a_character(page: Page, tmp_path: Path, half: str) -> None:
    ledger = small_ledger(2)
    gun = Device("gun-01", key(21))
    payload = gun.event("weigh", {"note": "half"}).payload
    ledger.log(signed(gun, payload.replace(b'"half"', half.encode())))
    both_say_tampered(page, ledger, tmp_path / "b", 6)


@pytest.mark.parametrize(("depth", "good"), [(32, True), (33, False)])
def test_how_deep_a_value_may_be(page: Page, tmp_path: Path, depth: int, *, good: bool) -> None:
    """The event and its body are two of them."""
    ledger = small_ledger(2)
    gun = Device("gun-01", key(21), seq=1, prev=bytes(32))
    payload = gun.event("weigh", {"deep": "here"}).payload
    nested = b"[" * (depth - 2) + b"]" * (depth - 2)
    ledger.log(signed(gun, payload.replace(b'"here"', nested)))
    if not good:
        both_say_tampered(page, ledger, tmp_path / "b", 6)
        return
    ledger.write(tmp_path / "b")
    assert verify_bundle(tmp_path / "b", tmp_path / "b-keys").exit_code == 0
    assert check(page, zipped(tmp_path / "b"), tmp_path / "b-keys")["verdict"] == "proven"


@pytest.mark.parametrize(
    ("typ", "body"),
    [
        ("org.register", {"org": ORG, "name": "甲", "region": "330482", "kinds": []}),
        ("org.register", {"org": ORG, "name": "甲", "kinds": ["platform"]}),
        ("site.register", {"site": "S1", "org": "91330482X", "name": "库", "kind": "store"}),
        ("pii.erased", {"digests": ["short"], "basis": "request"}),
        ("pii.erased", {"digests": [], "basis": "request"}),
        ("key.enrol", NEW | {"purpose": "guest"}),
        ("key.enrol", NEW | {"from_seq": 1}),
        ("key.enrol", NEW | {"pub": "AQ" + "A" * 41 + "="}),
        ("key.enrol", NEW | {"alg": "p256", "pub": NO_POINT}),
        ("key.enrol", NEW | {"ep": 1}),
        ("key.revoke", {"dev": "gun-01", "ep": 0, "last_good_seq": -2, "reason": ""}),
        ("key.revoke", {"dev": "gun-01", "ep": 0, "last_good_seq": 0}),
    ],
)  # fmt: skip
def test_a_body_that_the_registrar_must_not_write(
    page: Page, tmp_path: Path, typ: str, body: dict[str, JsonValue]
) -> None:
    ledger = small_ledger(2)
    ledger.log(ledger.registrar.event(typ, body))
    both_say_tampered(page, ledger, tmp_path / "b", 6)


def forked(**change: JsonValue) -> SampleLedger:
    """Entry 7: the registrar says that the gun has signed two events with number 0 (entry 6)."""
    ledger = small_ledger(2)
    gun = Device("new-01", key(50))
    ledger.enrol(gun)
    first = gun.event("weigh", {"weight_kg": "4.000"})
    second = Device("new-01", key(50)).event("weigh", {"weight_kg": "4.500"})
    ledger.log(first)
    body = fork_body(parse_event(second.payload), second, 7, payload_hash(first.payload))
    ledger.log(ledger.registrar.event("evidence.device_fork", {**body, **change}))
    return ledger


@pytest.mark.parametrize("change", [{"index": 6}, {"index": 0}, {"first": "A" * 43}])
def test_one_event_and_the_registrars_word_are_no_fork(
    page: Page, tmp_path: Path, change: dict[str, JsonValue]
) -> None:
    both_say_tampered(page, forked(**change), tmp_path / "b", 8)


def test_two_events_are_one(page: Page, tmp_path: Path) -> None:
    forked().write(tmp_path / "b")
    ours = verify_bundle(tmp_path / "b", tmp_path / "b-keys")
    assert [notice.what for notice in ours.warnings if notice.device] == ["device_fork"]
    report = check(page, zipped(tmp_path / "b"), tmp_path / "b-keys")
    assert report["problem"] is None
    assert ["two different events" in one["en"] for one in report["warnings"]] == [True]


def test_a_revoked_key_names_no_next_one(page: Page, tmp_path: Path) -> None:
    """Or whoever has stolen it would be rid of the revocation."""
    ledger = small_ledger(2)
    gun = Device("new-01", key(50))
    ledger.enrol(gun)
    revoke: dict[str, JsonValue] = {"dev": "new-01", "ep": 0, "last_good_seq": -1, "reason": "lost"}
    ledger.log(ledger.registrar.event("key.revoke", revoke))
    ledger.log(rotate(gun, key(51)))
    both_say_tampered(page, ledger, tmp_path / "b", 8)


def test_keys_of_another_ledger_accuse_nobody(page: Page, tmp_path: Path) -> None:
    small_ledger(2).write(tmp_path / "b")
    given = tmp_path / "given"
    shutil.copytree(tmp_path / "b-keys", given)
    vkey = log_vkey("haiyan.example/1", key(60)).text
    (given / "policy.txt").write_text(f"log {vkey}\nquorum none\n")
    ours = verify_bundle(tmp_path / "b", given)
    assert ours.problem is not None
    assert (ours.exit_code, ours.problem.what) == (3, "keys")
    assert "haiyan.example/1" in ours.problem.en
    report = check(page, zipped(tmp_path / "b"), given)
    assert (report["verdict"], report["problem"]["what"]) == ("unusable", "keys")
    assert page.inner_text("#verdict") == "无法核验 UNUSABLE"


def test_an_altered_bundle_stays_one_whatever_the_keys(page: Page, tmp_path: Path) -> None:
    """The origin in its checkpoint was changed, and the manifest was not."""
    folder = small_ledger(2).write(tmp_path / "b")
    note = (folder / "checkpoint").read_text()
    (folder / "checkpoint").write_text(note.replace("pinghu.", "haiyan.", 1))
    ours = verify_bundle(folder, tmp_path / "b-keys")
    assert ours.problem is not None
    assert (ours.exit_code, ours.problem.what) == (1, "files")
    report = check(page, zipped(folder), tmp_path / "b-keys")
    assert (report["verdict"], report["problem"]["what"]) == ("tampered", "files")


def test_the_page_takes_kept_checkpoints_with_the_keys(page: Page, tmp_path: Path) -> None:
    ledger, other = small_ledger(20), small_ledger(3)
    other.log(other.registrar.event("pii.erased", {"digests": ["A" * 43], "basis": "request"}))
    ledger.write(tmp_path / "b")
    kept = tmp_path / "b-keys/pinned/kept.checkpoint"
    kept.parent.mkdir()
    foreign = sign_checkpoint(Checkpoint("haiyan.example/1", 9, bytes(32)), key(60))
    cases = ((ledger.checkpoint(5), "proven"), (other.checkpoint(), "tampered"),
             (foreign, "proven"))  # fmt: skip
    for note, verdict in cases:
        kept.write_text(note)
        assert str(verify_bundle(tmp_path / "b", tmp_path / "b-keys").verdict) == verdict
        report = check(page, zipped(tmp_path / "b"), tmp_path / "b-keys")
        assert report["verdict"] == verdict, report
        said = [one["en"] for one in report["warnings"] if "another ledger" in one["en"]]
        assert bool(said) == (note == foreign)


def test_a_kept_checkpoint_in_the_bundle_is_of_its_ledger(page: Page, tmp_path: Path) -> None:
    ledger = small_ledger(20)
    other = ledger.checkpoint(5).replace("pinghu.", "haiyan.", 1)
    folder = ledger.write(tmp_path / "b", pinned={"early": other})
    ours = verify_bundle(folder, tmp_path / "b-keys")
    assert ours.problem is not None
    assert (ours.exit_code, ours.problem.what) == (1, "pinned")
    report = check(page, zipped(folder), tmp_path / "b-keys")
    assert (report["verdict"], report["problem"]["what"]) == ("tampered", "pinned")


def shown_line(index: int, array: list[JsonValue]) -> bytes:
    text = b64url(canonical_bytes(array))
    return canonical_bytes({"disclosure": text, "index": index}) + b"\n"


GOOD: list[JsonValue] = ["A" * 22, "driver_name", "张三"]


@pytest.mark.parametrize(
    ("arrays", "verdict"),
    [
        ([GOOD], 0),
        ([[*GOOD[:2], "x" * 500]], 0),
        ([[*GOOD[:2], "x" * 501]], 1),
        ([[*GOOD[:2], "\U0001f69b" * 500]], 0),  # characters, not units of UTF-16
        ([[*GOOD[:2], ""]], 1),
        ([[*GOOD[:2], "a\x00"]], 1),
        ([["A" * 21, *GOOD[1:]]], 1),
        ([[GOOD[0], "Driver", GOOD[2]]], 1),
        ([[*GOOD, "more"]], 1),
        ([GOOD, GOOD], 1),
        ([], 0),
    ],
)
def test_personal_data_that_is_shown(
    page: Page, tmp_path: Path, arrays: list[list[JsonValue]], verdict: int
) -> None:
    ledger = small_ledger(2)
    gun = Device("gun-01", key(21), seq=1, prev=bytes(32))
    digests: list[JsonValue] = [b64url(sha256(canonical_bytes(one)).digest()) for one in arrays]
    ledger.log(gun.event("weigh", {"pii": digests[:1]}))
    folder = ledger.write(tmp_path / "b")
    (folder / "disclosures.jsonl").write_bytes(b"".join(shown_line(6, one) for one in arrays))
    reseal(folder)
    assert verify_bundle(folder, tmp_path / "b-keys").exit_code == verdict
    report = check(page, zipped(folder), tmp_path / "b-keys")
    assert report["verdict"] == ("tampered" if verdict else "proven"), report["problem"]


def test_a_part_of_a_number_selects_nothing(page: Page, tmp_path: Path) -> None:
    """``scope.json`` is not signed: it may not name less than what its entries name."""
    ledger = small_ledger(2)
    gun = Device("gun-01", key(21), seq=1, prev=bytes(32))
    ledger.log(gun.event("weigh", {"manifest": "20263304000001"}))
    ledger.write(tmp_path / "w")
    for value, verdict in (("20263304000001", 0), ("0263304000001", 1)):
        folder = tmp_path / value
        write_partial(
            folder, kind="manifest", value="20263304000001", checkpoint=ledger.checkpoint(),
            tree=TreeReader(ledger.tiles, ledger.size),
            entries={index: ledger.leaves[index] for index in (0, 1, 2, 3, 6)},
            policy=format_policy(sample_policy()), registrar_vkey=REGISTRAR,
        )  # fmt: skip
        scope = (folder / "scope.json").read_text()
        (folder / "scope.json").write_text(scope.replace("20263304000001", value))
        reseal(folder)
        assert verify_bundle(folder, tmp_path / "w-keys").exit_code == verdict
        report = check(page, zipped(folder), tmp_path / "w-keys")
        assert report["verdict"] == ("tampered" if verdict else "proven")
