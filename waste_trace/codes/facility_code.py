"""Sites and facilities (排污单位编码规则, HJ 608): who emits, and from which installation.

Site: USCC + three digits + letter (91130200699229617X001P). Facility within a site: ``MF0001``
for production, ``T`` + medium + three digits for treatment and storage (``TS001``: solid waste).
A facility is unique within its site only; ``SITE-FACILITY`` is our own joined form.
"""

import re
from dataclasses import dataclass

from waste_trace.codes import uscc
from waste_trace.codes.errors import InvalidCode
from waste_trace.codes.uscc import Uscc

SCHEME = "facility_code"
_SITE = re.compile(r"(?P<unit>.{18})(?P<sequence>[0-9]{3})(?P<suffix>[A-Z])")
_FACILITY = re.compile(r"(?P<kind>MF|T[A-Z])(?P<number>[0-9]{3,4})")


@dataclass(frozen=True, slots=True)
class SiteCode:
    """A permitted site: unit, its running number and the letter of the permit."""

    unit: Uscc
    sequence: str
    suffix: str

    def __str__(self) -> str:
        return f"{self.unit}{self.sequence}{self.suffix}"


@dataclass(frozen=True, slots=True)
class FacilityCode:
    """A facility; ``site`` is None where the site goes without saying."""

    kind: str
    number: str
    site: SiteCode | None = None

    def __str__(self) -> str:
        own = f"{self.kind}{self.number}"
        return f"{self.site}-{own}" if self.site else own

    @property
    def holds_solid_waste(self) -> bool:
        """Whether it is a treatment or storage facility for solid waste."""
        return self.kind == "TS"


def parse(text: str) -> SiteCode | FacilityCode:
    """Read a site, a facility, or both joined by a hyphen; raise InvalidCode naming the segment."""
    site_text, hyphen, facility_text = text.partition("-")
    if hyphen:
        return _facility(facility_text, parse_site(site_text))
    if len(text) > 6:
        return parse_site(text)
    return _facility(text, None)


def parse_site(text: str) -> SiteCode:
    """Read a site code of 22 characters."""
    match = _SITE.fullmatch(text)
    if match is None:
        raise InvalidCode(
            SCHEME,
            "site",
            f"排污单位编码“{text}”应为统一社会信用代码加3位数字和1位字母。",
            f"A site code is a USCC, three digits and a letter, not {text!r}.",
            value=text,
        )
    try:
        unit = uscc.parse(match["unit"])
    except InvalidCode as problem:
        raise InvalidCode(
            SCHEME, "unit", f"单位编码段有误：{problem.zh}", f"The unit segment: {problem.en}",
            value=match["unit"],
        ) from problem  # fmt: skip
    return SiteCode(unit, match["sequence"], match["suffix"])


def build_site(unit: Uscc, sequence: int, suffix: str) -> SiteCode:
    """Build a site code; ``sequence`` is 0 to 999, ``suffix`` one capital letter."""
    return parse_site(f"{unit}{sequence:03d}{suffix}")


def build(kind: str, number: int, site: SiteCode | None = None) -> FacilityCode:
    """Build ``MF`` + four digits or ``T?`` + three digits, optionally within a site."""
    return _facility(f"{kind}{number:0{4 if kind == 'MF' else 3}d}", site)


def _facility(text: str, site: SiteCode | None) -> FacilityCode:
    match = _FACILITY.fullmatch(text)
    if match is None or len(match["number"]) != (4 if match["kind"] == "MF" else 3):
        raise InvalidCode(
            SCHEME,
            "facility",
            f"设施编码“{text}”应为MF加4位数字，或T加要素字母加3位数字（如TS001）。",
            f"A facility code is MF and four digits or T, a letter and three, not {text!r}.",
            value=text,
        )
    return FacilityCode(match["kind"], match["number"], site)
