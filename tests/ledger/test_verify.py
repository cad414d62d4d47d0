"""The offline verifier against attackers of growing power, and against honest accidents."""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from tests.ledger.sample_ledger import (
    START_MS,
    Device,
    SampleLedger,
    key,
    rotate,
    small_ledger,
)
from waste_trace.ledger.bundle_layout import MANIFEST, format_manifest
from waste_trace.ledger.bundle_zip import zip_bundle
from waste_trace.ledger.dsse import Envelope
from waste_trace.ledger.event import Seen
from waste_trace.ledger.leaf import leaf_bytes, parse_leaf
from waste_trace.ledger.merkle import leaf_hash
from waste_trace.ledger.note import log_vkey
from waste_trace.ledger.tiles import encode_entries, split_entries
from waste_trace.ledger.verify import main, verify_bundle
from waste_trace.ledger.verify_result import MAX_WARNINGS, Report, Verdict
from waste_trace.ledger.verify_text import render

ENTRIES = "tile/entries/000.p/24"
TILE = "tile/0/000.p/24"


@pytest.fixture
def ledger() -> SampleLedger:
    return small_ledger(20)


@pytest.fixture
def folder(ledger: SampleLedger, tmp_path: Path) -> Path:
    return ledger.write(tmp_path / "b", pinned={"early": ledger.checkpoint(10)})


def check(folder: Path) -> Report:
    return verify_bundle(folder, folder.with_name(folder.name + "-keys"))


def renew_manifest(folder: Path) -> None:
    """What an attacker does last: make the manifest fit again."""
    files = [p for p in folder.rglob("*") if p.is_file() and p.name != MANIFEST]
    digests = {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files
    }
    (folder / MANIFEST).write_bytes(format_manifest(digests))


def edit(path: Path, change: Callable[[bytes], bytes]) -> None:
    before = path.read_bytes()
    after = change(before)
    assert after != before
    path.write_bytes(after)


def flip(position: int) -> Callable[[bytes], bytes]:
    return lambda data: data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :]


def names_of(report: Report) -> set[str]:
    return {warning.what for warning in report.warnings}


def offset_of(ledger: SampleLedger, index: int) -> int:
    return sum(2 + len(leaf) for leaf in ledger.leaves[:index])


def test_an_honest_bundle_is_proven(folder: Path, ledger: SampleLedger) -> None:
    report = check(folder)
    assert (report.verdict, report.exit_code, report.problem) == (Verdict.PROVEN, 0, None)
    assert (report.size, report.root, report.keys) == (24, ledger.root, "given")
    value = orjson.loads(orjson.dumps(report.to_value()))
    assert all(item["ok"] is True for item in value["checks"])
    assert set(value) >= {
        "verdict",
        "exit",
        "size",
        "root",
        "checks",
        "problem",
        "warnings",
        "keys",
    }
    assert value["warnings"] == []
    assert "PROVEN" in render(report)


def test_keys_from_the_bundle_are_said_to_be_so(folder: Path) -> None:
    report = verify_bundle(folder)
    assert (report.exit_code, report.keys, names_of(report)) == (0, "from bundle", {"keys"})


def test_a_zip_is_verified_like_a_folder(folder: Path, tmp_path: Path) -> None:
    with (tmp_path / "b.zip").open("wb") as target:
        zip_bundle(folder, target)
    assert verify_bundle(tmp_path / "b.zip", tmp_path / "b-keys").exit_code == 0
    shutil.make_archive(str(tmp_path / "again"), "zip", folder)
    report = verify_bundle(tmp_path / "again.zip", tmp_path / "b-keys")
    assert report.verdict is Verdict.INCOMPLETE
    assert report.problem is not None
    assert "unpack" in report.problem.en


def test_an_empty_ledger(tmp_path: Path) -> None:
    report = check(SampleLedger().write(tmp_path / "b"))
    assert (report.exit_code, report.size) == (0, 0)


@pytest.mark.parametrize("renewed", [False, True], ids=["old manifest", "new manifest"])
@pytest.mark.parametrize("index", [0, 7, 23])
@pytest.mark.parametrize("inside", [0, 1, 2, 60, 300])
def test_an_altered_entry_is_named(
    folder: Path, ledger: SampleLedger, index: int, inside: int, renewed: bool
) -> None:
    offset = offset_of(ledger, index)
    edit(folder / ENTRIES, flip(offset + inside))
    if renewed:
        renew_manifest(folder)
    problem = check(folder).problem
    assert problem is not None
    assert (problem.what, problem.file) == ("entries", ENTRIES)
    assert (problem.index, problem.offset) == (index, offset)


def test_device_and_manifest_of_an_altered_entry_are_named(
    folder: Path, ledger: SampleLedger
) -> None:
    offset = offset_of(ledger, 9)
    edit(folder / ENTRIES, flip(offset + len(ledger.leaves[9]) - 30))  # inside the signature
    problem = check(folder).problem
    assert problem is not None
    assert (problem.index, problem.device, problem.manifest) == (9, "gun-02", "2026330482000005")
    assert "gun-02" in render(check(folder))


def test_an_altered_tile_is_not_blamed_on_the_entry(folder: Path) -> None:
    edit(folder / TILE, flip(32 * 5 + 3))
    renew_manifest(folder)
    problem = check(folder).problem
    assert problem is not None
    assert (problem.what, problem.file, problem.index, problem.offset) == ("tiles", TILE, 5, 160)


def test_an_altered_upper_tile(tmp_path: Path) -> None:
    folder = small_ledger(300).write(tmp_path / "b")
    edit(folder / "tile/1/000.p/1", flip(3))
    renew_manifest(folder)
    problem = check(folder).problem
    assert problem is not None
    assert (problem.what, problem.file, problem.offset) == ("tiles", "tile/1/000.p/1", 0)


def replace_leaf(folder: Path, ledger: SampleLedger, index: int, leaf: bytes) -> None:
    """An attacker with the database: entry, leaf hash and manifest agree again."""
    leaves = [*ledger.leaves[:index], leaf, *ledger.leaves[index + 1 :]]
    (folder / ENTRIES).write_bytes(encode_entries(leaves))
    (folder / TILE).write_bytes(b"".join(leaf_hash(entry) for entry in leaves))
    renew_manifest(folder)


def test_an_entry_altered_with_its_hash(folder: Path, ledger: SampleLedger) -> None:
    leaf = parse_leaf(ledger.leaves[9])
    payload = leaf.envelope.payload.replace(b"182.500", b"082.500")
    forged = replace(leaf.envelope, payload=payload)
    replace_leaf(folder, ledger, 9, leaf_bytes(forged, leaf.ms))
    problem = check(folder).problem
    assert problem is not None
    assert (problem.what, problem.index) == ("signatures", 9)
    assert (problem.device, problem.manifest) == ("gun-02", "2026330482000005")


def test_a_time_altered_with_its_hash(folder: Path, ledger: SampleLedger) -> None:
    leaf = parse_leaf(ledger.leaves[9])
    replace_leaf(folder, ledger, 9, leaf_bytes(leaf.envelope, leaf.ms + 1))
    problem = check(folder).problem
    assert problem is not None
    assert (problem.what, problem.file) == ("root", "checkpoint")


def test_an_altered_range_is_named_by_the_tile_above(tmp_path: Path) -> None:
    ledger = small_ledger(300)
    folder = ledger.write(tmp_path / "b")
    leaf = parse_leaf(ledger.leaves[200])
    leaves = list(ledger.leaves[:256])
    leaves[200] = leaf_bytes(leaf.envelope, leaf.ms + 1)
    (folder / "tile/entries/000").write_bytes(encode_entries(leaves))
    (folder / "tile/0/000").write_bytes(b"".join(leaf_hash(entry) for entry in leaves))
    renew_manifest(folder)
    problem = check(folder).problem
    assert problem is not None
    assert (problem.what, problem.file, problem.index) == ("root", "tile/1/000.p/1", 0)
    assert "255" in problem.en


def forge(ledger: SampleLedger, change: Callable[[list[bytes]], None], folder: Path) -> Path:
    """An attacker with the log key and all witnesses: a whole new history, properly signed."""
    leaves = list(ledger.leaves)
    change(leaves)
    other = SampleLedger()
    other.append_leaves(leaves)
    return other.write(folder, pinned={"early": ledger.checkpoint(10)})


def test_a_rewritten_history_contradicts_the_pinned_checkpoint(
    ledger: SampleLedger, tmp_path: Path
) -> None:
    def later(leaves: list[bytes]) -> None:
        leaf = parse_leaf(leaves[3])
        leaves[3] = leaf_bytes(leaf.envelope, leaf.ms + 1)

    problem = check(forge(ledger, later, tmp_path / "b")).problem
    assert problem is not None
    assert (problem.what, problem.file) == ("pinned", "pinned/early.checkpoint")


def test_a_pin_that_the_verifier_brings_along(ledger: SampleLedger, tmp_path: Path) -> None:
    folder = ledger.write(tmp_path / "b")
    pins = tmp_path / "b-keys" / "pinned"
    pins.mkdir()
    (pins / "mine.checkpoint").write_text(ledger.checkpoint(12))
    assert check(folder).exit_code == 0
    ledger.append_leaves([ledger.leaves[-1]])
    (pins / "mine.checkpoint").write_text(ledger.checkpoint())
    report = check(folder)
    assert (report.exit_code, report.problem and report.problem.what) == (2, "pinned")


@pytest.mark.parametrize(
    ("change", "what", "index"),
    [
        (lambda leaves: leaves.pop(4), None, None),  # a dropped event is a gap: see below
        (lambda leaves: leaves.insert(9, leaves.pop(8)), "times", 9),
        (lambda leaves: leaves.pop(0), "enrolment", 0),
        (lambda leaves: leaves.pop(2), "signatures", 3),
    ],
)
def test_what_a_rewritten_history_must_still_obey(
    tmp_path: Path,
    ledger: SampleLedger,
    change: Callable[[list[bytes]], None],
    what: str | None,
    index: int | None,
) -> None:
    leaves = list(ledger.leaves)
    change(leaves)
    other = SampleLedger()
    other.append_leaves(leaves)
    report = check(other.write(tmp_path / "b"))
    if what is None:
        assert {"gap"} <= names_of(report)
    else:
        assert report.problem is not None
        assert (report.problem.what, report.problem.index) == (what, index)


def test_a_ghost_event_of_a_key_that_nobody_enrolled(tmp_path: Path, ledger: SampleLedger) -> None:
    ledger.log(Device("gun-03", key(23)).event("weigh", {"manifest": "M1"}))
    problem = check(ledger.write(tmp_path / "b")).problem
    assert problem is not None
    assert (problem.what, problem.index, problem.device) == ("signatures", 24, "gun-03")
    assert problem.manifest == "M1"


def test_an_envelope_that_names_another_key(tmp_path: Path) -> None:
    ledger = small_ledger(0)
    good = Device("gun-01", key(21)).event("weigh", {})
    ledger.log(Envelope(good.payload, good.payload_type, "gun-02/0", good.signature))
    problem = check(ledger.write(tmp_path / "b")).problem
    assert problem is not None
    assert (problem.what, problem.index) == ("signatures", 4)


def test_an_event_of_another_ledger(tmp_path: Path) -> None:
    ledger = small_ledger(0)
    ledger.log(Device("gun-01", key(21)).event("weigh", {}, origin="elsewhere.example/1"))
    problem = check(ledger.write(tmp_path / "b")).problem
    assert problem is not None
    assert (problem.what, problem.index) == ("enrolment", 4)


def test_a_leaf_that_is_no_event(tmp_path: Path) -> None:
    ledger = small_ledger(0)
    ledger.append_leaves([b'{"v":1}'])
    problem = check(ledger.write(tmp_path / "b")).problem
    assert problem is not None
    assert (problem.what, problem.index, problem.device) == ("canonical", 4, None)


def test_gaps_forks_and_late_events_are_evidence_and_no_tampering(tmp_path: Path) -> None:
    ledger = small_ledger(0)
    gun = Device("gun-01", key(21))
    events = [gun.event("weigh", {"n": n}) for n in range(6)]
    ledger.log(events[0], events[3], events[1])
    twin = Device("gun-01", key(21), seq=3, prev=b"\x05" * 32)
    ledger.log(twin.event("weigh", {"n": 99}))
    ledger.log(
        ledger.registrar.event(
            "key.revoke", {"dev": "gun-01", "ep": 0, "last_good_seq": 3, "reason": "lost"}
        )
    )
    ledger.log(events[4])
    report = check(ledger.write(tmp_path / "b"))
    assert report.exit_code == 0
    assert names_of(report) == {"gap", "out_of_order", "fork", "late_after_revoke"}
    late = next(w for w in report.warnings if w.what == "late_after_revoke")
    assert (late.index, late.device) == (9, "gun-01")
    assert any("lacks 1 events: 2." in warning.en for warning in report.warnings)


def test_a_rotated_key(tmp_path: Path) -> None:
    ledger = small_ledger(0)
    gun = Device("gun-01", key(21))
    ledger.log(gun.event("weigh", {}))
    ledger.log(rotate(gun, key(33, "p256")))
    ledger.log(gun.event("weigh", {}))
    report = check(ledger.write(tmp_path / "b"))
    assert (report.exit_code, report.warnings) == (0, [])


def test_a_device_that_saw_another_ledger_is_heard(tmp_path: Path) -> None:
    ledger = small_ledger(0)
    gun = Device("gun-01", key(21))
    ledger.log(gun.event("weigh", {}, seen=Seen(4, ledger.root)))
    ledger.log(gun.event("weigh", {}, seen=Seen(4, b"\x07" * 32)))
    ledger.log(gun.event("weigh", {}, seen=Seen(99, b"\x07" * 32)))
    report = check(ledger.write(tmp_path / "b"))
    assert [(w.what, w.index) for w in report.warnings] == [("seen", 5), ("seen", 6)]


def test_warnings_do_not_grow_without_limit(tmp_path: Path) -> None:
    ledger = small_ledger(0)
    gun = Device("gun-01", key(21))
    for _ in range(MAX_WARNINGS + 5):
        gun.seq, gun.prev = gun.seq + 1, b"\x01" * 32
        ledger.log(gun.event("weigh", {}))
    report = check(ledger.write(tmp_path / "b"))
    assert (len(report.warnings), report.unlisted_warnings) == (MAX_WARNINGS, 6)
    assert report.to_value()["warnings_not_listed"] == 6


@pytest.mark.parametrize("witnesses", [(), ("w1",)])
def test_too_few_witnesses(
    tmp_path: Path, ledger: SampleLedger, witnesses: tuple[str, ...]
) -> None:
    note = ledger.checkpoint(witnesses=witnesses)
    report = check(ledger.write(tmp_path / "b", checkpoint=note))
    assert report.verdict is Verdict.INCOMPLETE
    assert report.problem is not None
    assert report.problem.what == "witnesses"


@pytest.mark.parametrize(
    "name", ["checkpoint", "policy.txt", "registrar.vkey", "README.txt", MANIFEST, ENTRIES, TILE]
)
def test_missing_files_are_incomplete(folder: Path, name: str) -> None:
    (folder / name).unlink()
    report = check(folder)
    assert (report.verdict, report.exit_code) == (Verdict.INCOMPLETE, 2)
    assert report.problem is not None
    assert report.problem.file == name


@pytest.mark.parametrize("name", ["checkpoint", "policy.txt", "registrar.vkey", "README.txt"])
def test_an_altered_file_is_named(folder: Path, name: str) -> None:
    edit(folder / name, flip(20))
    for report in (check(folder), verify_bundle(folder)):
        assert report.exit_code == 1
        assert report.problem is not None
        assert report.problem.file == name


def test_files_that_do_not_belong(folder: Path) -> None:
    (folder / ".DS_Store").write_bytes(b"x")
    report = check(folder)
    assert (report.exit_code, names_of(report)) == (0, {"files"})
    (folder / "extra").write_bytes(b"x")
    report = check(folder)
    assert (report.exit_code, report.problem and report.problem.file) == (1, "extra")


def test_bytes_after_the_last_entry(folder: Path) -> None:
    edit(folder / ENTRIES, lambda data: data + b"\0")
    renew_manifest(folder)
    problem = check(folder).problem
    assert problem is not None
    assert (problem.what, problem.index) == ("entries", 23)


def test_a_truncated_entry_bundle_and_tile(folder: Path, ledger: SampleLedger) -> None:
    whole = (folder / ENTRIES).read_bytes()
    (folder / ENTRIES).write_bytes(whole[:-5])
    problem = check(folder).problem
    assert problem is not None
    assert (problem.what, problem.index) == ("entries", 23)
    (folder / ENTRIES).write_bytes(whole)
    edit(folder / TILE, lambda data: data[:-32])
    renew_manifest(folder)
    problem = check(folder).problem
    assert problem is not None
    assert (problem.what, problem.file) == ("tiles", TILE)
    assert len(split_entries(whole, 24)) == ledger.size


def test_keys_of_somebody_else(folder: Path, tmp_path: Path) -> None:
    keys = tmp_path / "b-keys"
    other = log_vkey("registrar.example", key(77)).text.encode() + b"\n"
    edit(keys / "registrar.vkey", lambda _: other)
    report = check(folder)
    assert (report.exit_code, report.problem and report.problem.index) == (1, 0)
    assert "keys" in names_of(report)


@pytest.mark.parametrize("name", ["policy.txt", "registrar.vkey"])
def test_keys_in_the_bundle_that_are_not_those_given(folder: Path, name: str) -> None:
    edit(folder / name, flip(10))
    renew_manifest(folder)
    report = check(folder)
    assert (report.exit_code, names_of(report)) == (0, {"keys"})
    assert verify_bundle(folder).exit_code == 1


def test_wrong_use(folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 3
    assert main(["--nonsense", str(folder)]) == 3
    assert main([str(tmp_path / "nowhere")]) == 3
    assert main([str(tmp_path)]) == 3
    (tmp_path / "text").write_text("hello")
    assert main([str(tmp_path / "text")]) == 3
    assert main([str(folder), "--keys", str(tmp_path)]) == 3
    (tmp_path / "b-keys" / "policy.txt").write_text("nonsense\n")
    assert main([str(folder), "--keys", str(tmp_path / "b-keys")]) == 3
    assert main(["--help"]) == 0
    assert "UNUSABLE" in capfd.readouterr().out


def test_a_zip_cut_short_is_incomplete(folder: Path, tmp_path: Path) -> None:
    archive = tmp_path / "b.zip"
    with archive.open("wb") as target:
        zip_bundle(folder, target)
    archive.write_bytes(archive.read_bytes()[:-100])
    assert verify_bundle(archive).exit_code == 2


def test_the_verifier_runs_alone(folder: Path) -> None:
    """In its own process: exit code, JSON, and nothing imported but what it may."""
    program = (
        "import sys, runpy\n"
        "sys.argv[0] = 'verify'\n"
        "try:\n"
        "    runpy.run_module('waste_trace.ledger.verify', run_name='__main__')\n"
        "finally:\n"
        "    print(*sorted(sys.modules), sep='\\n', file=sys.stderr)\n"
    )
    keys = folder.with_name("b-keys")
    command = [sys.executable, "-c", program, str(folder), "--keys", str(keys), "--json"]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    assert done.returncode == 0
    assert orjson.loads(done.stdout)["verdict"] == "proven"
    modules = done.stderr.split()
    ours = {m for m in modules if m.startswith(("waste_trace.", "api", "scanner"))}
    ground = ("waste_trace.ledger", "waste_trace.errors", "waste_trace.value")
    assert all(m.startswith(ground) for m in ours)
    heavy = {"sqlalchemy", "sqlmodel", "fastapi", "pydantic", "numpy", "httpx", "celery"}
    assert not heavy & set(modules)
    edit(folder / ENTRIES, flip(700))
    command = [sys.executable, "-m", "waste_trace.ledger.verify", str(folder)]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    assert done.returncode == 1
    assert "TAMPERED" in done.stdout


def test_times_grow_from_the_first_entry(tmp_path: Path) -> None:
    ledger = small_ledger(0)
    gun = Device("gun-01", key(21))
    ledger.log(gun.event("weigh", {}), ms=START_MS + 9_000)
    ledger.log(gun.event("weigh", {}), ms=START_MS + 9_000)
    assert check(ledger.write(tmp_path / "same")).exit_code == 0
    ledger.log(gun.event("weigh", {}), ms=START_MS + 8_999)
    problem = check(ledger.write(tmp_path / "back")).problem
    assert problem is not None
    assert (problem.what, problem.index) == ("times", 6)
