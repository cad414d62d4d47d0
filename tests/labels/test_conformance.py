"""The pages about labels tell the truth: their tests exist, their millimetres are the layout's."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from tests.labels.samples import FONT, ID, sample
from tests.labels.test_forms import bundle, manifest, medical
from tests.labels.test_printers_and_signs import PLACE, ZONES
from waste_trace.labels import Layout, layout_container_label
from waste_trace.labels.bundle import layout_bundle_label
from waste_trace.labels.layout import ORANGE, YELLOW, Matrix, Rect
from waste_trace.labels.manifest_page import layout_manifest
from waste_trace.labels.medical import layout_medical_label
from waste_trace.labels.roll import RollLabel, layout_roll_label
from waste_trace.labels.signs import (
    FACILITY_SIZES,
    ZONE_SIZES,
    FacilitySign,
    Viewing,
    ZoneSign,
    layout_facility_sign,
    layout_zone_sign,
)

ROOT = Path(__file__).parents[2]
CONFORMANCE = ROOT / "docs" / "conformance-hj1276.md"


def test_every_test_that_the_page_names_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", CONFORMANCE.read_text("utf-8"))
    assert len(named) >= 25
    missing = [
        f"{file}::{name}"
        for file, name in named
        if not re.search(rf"^def {name}\(", (ROOT / file).read_text("utf-8"), re.MULTILINE)
    ]
    assert missing == []


def test_every_row_has_a_certainty_and_a_test_or_says_that_it_has_none() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in CONFORMANCE.read_text("utf-8").splitlines()
        if line.startswith("|") and not line.startswith(("|---", "| what"))
    ]
    assert len(rows) >= 28
    for what, sure, how, test in rows:
        assert what
        assert how
        assert re.fullmatch(r"[P12M](, [P12M])*|–", sure), what
        assert test == "–" or test.startswith("`tests/"), what


def layouts() -> list[Layout]:
    containers = [
        layout_container_label(sample(volume_l=Decimal(volume)), FONT) for volume in (50, 200, 1000)
    ]
    return [
        *containers,
        layout_medical_label(medical(), FONT),
        layout_roll_label(RollLabel(ID, sample().token_text), FONT),
        layout_bundle_label(bundle(), FONT),
        layout_manifest(manifest(proof=20), FONT)[-1],
        layout_manifest(manifest(proof=57), FONT)[-1],
    ]


def test_the_table_of_codes_is_what_is_printed() -> None:
    page = (ROOT / "docs" / "labels.md").read_text("utf-8")
    told = re.findall(r"\| (\d+)-[LM] \| (\d+) \| ([\d.]+) mm \| ([\d.]+) \|", page)
    assert len(told) == len(layouts())
    for layout, (version, modules, side, module) in zip(layouts(), told, strict=True):
        code = max((e for e in layout.elements if isinstance(e, Matrix)), key=lambda e: e.side)
        assert len(code.rows) == int(modules) == 17 + 4 * int(version)
        # Another release of the font moves words by a hair, and the QR takes what they leave.
        assert code.side == pytest.approx(float(side), rel=0.03)
        assert code.module == pytest.approx(float(module), rel=0.03)


@pytest.mark.parametrize("viewing", list(Viewing))
def test_signs_are_yellow_with_the_borders_of_the_table(viewing: Viewing) -> None:
    facility = FacilitySign("贮存", "某某公司", "TS001", "张三", "0573-85001234", PLACE, viewing)
    for layout, size in (
        (layout_zone_sign(ZoneSign(ZONES, "A区", viewing), FONT), ZONE_SIZES[viewing]),
        (layout_facility_sign(facility, FONT), FACILITY_SIZES[viewing]),
    ):
        assert (layout.width, layout.height) == (size.width, size.height)
        ground, top = layout.elements[:2]
        assert ground == Rect(0, 0, size.width, size.height, YELLOW)
        assert isinstance(top, Rect)
        assert (top.x, top.y, top.height) == (3, 3, 3)
        assert (size.certainty, YELLOW, ORANGE) == ("M", (255, 255, 0), (255, 150, 0))
