"""Vehicle plates (机动车号牌): fuel and new-energy forms, with an ASCII spelling for QR codes.

Patterns are from public code, not from the standard; the plate's colour is recorded beside it.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from waste_trace.codes.errors import InvalidCode
from waste_trace.codes.region import PROVINCES

SCHEME = "plate"
_MAINLAND = {short: code for code, (_, short) in PROVINCES.items() if int(code) < 70}
_SUFFIXES = {"挂": "GUA", "学": "XUE", "警": "JING", "港": "GANG", "澳": "AO"}
_PROVINCE_OF = {code: short for short, code in _MAINLAND.items()}
_SUFFIX_OF = {ascii_: zh for zh, ascii_ in _SUFFIXES.items()}

_FUEL = re.compile(r"[A-HJ-NP-Z0-9]{4}[A-HJ-NP-Z0-9挂学警港澳]")
_SMALL_NEW_ENERGY = re.compile(r"[A-HJK][A-HJ-NP-Z0-9][0-9]{4}")
_LARGE_NEW_ENERGY = re.compile(r"[0-9]{5}[A-HJK]")


class PlateKind(StrEnum):
    """What the number says about the vehicle."""

    FUEL = "fuel"
    TRAILER = "trailer"
    NEW_ENERGY_SMALL = "new_energy_small"
    NEW_ENERGY_LARGE = "new_energy_large"


@dataclass(frozen=True, slots=True)
class Plate:
    """A plate: province character, authority letter, serial (five or six characters)."""

    province: str
    authority: str
    serial: str
    kind: PlateKind

    def __str__(self) -> str:
        return f"{self.province}{self.authority}{self.serial}"

    @property
    def spelled(self) -> str:
        """ASCII form for QR codes: 浙J1234挂 becomes 33J1234-GUA (province as in GB/T 2260)."""
        serial = self.serial
        tail = ""
        if serial[-1] in _SUFFIXES:
            serial, tail = serial[:-1], f"-{_SUFFIXES[serial[-1]]}"
        return f"{_MAINLAND[self.province]}{self.authority}{serial}{tail}"


def parse(text: str) -> Plate:
    """Read a plate, with or without the dot that is painted after the letter."""
    plain = text[:2] + text[3:] if text[2:3] in ("·", "•") else text
    if plain[:1] not in _MAINLAND:
        raise _wrong("province", text, "省份简称", "province character")
    if not re.fullmatch(r"[A-HJ-NP-Z]", plain[1:2]):
        raise _wrong("authority", text, "发牌机关字母", "authority letter")
    kind = _kind_of(plain[2:])
    if kind is None:
        raise _wrong("serial", text, "序号", "serial")
    return Plate(plain[0], plain[1], plain[2:], kind)


def parse_spelled(text: str) -> Plate:
    """Read the ASCII form that ``Plate.spelled`` writes."""
    body, _, tail = text.partition("-")
    province = _PROVINCE_OF.get(body[:2])
    if province is None or (tail and tail not in _SUFFIX_OF):
        raise _wrong("province" if province is None else "serial", text, "拼写", "spelling")
    return parse(province + body[2:] + _SUFFIX_OF.get(tail, ""))


def build(province: str, authority: str, serial: str) -> Plate:
    """Build a plate from its parts."""
    return parse(province + authority + serial)


def _kind_of(serial: str) -> PlateKind | None:
    if _SMALL_NEW_ENERGY.fullmatch(serial):
        return PlateKind.NEW_ENERGY_SMALL
    if _LARGE_NEW_ENERGY.fullmatch(serial):
        return PlateKind.NEW_ENERGY_LARGE
    if _FUEL.fullmatch(serial):
        return PlateKind.TRAILER if serial.endswith("挂") else PlateKind.FUEL
    return None


def _wrong(segment: str, text: str, zh: str, en: str) -> InvalidCode:
    return InvalidCode(
        SCHEME,
        segment,
        f"号牌“{text}”的{zh}有误。",
        f"The {en} of plate {text!r} is wrong.",
        value=text,
    )
