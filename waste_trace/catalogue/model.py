"""What a catalogue says: entries, hazards, exemptions, methods, editions, and its warnings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from waste_trace.codes.waste_code import WasteKind


class Hazard(StrEnum):
    """Hazardous properties (国家危险废物名录 art. 5)."""

    TOXIC = "T"
    CORROSIVE = "C"
    IGNITABLE = "I"
    REACTIVE = "R"
    INFECTIOUS = "In"

    @property
    def zh(self) -> str:
        """The property's name on labels."""
        return _HAZARD_ZH[self]


_HAZARD_ZH = {
    Hazard.TOXIC: "毒性",
    Hazard.CORROSIVE: "腐蚀性",
    Hazard.IGNITABLE: "易燃性",
    Hazard.REACTIVE: "反应性",
    Hazard.INFECTIOUS: "感染性",
}


class HazardRule(StrEnum):
    """How the list joins hazards: “T，I” first is certain, others possible; “T/C” one or more."""

    FIRST_CERTAIN = "first_certain"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class WasteEntry:
    """One line of a list; solid waste has no hazards and no industry text."""

    code: str
    category: str
    category_name: str
    industry_code: str
    industry: str
    description: str
    hazards: tuple[Hazard, ...]
    hazard_rule: HazardRule
    edition: str
    certainty: str

    @property
    def certain_hazards(self) -> tuple[Hazard, ...]:
        """The hazards that every waste of this code has."""
        if self.hazard_rule is HazardRule.FIRST_CERTAIN or len(self.hazards) == 1:
            return self.hazards[:1]
        return ()


@dataclass(frozen=True, slots=True)
class Exemption:
    """One row of 危险废物豁免管理清单: for these wastes, at this stage, under this condition."""

    sequence: int
    codes: tuple[str, ...]
    waste: str
    stage: str
    condition: str
    content: str


@dataclass(frozen=True, slots=True)
class DisposalMethod:
    """A method of utilisation (R, C) or disposal (D, Y, G)."""

    code: str
    name: str
    certainty: str

    @property
    def is_utilisation(self) -> bool:
        """Whether the waste is used rather than disposed of."""
        return self.code[0] in "RC"


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition of one list."""

    name: str
    title: str
    kind: WasteKind
    effective: date
    superseded: date | None
    complete: bool
    certainty: str
    entries: Mapping[str, WasteEntry]
    classes: Mapping[str, str]


class WarningKind(StrEnum):
    """Why a lookup is not a plain yes."""

    MALFORMED = "malformed"
    UNKNOWN_CLASS = "unknown-class"
    UNKNOWN_CODE = "unknown-code"
    BY_TESTING = "by-testing"


@dataclass(frozen=True, slots=True)
class CatalogueWarning:
    """Something that a person should look at; work goes on."""

    kind: WarningKind
    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Lookup:
    """The answer for one code: the entry, or a warning that says why there is none."""

    code: str
    edition: str
    entry: WasteEntry | None
    warning: CatalogueWarning | None
