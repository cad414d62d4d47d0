"""``waste-trace label``: from an issued code to a file, and back from the file to the code."""

import json
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from api.cli.label_files import Format, UnreadableLabelFile, read_labels, write_labels
from tests.cli.program import run_program
from tests.labels.samples import FONT, sample
from tests.labels.test_forms import bundle, manifest, receipt
from waste_trace.labels import layout_container_label
from waste_trace.labels.bundle import layout_bundle_label
from waste_trace.labels.manifest_page import layout_manifest

pytestmark = pytest.mark.long

UNIT = "91330482MA2CUX11X3"
HOSPITAL = "12100000470095016Q"


def cli(folder: Path, *arguments: str) -> CompletedProcess[str]:
    return run_program("label", *arguments, WASTE_TRACE_DATA_DIR=str(folder / "data"))


def issue(folder: Path, unit: str, waste: str, count: int) -> list[str]:
    done = cli(folder, "issue", unit, waste, "--count", str(count), "--day", "2026-11-23")
    assert done.returncode == 0, done.stderr
    return [one["container"] for one in json.loads(done.stdout)]


def carried(folder: Path, *files: str) -> tuple[int, list[tuple[str, object]]]:
    done = cli(folder, "verify", "--json", *files)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return done.returncode, [
        (one["code"]["container"], one["code"]["genuine"])
        for line in lines
        for one in line["codes"]
    ]


@pytest.mark.parametrize("form", ["pdf", "png", "svg", "zpl", "tspl"])
def test_every_format_carries_the_same_code(form: str, tmp_path: Path) -> None:
    layout = layout_container_label(sample(), FONT)
    files = write_labels({"a": layout, "b": layout}, FONT, tmp_path / "out", Format(form), 300)
    texts = [text for file in files for text in read_labels(file)]
    assert texts == [sample().token_text] * 2


def test_pages_carry_manifest_number_and_receipt(tmp_path: Path) -> None:
    pages = layout_manifest(manifest(), FONT)
    named = {str(number): page for number, page in enumerate(pages)}
    file = write_labels(named, FONT, tmp_path / "m.pdf", Format.PDF, 300)[0]
    assert read_labels(file) == ["20263304000001", receipt(20)]
    label = layout_bundle_label(bundle(), FONT)
    file = write_labels({"b": label}, FONT, tmp_path, Format.PNG, 203)[0]
    assert read_labels(file) == ["20263304000001"]


def test_a_damaged_pdf_is_named(tmp_path: Path) -> None:
    file = tmp_path / "x.pdf"
    file.write_bytes(b"%PDF-1.4 and nothing")
    with pytest.raises(UnreadableLabelFile):
        read_labels(file)


def test_issue_print_and_verify(home: Path) -> None:
    codes = issue(home, UNIT, "900-047-49", 3)
    for arguments, files in (
        (("--to", f"{home}/one.pdf"), ["one.pdf"]),
        (("--to", f"{home}/four.pdf", "--form", "sheet"), ["four.pdf"]),
        (("--to", f"{home}/r", "--form", "roll", "--format", "zpl", "--dpi", "203"),
         [f"r/{code}.zpl" for code in codes]),
        (("--to", f"{home}/s", "--format", "svg"), [f"s/{code}.svg" for code in codes]),
    ):  # fmt: skip
        done = cli(home, "print", *codes, *arguments)
        assert done.returncode == 0, done.stderr
        found = carried(home, *(f"{home}/{file}" for file in files))
        assert found == (0, [(code, True) for code in codes])


def test_medical_waste_has_its_own_form_and_others_do_not(home: Path) -> None:
    code = issue(home, HOSPITAL, "841-001-01", 1)[0]
    to = ("--to", f"{home}/m.pdf", "--form", "medical")
    done = cli(home, "print", code, *to, "--department", "检验科")
    assert done.returncode == 0, done.stderr
    assert carried(home, f"{home}/m.pdf") == (0, [(code, True)])
    oil = issue(home, UNIT, "900-249-08", 1)[0]
    refused = cli(home, "print", oil, *to)
    assert refused.returncode == 3
    assert "不是医疗废物" in refused.stderr


def test_a_forged_label_and_no_label_at_all_are_told(home: Path) -> None:
    code = issue(home, UNIT, "900-249-08", 1)[0]
    cli(home, "print", code, "--to", str(home / "z"), "--format", "zpl")
    file = home / "z" / f"{code}.zpl"
    file.write_bytes(file.read_bytes().replace(code.encode(), f"{code[:-1]}2".encode()))
    done = cli(home, "verify", str(file))
    assert done.returncode == 1
    assert "✗" in done.stdout
    file.write_bytes(b"^XA^XZ")
    assert cli(home, "verify", str(file)).returncode == 2
    assert cli(home, "verify", str(home / "none")).returncode == 3
    assert cli(home, "manifest", "20263304000001", "--to", "x.pdf").returncode == 3
