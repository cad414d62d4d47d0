"""The contract of ``waste-trace demo`` and ``verify``, as outsiders call them."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from api.cli.output import FALSE, INCOMPLETE, PROVEN, WRONG_USE
from api.demo.cast import CAST, personal_of
from tests.cli.program import run_program
from tests.privacy.test_leaves import personal_in
from waste_trace.ledger.event import parse_event
from waste_trace.ledger.leaf import parse_leaf
from waste_trace.ledger.tiles import split_entries

pytestmark = pytest.mark.long

STEPS = (
    "open_ledger", "enrol_devices", "produce", "issue_code", "print_label", "fill", "store_in",
    "verify_frame", "camera_covered", "store_out", "open_manifest", "load", "transport",
    "weigh_in", "accept", "late_events", "treat", "collect_small", "merge", "consign_merged",
    "weight_difference", "treat_merged", "trace", "export_bundle", "verify_offline",
    "mass_balance", "detect_tampering",
)  # fmt: skip


def _cli(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "api.cli.main", *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env=dict(os.environ),
    )


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    """The demonstration's answer and the bundle that it kept."""
    bundle = tmp_path_factory.mktemp("demo") / "bundle"
    done = _cli("demo", "--json", "--bundle", str(bundle))
    assert done.returncode == PROVEN, done.stderr
    return json.loads(done.stdout), bundle


def test_every_step_is_proven(told: tuple[dict[str, Any], Path]) -> None:
    answer, _ = told
    assert tuple(step["name"] for step in answer["steps"]) == STEPS
    assert [step for step in answer["steps"] if step["proven"] is not True] == []
    assert all(step["detail"] for step in answer["steps"])
    assert answer["figures"]["labels_read_from_pixels"] >= 20
    assert answer["figures"]["receipts_verified_on_devices"] >= 25


def test_the_kept_bundle_verifies(told: tuple[dict[str, Any], Path]) -> None:
    done = _cli("verify", str(told[1]), "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["verdict"]) == (PROVEN, "proven")
    assert report["size"] > 50


def test_a_flipped_byte_is_named(told: tuple[dict[str, Any], Path], tmp_path: Path) -> None:
    forged = tmp_path / "forged"
    shutil.copytree(told[1], forged)
    entries = next(path for path in (forged / "tile/entries").rglob("*") if path.is_file())
    data = bytearray(entries.read_bytes())
    data[len(data) // 3] ^= 0x10
    entries.write_bytes(data)
    done = _cli("verify", str(forged), "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["verdict"]) == (FALSE, "tampered")
    assert report["problem"]["index"] > 0
    assert report["problem"]["file"].startswith("tile/entries/")


def test_a_missing_file_is_incomplete(told: tuple[dict[str, Any], Path], tmp_path: Path) -> None:
    partial = tmp_path / "partial"
    shutil.copytree(told[1], partial)
    (partial / "checkpoint").unlink()
    assert _cli("verify", str(partial), "--json").returncode == INCOMPLETE


def test_what_is_no_bundle_is_wrong_use(tmp_path: Path) -> None:
    done = _cli("verify", str(tmp_path / "nowhere"), "--json")
    assert done.returncode == WRONG_USE
    assert "Traceback" not in done.stderr


def test_a_folder_in_use_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    done = run_program("demo", "--json", "--bundle", str(tmp_path))
    assert done.returncode == WRONG_USE
    assert (tmp_path / "mine.txt").read_text() == "keep"
    assert done.stdout == ""


@pytest.fixture(scope="module")
def leaves(told: tuple[dict[str, Any], Path]) -> list[bytes]:
    """The leaves of the story."""
    (entries,) = (path for path in (told[1] / "tile/entries").rglob("*") if path.is_file())
    return list(split_entries(entries.read_bytes(), int(entries.name)))


def test_no_leaf_holds_personal_data(leaves: list[bytes]) -> None:
    people = [party.person for party in CAST]
    numbers = [number for party in CAST for number in personal_of(party, "load").values()]
    assert [found for leaf in leaves if (found := personal_in(leaf, [*people, *numbers]))] == []


def test_who_signs_is_named_beside_the_ledger(leaves: list[bytes]) -> None:
    events = [parse_event(parse_leaf(leaf).envelope.payload) for leaf in leaves]
    digests = {(e.typ, len(e.body["pii"])) for e in events if "pii" in e.body}  # type: ignore[arg-type]
    people = {("load", 2), ("accept", 2), ("open_manifest", 2)}
    assert digests == {*people, ("key.enrol", 1)}  # what a device is called
