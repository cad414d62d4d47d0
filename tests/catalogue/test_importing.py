"""A new edition from CSV and XLSX: read the same from both, compared, refused by the cell."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.catalogue.workbooks import comma, xlsx
from waste_trace.catalogue.importing import ImportPlan, plan_import
from waste_trace.catalogue.loader import hazardous_2021
from waste_trace.catalogue.lookup import packaged
from waste_trace.catalogue.shelf import (
    UnreadableEdition,
    catalogue_with,
    read_edition,
    write_edition,
)
from waste_trace.catalogue.spreadsheet import UnreadableSheet, read_table
from waste_trace.codes.waste_code import WasteKind

pytestmark = pytest.mark.long

BASE = hazardous_2021()
OFFICIAL = ["废物类别", "行业来源", "废物代码", "危险废物", "危险特性"]
WRITERS: list[Callable[[Sequence[Sequence[str | int]]], bytes]] = [comma, xlsx]


def plan_of(data: bytes, name: str = "2025") -> ImportPlan:
    table = read_table(data, BASE)
    return plan_import(
        table.rows, name=name, title=f"国家危险废物名录（{name}年版）",
        effective=date(2025, 1, 1), certainty="1", base=BASE, lines=table.lines,
    )  # fmt: skip


def official_rows() -> list[list[str | int]]:
    """The packaged list in the shape of the official table: cells merged, hazards as printed."""
    rows: list[list[str | int]] = [["附表"], list(OFFICIAL)]
    category = industry = ""
    for entry in BASE.entries.values():
        shown = f"{entry.category}\n{entry.category_name}" if entry.category != category else ""
        trade = entry.industry if entry.industry != industry else ""
        category, industry = entry.category, entry.industry
        join = "/" if entry.hazard_rule.value == "any" else "，"
        rows.append([shown, trade, entry.code, entry.description, join.join(entry.hazards)])
    return rows


@pytest.mark.parametrize("write", WRITERS)
def test_the_official_shape_of_our_own_list_differs_in_nothing(
    write: Callable[[Sequence[Sequence[str | int]]], bytes],
) -> None:
    plan = plan_of(write(official_rows()))
    assert plan.problems == ()
    assert len(plan.edition.entries) == 467
    assert (plan.diff.added, plan.diff.removed) == ((), ())
    assert [c for c in plan.diff.changed if c.field != "hazard_rule"] == []


def test_gb18030_from_an_old_office_is_read() -> None:
    assert len(plan_of(comma(official_rows(), "gb18030")).edition.entries) == 467


@pytest.mark.parametrize("write", WRITERS)
def test_every_problem_names_its_cell(
    write: Callable[[Sequence[Sequence[str | int]]], bytes],
) -> None:
    rows: list[list[str | int]] = [
        list(OFFICIAL),
        ["HW08 废矿物油与含矿物油废物", "非特定行业", "900-249-08", "废矿物油", "T，I"],
        ["", "", "", "", ""],
        ["", "", "900-2-08", "废油", "T"],
        ["HW35 废碱", "", "900-300-34", "废酸", "C"],
        ["HW34 废酸", "", "900-300-34", "废酸", "Q"],
        ["", "", "900-249-08", "又一次", "T"],
        ["", "", "900-301-34", "", "T"],
    ]
    table = read_table(write(rows), BASE)
    plan = plan_import(
        table.rows, name="x", title="x", effective=date(2025, 1, 1), certainty="1", base=BASE,
        lines=table.lines,
    )  # fmt: skip
    cells = [table.cell(p.line, p.column) for p in plan.problems]
    assert cells == ["C4", "A5", "E6", "C7", "D8"]
    assert all(p.zh and p.en for p in plan.problems)


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1).filter(
    lambda text: text.strip() == text and text.isprintable()
)


@settings(max_examples=60)
@given(st.dictionaries(st.from_regex(r"[0-9]{3}-[0-9]{3}-08", fullmatch=True), TEXT, max_size=8))
def test_csv_and_xlsx_say_the_same(named: dict[str, str]) -> None:
    rows: list[list[str | int]] = [["code", "description", "hazard_raw"]]
    rows += [[code, words, "T/I"] for code, words in named.items()]
    first, second = (plan_of(write(rows)) for write in WRITERS)
    assert first == second
    assert {c: e.description for c, e in first.edition.entries.items()} == named


@settings(max_examples=150)
@given(st.data())
def test_a_damaged_workbook_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    rows: list[list[str | int]] = [list(OFFICIAL), ["", "", "900-249-08", "废矿物油", "T，I"]]
    good = bytearray(xlsx(rows))
    at = data.draw(st.integers(4, len(good) - 1))
    good[at] ^= data.draw(st.integers(1, 255))
    try:
        table = read_table(bytes(good), BASE)
    except UnreadableSheet:
        return
    assert len(table.rows) <= 1


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04", "\xff\xfe".encode("latin-1"), b"a,b\n1,2\n", b'"', b"\x81\x81"]
)
def test_what_is_no_list_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableSheet):
        read_table(data, BASE)


def test_numbers_in_cells_are_text_without_a_point() -> None:
    rows: list[list[str | int]] = [["code", "description", "industry_code"], ["900-249-08", 7, 900]]
    row = read_table(xlsx(rows), BASE).rows[0]
    assert (row["description"], row["industry_code"]) == ("7", "900")


def test_editions_stand_side_by_side_on_the_shelf(tmp_path: Path) -> None:
    rows = official_rows()[:-1]
    rows.append(["HW48 有色金属采选和冶炼废物", "常用有色金属冶炼", "321-035-48", "新增锡渣", "T"])
    plan = plan_of(xlsx(rows))
    assert catalogue_with(tmp_path / "none") is packaged()
    file = write_edition(plan.edition, tmp_path / "catalogue")
    assert read_edition(file) == plan.edition
    both = catalogue_with(tmp_path / "catalogue")
    assert set(both.editions) == {"2021", "sw-2024", "2025"}
    assert both.in_use[WasteKind.HAZARDOUS] == "2025"
    assert both.find("321-035-48").entry is not None
    assert both.find("321-035-48", "2021").entry is None
    assert packaged().find("321-035-48").entry is None
    assert [p.name for p in file.parent.iterdir()] == ["2025.json"]
    write_edition(plan_of(xlsx(rows[:-1])).edition, tmp_path / "catalogue")
    assert catalogue_with(tmp_path / "catalogue").find("321-035-48").entry is None


@pytest.mark.parametrize("name", ["2021", "../x", "", "A", "a b"])
def test_names_that_would_hide_or_leave_the_shelf_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableEdition):
        write_edition(plan_of(comma(official_rows()), name).edition, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("cut", [0, 1, 40, -3])
def test_a_damaged_edition_is_named(cut: int, tmp_path: Path) -> None:
    file = write_edition(plan_of(comma(official_rows()[:12])).edition, tmp_path)
    file.write_bytes(file.read_bytes()[:cut])
    with pytest.raises(UnreadableEdition, match=r"2025\.json"):
        catalogue_with(tmp_path)


def cli(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "api.cli.main", "catalogue", *arguments],
        env={**os.environ, "WASTE_TRACE_DATA_DIR": str(folder)},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_the_command_compares_first_and_writes_when_told(tmp_path: Path) -> None:
    rows = official_rows()[:-1]
    rows[2] = ["HW01 医疗废物", "卫生", "841-001-01", "改写的感染性废物", "In，T"]
    rows.append(["HW48 有色金属采选和冶炼废物", "常用有色金属冶炼", "321-035-48", "新增锡渣", "T"])
    file = tmp_path / "2025.xlsx"
    file.write_bytes(xlsx(rows))
    asked = ("import", str(file), "--name", "2025", "--effective", "2025-01-01")
    dry = cli(tmp_path / "data", *asked)
    assert dry.returncode == 0, dry.stderr
    for words in (
        "新增 added: 1",
        "321-035-48",
        "删除 withdrawn: 1",
        "改写的感染性废物",
        "In → In,T",
    ):
        assert words in dry.stdout
    assert "预演" in dry.stderr
    assert not (tmp_path / "data").exists()
    done = cli(tmp_path / "data", *asked, "--apply")
    assert done.returncode == 0, done.stderr
    assert "● 2025" in cli(tmp_path / "data", "editions").stdout
    shown = cli(tmp_path / "data", "show", "841-001-01")
    assert "[2021]" in shown.stdout
    assert "改写的感染性废物" in shown.stdout


def test_the_command_refuses_by_the_cell_and_writes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_bytes(comma([list(OFFICIAL), ["", "", "900-249-08", "废油", "Q"]]))
    done = cli(
        tmp_path / "data", "import", str(file), "--name", "2025",
        "--effective", "2025-01-01", "--apply",
    )  # fmt: skip
    assert done.returncode == 3
    assert "E2" in done.stderr
    assert "未导入任何内容" in done.stderr
    assert not (tmp_path / "data").exists()
    unknown = cli(tmp_path / "data", "show", "999-999-08")
    assert unknown.returncode == 1
    assert "⚠" in unknown.stderr
