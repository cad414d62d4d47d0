"""Reads the packaged lists; every row keeps its certainty tag."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from importlib import resources
from types import MappingProxyType

from waste_trace.catalogue.model import (
    DisposalMethod,
    Edition,
    Exemption,
    Hazard,
    HazardRule,
    WasteEntry,
)
from waste_trace.codes.waste_code import WasteKind

HAZARDOUS_2021 = "2021"
SOLID_2024 = "sw-2024"


def read_rows(text: str) -> list[dict[str, str]]:
    """Read CSV text with a header line, with or without a byte order mark (Excel writes one)."""
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def hazards_of(raw: str) -> tuple[Hazard, ...]:
    """Read hazard letters as the lists join them; raise ValueError for an unknown letter."""
    letters = raw.replace("，", ",").replace("/", ",").split(",")
    return tuple(Hazard(letter.strip()) for letter in letters if letter.strip())


def entry_of(row: Mapping[str, str], edition: str, certainty: str) -> WasteEntry:
    """Build an entry from a row with the columns of ``hw_catalogue_2021.csv``."""
    raw = row["hazard_raw"]
    default_rule = HazardRule.ANY if "/" in raw else HazardRule.FIRST_CERTAIN
    return WasteEntry(
        code=row["code"],
        category=row["category"],
        category_name=row["category_name"],
        industry_code=row["industry_code"],
        industry=row["industry"],
        description=row["description"],
        hazards=hazards_of(raw),
        hazard_rule=HazardRule(row.get("hazard_rule") or default_rule),
        edition=edition,
        certainty=certainty,
    )


@cache
def hazardous_2021() -> Edition:
    """国家危险废物名录 (2021), all 467 codes from the official text; superseded on 2025-01-01."""
    rows = read_rows(_text("hw_catalogue_2021.csv"))
    entries = [entry_of(row, HAZARDOUS_2021, "P") for row in rows]
    return Edition(
        name=HAZARDOUS_2021,
        title="国家危险废物名录（2021年版）",
        kind=WasteKind.HAZARDOUS,
        effective=date(2021, 1, 1),
        superseded=date(2025, 1, 1),
        complete=True,
        certainty="P",
        entries=by_code(entries),
        classes=MappingProxyType({e.category: e.category_name for e in entries}),
    )


@cache
def solid_2024() -> Edition:
    """固体废物分类与代码目录 (2024), recalled class names and few codes: far from complete."""
    rows = read_rows(_text("sw_catalogue_2024_partial.csv"))
    classes = {r["class_or_code"]: r["name"] for r in rows if r["level"] == "class"}
    entries = [
        WasteEntry(
            code=code,
            category=f"SW{code[-2:]}",
            category_name=classes.get(f"SW{code[-2:]}", ""),
            industry_code=code[:3],
            industry="",
            description=row["name"],
            hazards=(),
            hazard_rule=HazardRule.ANY,
            edition=SOLID_2024,
            certainty=row["certainty"],
        )
        for row in rows
        if row["level"] == "code" and (code := row["class_or_code"])
    ]
    return Edition(
        name=SOLID_2024,
        title="固体废物分类与代码目录（2024）",
        kind=WasteKind.SOLID,
        effective=date(2024, 1, 19),
        superseded=None,
        complete=False,
        certainty="M",
        entries=by_code(entries),
        classes=MappingProxyType(classes),
    )


@cache
def exemptions_2021() -> tuple[Exemption, ...]:
    """危险废物豁免管理清单 (2021): 57 rows of 32 entries."""
    document = json.loads(_text("hw_exemption_2021.json"))
    return tuple(
        Exemption(
            sequence=int(row["seq"]),
            codes=tuple(row["codes"]),
            waste=row["waste"],
            stage=row["stage"],
            condition=row["condition"],
            content=row["exempt_content"],
        )
        for row in document["rows"]
    )


@cache
def disposal_methods() -> tuple[DisposalMethod, ...]:
    """Methods of utilisation and disposal (HJ 1033 App. F, from two secondary sources)."""
    return tuple(
        DisposalMethod(row["code"], row["name"], row["certainty"])
        for row in read_rows(_text("disposal_methods.csv"))
    )


def by_code(entries: Iterable[WasteEntry]) -> Mapping[str, WasteEntry]:
    """Index entries by code, read-only."""
    return MappingProxyType({entry.code: entry for entry in entries})


def _text(name: str) -> str:
    return (resources.files("waste_trace.catalogue") / "data" / name).read_text("utf-8")
