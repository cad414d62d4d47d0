"""``waste-trace ledger``: check and export, with exit codes that a timer can act on."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from api.cli.opening import opened
from waste_trace.services.open_ledger import open_ledger
from waste_trace.settings import Settings


def cli(folder: Path, *arguments: str, **own: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "WASTE_TRACE_DATA_DIR": str(folder / "data"), **own}
    return subprocess.run(
        [sys.executable, "-m", "api.cli.main", "ledger", *arguments],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder whose data folder holds an open ledger."""
    settings = Settings(data_dir=tmp_path / "data", database_url="", broker_url="")
    with opened(settings) as deployment:
        assert open_ledger(deployment)
    return tmp_path


def test_check_says_what_it_found_and_how_far_it_came(home: Path) -> None:
    first = cli(home, "check", "--json")
    assert first.returncode == 0, first.stderr
    value = json.loads(first.stdout)
    assert (value["verdict"], value["size"], value["problem"]) == ("proven", 4, None)
    assert "4/4" in first.stderr
    again = cli(home, "check")
    assert (again.returncode, again.stderr) == (0, "")
    assert "PROVEN" in again.stdout
    full = cli(home, "check", "--full")
    assert full.returncode == 0
    assert "4/4" in full.stderr


def test_check_names_what_went_back(home: Path) -> None:
    mark = home / "data/high-water"
    mark.write_text(json.dumps({**json.loads(mark.read_text()), "size": 9}))
    done = cli(home, "check", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["problem"]["what"] == "high-water"


def test_check_without_a_ledger(tmp_path: Path) -> None:
    done = cli(tmp_path, "check")
    assert done.returncode == 2
    assert "INCOMPLETE" in done.stdout
    assert not (tmp_path / "data").exists()
