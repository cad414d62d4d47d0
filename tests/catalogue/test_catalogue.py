"""The packaged lists: official totals, lookups that warn, search, exemptions, methods."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waste_trace.catalogue.importing import plan_import
from waste_trace.catalogue.initials import initials
from waste_trace.catalogue.loader import hazardous_2021, read_rows
from waste_trace.catalogue.lookup import packaged
from waste_trace.catalogue.model import Hazard, HazardRule, WarningKind
from waste_trace.catalogue.search import search
from waste_trace.codes import waste_code
from waste_trace.codes.waste_code import WasteKind

CATALOGUE = packaged()


def test_totals_are_the_official_ones() -> None:
    assert len(CATALOGUE.editions["2021"].entries) == 467
    assert len(CATALOGUE.editions["2021"].classes) == 46
    assert len(CATALOGUE.exemptions) == 57
    assert {e.sequence for e in CATALOGUE.exemptions} == set(range(1, 33))
    assert len(CATALOGUE.methods) == 27
    assert len(CATALOGUE.editions["sw-2024"].classes) == 34
    assert len(CATALOGUE.editions["sw-2024"].entries) == 14


def test_every_listed_code_is_well_formed_and_belongs_to_its_class() -> None:
    for edition in CATALOGUE.editions.values():
        for text, entry in edition.entries.items():
            code = waste_code.parse(text)
            assert (str(code), code.category, code.kind) == (text, entry.category, edition.kind)
            assert bool(entry.hazards) == (edition.kind is WasteKind.HAZARDOUS)


def test_no_text_holds_characters_of_a_private_font() -> None:
    for entry in hazardous_2021().entries.values():
        assert not any(unicodedata.category(c) == "Co" for c in entry.description), entry.code
    prime = CATALOGUE.find("261-110-11").entry
    assert prime is not None
    assert "4,4′-二羟基二苯砜" in prime.description


def test_a_known_code_comes_with_everything_the_list_says() -> None:
    found = CATALOGUE.find("90024908")
    assert found.warning is None
    assert found.entry is not None
    assert found.entry.category == "HW08"
    assert found.entry.hazards == (Hazard.TOXIC, Hazard.IGNITABLE)
    assert found.entry.certain_hazards == (Hazard.TOXIC,)
    assert found.entry.certainty == "P"
    rags = CATALOGUE.find("900-041-49").entry
    assert rags is not None
    assert rags.hazard_rule is HazardRule.ANY
    assert rags.certain_hazards == ()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("900-999-08", WarningKind.UNKNOWN_CODE),
        ("900-999-42", WarningKind.UNKNOWN_CLASS),
        ("900-000-49", WarningKind.BY_TESTING),
        ("900-998-S59", WarningKind.UNKNOWN_CODE),
        ("废机油", WarningKind.MALFORMED),
        ("", WarningKind.MALFORMED),
    ],
)
def test_an_unknown_code_is_a_warning_and_never_an_error(code: str, kind: WarningKind) -> None:
    found = CATALOGUE.find(code)
    assert found.entry is None
    assert found.warning is not None
    assert found.warning.kind is kind


@given(st.text(max_size=12))
def test_no_text_makes_a_lookup_fail(text: str) -> None:
    found = CATALOGUE.find(text)
    assert (found.entry is None) == (found.warning is not None)
    assert isinstance(CATALOGUE.exemptions_for(text), tuple)


def test_exemptions_follow_code_and_class() -> None:
    drums = CATALOGUE.exemptions_for("900-249-08")
    assert [e.sequence for e in drums] == [8]
    assert "金属冶炼" in drums[0].condition
    assert CATALOGUE.exemptions_for("841-001-01")
    assert CATALOGUE.exemptions_for("900-039-49") == ()


def test_methods_know_use_from_disposal() -> None:
    oil, burning = CATALOGUE.method("R9"), CATALOGUE.method("D10")
    assert oil is not None
    assert burning is not None
    assert oil.is_utilisation
    assert not burning.is_utilisation
    assert CATALOGUE.method("Z1") is None


@pytest.mark.parametrize(
    ("query", "first"),
    [("900-249", "900-249-08"), ("90024908", "900-249-08"), ("hw31 废铅蓄电池", "900-052-31")],
)
def test_search_finds_by_code_class_and_words(query: str, first: str) -> None:
    assert search(hazardous_2021(), query)[0].code == first


def test_search_finds_by_initials_and_hazard() -> None:
    by_letters = search(hazardous_2021(), "fkwy", limit=100)
    assert "900-249-08" in {e.code for e in by_letters}
    for entry in by_letters:
        assert "fkwy" in initials(entry.description + entry.category_name + entry.industry)
    infectious = search(hazardous_2021(), "", hazard=Hazard.INFECTIOUS, limit=100)
    assert {e.category for e in infectious} == {"HW01", "HW49"}
    assert len(search(hazardous_2021(), "", category="HW08", limit=5)) == 5
    assert search(hazardous_2021(), "没有这种废物") == ()


def test_initials_cover_every_character_of_the_lists() -> None:
    assert initials("废矿物油") == "fkwy"
    assert initials("含镉污泥 HW26") == "hgwnhw26"
    for entry in hazardous_2021().entries.values():
        for character in entry.description + entry.category_name:
            if "\u4e00" <= character <= "\u9fff":
                assert initials(character).isalpha(), character


HEADER = "code,category,category_name,industry_code,industry,description,hazard_raw\n"


def test_an_import_is_planned_and_shows_what_changes() -> None:
    rows = read_rows(
        "\ufeff" + HEADER
        + "900-249-08,HW08,废矿物油与含矿物油废物,900,非特定行业,改写的描述,\"T，I\"\n"
        + "321-035-48,HW48,有色金属采选和冶炼废物,321,常用有色金属冶炼,新增,T\n"
        + "321-035-48,HW48,有色金属采选和冶炼废物,321,常用有色金属冶炼,重复,T\n"
        + "900-2-08,HW08,x,900,x,x,T\n"
        + "900-300-34,HW35,x,900,x,x,C\n"
        + "900-352-35,HW35,废碱,900,非特定行业,x,Q\n"
    )  # fmt: skip
    plan = plan_import(
        rows,
        name="2025",
        title="国家危险废物名录（2025年版）",
        effective=date(2025, 1, 1),
        certainty="1",
        base=hazardous_2021(),
    )
    assert list(plan.edition.entries) == ["900-249-08", "321-035-48"]
    assert plan.diff.added == ("321-035-48",)
    assert len(plan.diff.removed) == 466
    assert [(c.code, c.field, c.after) for c in plan.diff.changed] == [
        ("900-249-08", "description", "改写的描述")
    ]
    assert [p.line for p in plan.problems] == [4, 5, 6, 7]
    assert not plan.edition.complete
    both = CATALOGUE.with_edition(plan.edition, use=True)
    assert both.find("321-035-48").edition == "2025"
    assert both.find("321-035-48", edition="2021").warning is not None
    assert CATALOGUE.find("321-035-48").edition == "2021"


def test_rows_without_columns_are_problems() -> None:
    plan = plan_import(
        [{"code": "900-249-08"}],
        name="x",
        title="x",
        effective=date(2025, 1, 1),
        certainty="M",
        base=hazardous_2021(),
    )
    assert "hazard_raw" in plan.problems[0].en
