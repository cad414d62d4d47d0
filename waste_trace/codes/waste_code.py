"""Waste codes: hazardous 8 digits (国家危险废物名录) and solid waste (公告2024年第4号).

``NNN-NNN-NN``: industry (GB/T 4754) - serial - class; ``NNN-NNN-SNN`` for other solid waste.
Whether a well-formed code is listed is for ``waste_trace.catalogue`` to say, as a warning.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from waste_trace.codes.errors import InvalidCode
from waste_trace.codes.shape import require_digits

SCHEME = "waste_code"
_HYPHENATED = re.compile(r"(?P<industry>[^-]{3})-(?P<serial>[^-]{3})-(?P<tail>[^-]{2,3})")


class WasteKind(StrEnum):
    """Which list a code belongs to."""

    HAZARDOUS = "hazardous"
    SOLID = "solid"


@dataclass(frozen=True, slots=True)
class WasteCode:
    """A waste code in its named parts; prints with hyphens."""

    industry: str
    serial: str
    waste_class: str
    kind: WasteKind

    def __str__(self) -> str:
        return f"{self.industry}-{self.serial}-{self._tail}"

    @property
    def compact(self) -> str:
        """Without hyphens, as the digital identification code carries it: 90024908."""
        return f"{self.industry}{self.serial}{self._tail}"

    @property
    def category(self) -> str:
        """The class as labels print it: HW08, SW17."""
        return f"{'HW' if self.kind is WasteKind.HAZARDOUS else 'SW'}{self.waste_class}"

    @property
    def by_testing(self) -> bool:
        """Whether the waste was identified by testing (900-000-XX)."""
        return self.kind is WasteKind.HAZARDOUS and self.industry + self.serial == "900000"

    @property
    def _tail(self) -> str:
        return self.waste_class if self.kind is WasteKind.HAZARDOUS else f"S{self.waste_class}"


def parse(text: str) -> WasteCode:
    """Read a code with or without hyphens; raise InvalidCode naming industry, serial or class."""
    if match := _HYPHENATED.fullmatch(text):
        industry, serial, tail = match["industry"], match["serial"], match["tail"]
    elif "-" not in text and len(text) in (8, 9):
        industry, serial, tail = text[:3], text[3:6], text[6:]
    else:
        raise InvalidCode(
            SCHEME,
            "text",
            f"废物代码“{text}”应为 NNN-NNN-NN（危险废物）或 NNN-NNN-SNN（固体废物）。",
            f"A waste code is NNN-NNN-NN (hazardous) or NNN-NNN-SNN (solid), not {text!r}.",
            value=text,
        )
    return _build(industry, serial, tail)


def build(industry: str, serial: str, waste_class: str, kind: WasteKind) -> WasteCode:
    """Build a code from its parts (3, 3 and 2 digits)."""
    return _build(
        industry, serial, waste_class if kind is WasteKind.HAZARDOUS else f"S{waste_class}"
    )


def _build(industry: str, serial: str, tail: str) -> WasteCode:
    require_digits(SCHEME, "industry", industry, "行业代码")
    require_digits(SCHEME, "serial", serial, "废物顺序代码")
    solid = tail.startswith("S")
    digits = tail[1:] if solid else tail
    if (len(industry), len(serial), len(digits)) != (3, 3, 2):
        raise InvalidCode(
            SCHEME,
            "class",
            f"废物类别代码“{tail}”应为两位数字，固体废物前加S。",
            f"The class {tail!r} must be two digits, after an S for solid waste.",
            value=tail,
        )
    require_digits(SCHEME, "class", digits, "废物类别代码")
    return WasteCode(industry, serial, digits, WasteKind.SOLID if solid else WasteKind.HAZARDOUS)
