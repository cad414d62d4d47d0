"""``waste-trace import``: a beginning from files, at the terminal."""

import json
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.cli.program import run_program

pytestmark = pytest.mark.long

HEAD = "统一社会信用代码,单位名称,类型\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that becomes a deployment."""
    return tmp_path


def _import(folder: Path, *arguments: str) -> CompletedProcess[str]:
    return run_program("import", *arguments, WASTE_TRACE_DATA_DIR=str(folder / "data"))


def test_a_file_is_rehearsed_refused_and_imported(folder: Path) -> None:
    good, bad = folder / "good.csv", folder / "bad.csv"
    good.write_text(f"{HEAD}91330100716105852F,新厂,产废单位\n", encoding="utf-8")
    bad.write_text(f"{HEAD}91330100716105852X,新厂,化工厂\n", encoding="utf-8")
    rehearsal = _import(folder, "organisations", str(good), "--dry-run", "--json")
    assert rehearsal.returncode == 0, rehearsal.stderr
    assert json.loads(rehearsal.stdout)["written"] is False
    assert "这是预演" in rehearsal.stderr
    refused = _import(folder, "organisations", str(bad), "--json")
    assert (refused.returncode, len(json.loads(refused.stdout)["problems"])) == (1, 2)
    assert "单元格 C2" in refused.stderr
    done = _import(folder, "organisations", str(good), "--json")
    assert json.loads(done.stdout)["written"] is True, done.stderr
    streams = folder / "streams.csv"
    streams.write_text("废物代码,废物名称,形态,预计年产生量kg\n900-214-08,废机油,液态,9\n", "utf-8")
    own = _import(folder, "streams", str(streams), "--org", "91330100716105852F", "--json")
    assert json.loads(own.stdout)["entries"] == 1, own.stderr


def test_what_cannot_be_is_said_in_a_sentence(folder: Path) -> None:
    template = folder / "sites.xlsx"
    assert _import(folder, "sites", str(template), "--template").returncode == 0
    assert template.read_bytes()[:2] == b"PK"
    for arguments, words in (
        (("nothing", str(template)), "没有“nothing”这种导入"),
        (("sites", str(folder / "absent.xlsx")), "无法读取"),
        (("streams", str(template), "--org", "91330100716105852F"), "未登记"),
    ):
        done = _import(folder, *arguments)
        assert (done.returncode, "Traceback" in done.stderr) == (3, False)
        assert words in done.stderr
