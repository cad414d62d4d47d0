"""The working-day calendar from the command line: years, a deadline, a new year tried and taken."""

from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.cli.program import run_program

pytestmark = pytest.mark.long

YEAR = "日期,类型,名称\n2027-01-01,放假,元旦\n2027-01-02,上班,元旦\n"


def _cli(folder: Path, *arguments: str) -> CompletedProcess[str]:
    return run_program("calendar", *arguments, WASTE_TRACE_DATA_DIR=str(folder))


def test_a_deadline_over_a_holiday_and_one_in_a_year_that_nobody_announced(tmp_path: Path) -> None:
    known = _cli(tmp_path, "deadline", "2026-09-29", "5")
    assert (known.returncode, known.stdout) == (0, "2026-10-12\n")
    unknown = _cli(tmp_path, "deadline", "2026-12-30", "5")
    assert unknown.returncode == 1
    assert "未核实" in unknown.stdout


def test_a_year_is_tried_and_then_taken(tmp_path: Path) -> None:
    file = tmp_path / "2027.csv"
    file.write_text(YEAR, "utf-8")
    folder = tmp_path / "data"
    tried = _cli(folder, "import", str(file), "--source", "国办发明电〔2026〕1号")
    assert tried.returncode == 0, tried.stderr
    assert "2027-01-02  照常 → 上班" in tried.stdout
    assert "Nothing was written" in tried.stderr
    assert not folder.exists()
    taken = _cli(folder, "import", str(file), "--source", "国办发明电〔2026〕1号", "--apply")
    assert taken.returncode == 0, taken.stderr
    shown = _cli(folder, "years")
    assert "2027    2 天  [1] 国办发明电〔2026〕1号" in shown.stdout


def test_a_wrong_file_names_its_cell_and_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "2027.csv"
    file.write_text(YEAR + "2027-02-30,放假,春节\n", "utf-8")
    done = _cli(tmp_path / "data", "import", str(file), "--source", "x", "--apply")
    assert done.returncode == 3
    assert "单元格 A4" in done.stderr
    assert not (tmp_path / "data").exists()
