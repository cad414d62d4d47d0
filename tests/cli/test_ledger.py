"""``waste-trace ledger``: check and export, with exit codes that a timer can act on."""

import json
import shutil
from datetime import date
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from api.cli.opening import opened
from tests.cli.program import run_program
from waste_trace.ledger.verify import verify_bundle
from waste_trace.ledger.verify_result import Verdict
from waste_trace.services.issue_labels import issue_labels
from waste_trace.settings import Settings
from waste_trace.store.sequencer.high_water import HighWater

pytestmark = pytest.mark.long

#: Entries of a ledger that has just been opened: the opening, and a key for each service.
OPENED = 6


def cli(folder: Path, *arguments: str, **own: str) -> CompletedProcess[str]:
    data_dir = {"WASTE_TRACE_DATA_DIR": str(folder / "data")}
    return run_program("ledger", *arguments, **(data_dir | own))


def test_check_says_what_it_found_and_how_far_it_came(home: Path) -> None:
    first = cli(home, "check", "--json")
    assert first.returncode == 0, first.stderr
    value = json.loads(first.stdout)
    assert (value["verdict"], value["size"], value["problem"]) == ("proven", OPENED, None)
    assert f"{OPENED}/{OPENED}" in first.stderr
    again = cli(home, "check")
    assert (again.returncode, again.stderr) == (0, "")
    assert "PROVEN" in again.stdout
    full = cli(home, "check", "--full")
    assert full.returncode == 0
    assert f"{OPENED}/{OPENED}" in full.stderr


def test_check_names_what_went_back(home: Path) -> None:
    HighWater(home / "data/high-water").raise_to(Settings().ledger_origin, 9, bytes(32))
    done = cli(home, "check", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["problem"]["what"] == "high-water"


def test_check_without_a_ledger(tmp_path: Path) -> None:
    done = cli(tmp_path, "check")
    assert done.returncode == 2
    assert "INCOMPLETE" in done.stdout
    assert not (tmp_path / "data").exists()


def test_an_organisations_days_are_exported_and_proven(home: Path) -> None:
    org = "91330482MA2CUX11X3"
    days = ("--from", "2026-11-23", "--to", "2026-11-23")
    empty = cli(home, "export", str(home / "none"), "--org", org, *days)
    assert (empty.returncode, "holds nothing" in empty.stderr) == (3, True)
    for wrong in (("--org", org), ("--container", "x", "--manifest", "y"), days):
        done = cli(home, "export", str(home / "wrong"), *wrong)
        assert (done.returncode, (home / "wrong").exists()) == (3, False)


def test_a_container_is_exported_and_proven(home: Path) -> None:
    settings = Settings(data_dir=home / "data", database_url="", broker_url="")
    with opened(settings) as deployment:
        issued = issue_labels(deployment, "91330482MA2CUX11X3", "900-214-08", date(2026, 11, 23), 2)
    code = str(issued.tokens[0].digital_id)
    done = cli(home, "export", str(home / "one"), "--container", code, "--keys", str(home / "k"))
    assert done.returncode == 0, done.stderr
    report = verify_bundle(home / "one", home / "k")
    assert report.verdict is Verdict.PROVEN
    assert report.scope is not None
    assert (report.scope["kind"], report.scope["value"]) == ("container", code)


def test_a_ledger_that_lost_entries_goes_on_under_a_new_name(home: Path) -> None:
    refused = cli(
        home, "restore", "--as", "x.example/2", "--because", "other", "--into", str(home / "n")
    )
    assert (refused.returncode, "whole and open" in refused.stderr) == (3, True)
    shutil.rmtree(home / "n", ignore_errors=True)
    shutil.copy(home / "data/waste-trace.db", home / "old.db")
    with opened(_settings(home)) as deployment:
        issue_labels(deployment, "91330482MA2CUX11X3", "900-214-08", date(2026, 11, 23))
    for name in ("waste-trace.db-wal", "waste-trace.db-shm"):
        (home / "data" / name).unlink(missing_ok=True)
    shutil.copy(home / "old.db", home / "data/waste-trace.db")
    assert cli(home, "check").returncode == 1
    into = str(home / "new")
    done = cli(home, "restore", "--as", "x.example/2", "--because", "database_lost", "--into", into)
    assert done.returncode == 0, done.stderr
    again = cli(home, "check", "--full", "--json", WASTE_TRACE_DATA_DIR=into)
    assert (again.returncode, json.loads(again.stdout)["size"]) == (0, OPENED)
    assert "x.example/2" in (home / "new/public-keys/policy.txt").read_text()
    assert cli(home, "check").returncode == 1  # the old one is as it was
    twice = cli(home, "restore", "--as", "x.example/3", "--because", "other", "--into", into)
    assert (twice.returncode, "not an empty folder" in twice.stderr) == (3, True)


@pytest.mark.parametrize(
    "command",
    [
        ("restore", "--as", "x.example/2", "--into", "NEW"),
        ("renew-key", "registrar"),
    ],
)
def test_a_reason_is_one_of_the_codes(home: Path, command: tuple[str, ...]) -> None:
    into = [word.replace("NEW", str(home / "new")) for word in command]
    for worded in ("吴驾驶弄丢", "", "SCHEDULED", "lost"):
        done = cli(home, *into, "--because", worded)
        assert done.returncode == 2
        assert "不是原因代码" in done.stderr
        assert "no code of a reason" in done.stderr
    listed = cli(home, command[0], "--help").stdout
    assert all(one in listed for one in ("other", "其他"))
    assert not (home / "new").exists()
    assert json.loads(cli(home, "check", "--json").stdout)["size"] == OPENED


def _settings(home: Path) -> Settings:
    return Settings(data_dir=home / "data", database_url="", broker_url="")


@pytest.mark.parametrize("name", ["log", "registrar"])
def test_a_key_is_renewed_and_the_old_public_keys_still_verify(home: Path, name: str) -> None:
    assert cli(home, "export", str(home / "before"), "--keys", str(home / "keys")).returncode == 0
    done = cli(home, "renew-key", name, "--because", "scheduled")
    assert done.returncode == 0, done.stderr
    assert f"第 {OPENED} 条" in done.stderr
    assert cli(home, "renew-key", name, "--because", "scheduled").returncode == 0
    assert cli(home, "export", str(home / "after"), "--keys", str(home / "new")).returncode == 0
    for bundle, keys in (
        ("before", "keys"),
        ("after", "keys"),
        ("before", "new"),
        ("after", "new"),
    ):
        assert verify_bundle(home / bundle, home / keys).verdict is Verdict.PROVEN, (bundle, keys)
    assert cli(home, "check", "--full").returncode == 0
