"""GS1 keys of GB/T 38920-2020: location numbers (GLN) and returnable assets (GRAI).

Optional second identifiers: the application identifiers of clause 6 were not found, so no complete
storage-unit code is built here; HJ 1276's 37 characters are what regulators print.
"""

import re
from dataclasses import dataclass

from waste_trace.codes.errors import InvalidCode
from waste_trace.codes.shape import require_digits, require_length

GLN_SCHEME = "gln"
GRAI_SCHEME = "grai"
_IN_REMARK = re.compile(r"\b(GLN|GRAI) (\S+)")
_SERIAL = re.compile(r"[!-\"%-?A-Z_a-z]{1,16}")


def check_digit(body: str) -> str:
    """Return the mod-10 check digit of 12 digits, weighted 1, 3, 1, 3 ... from the left."""
    total = sum(int(c) * (3 if i % 2 else 1) for i, c in enumerate(body))
    return str(-total % 10)


@dataclass(frozen=True, slots=True)
class Gln:
    """A global location number: 12 digits and their check."""

    body: str
    check: str

    def __str__(self) -> str:
        return self.body + self.check


@dataclass(frozen=True, slots=True)
class Grai:
    """A returnable asset: asset type (12 digits and check) and an optional serial."""

    asset_type: str
    check: str
    serial: str = ""

    def __str__(self) -> str:
        return f"0{self.asset_type}{self.check}{self.serial}"


def build_gln(body: str) -> Gln:
    """Build the number of 12 digits."""
    require_length(GLN_SCHEME, body, 12, "GLN本体", "GLN body")
    require_digits(GLN_SCHEME, "body", body, "GLN")
    return Gln(body, check_digit(body))


def parse_gln(text: str) -> Gln:
    """Read 13 digits; raise InvalidCode naming length, body or check."""
    require_length(GLN_SCHEME, text, 13, "GLN", "GLN")
    built = build_gln(text[:12])
    if built.check != text[12]:
        raise _check_wrong(GLN_SCHEME, text, built.check)
    return built


def build_grai(asset_type: str, serial: str = "") -> Grai:
    """Build an asset number of 12 digits and up to 16 characters of serial."""
    require_length(GRAI_SCHEME, asset_type, 12, "GRAI资产类型", "GRAI asset type")
    require_digits(GRAI_SCHEME, "asset_type", asset_type, "GRAI资产类型")
    if serial and not _SERIAL.fullmatch(serial):
        raise InvalidCode(
            GRAI_SCHEME,
            "serial",
            f"GRAI序列号“{serial}”应为1至16位GS1字符。",
            f"The serial {serial!r} must be 1 to 16 characters of the GS1 set.",
            value=serial,
        )
    return Grai(asset_type, check_digit(asset_type), serial)


def parse_grai(text: str) -> Grai:
    """Read ``0`` + 12 digits + check + serial (the value of AI 8003, without the AI)."""
    if text[:1] != "0" or len(text) < 14:
        raise InvalidCode(
            GRAI_SCHEME,
            "text",
            f"GRAI“{text}”应以0开头，后接13位资产类型和可选序列号。",
            f"A GRAI is 0, 13 digits and an optional serial, not {text!r}.",
            value=text,
        )
    built = build_grai(text[1:13], text[14:])
    if built.check != text[13]:
        raise _check_wrong(GRAI_SCHEME, text, built.check)
    return built


def spell_remark(gln: Gln | None = None, grai: Grai | None = None) -> str:
    """Spell the alternates for the remark (备注) of a label, as ``GLN 690... GRAI 0...``."""
    parts = (("GLN", gln), ("GRAI", grai))
    return " ".join(f"{name} {code}" for name, code in parts if code is not None)


def parse_remark(text: str) -> tuple[Gln | None, Grai | None]:
    """Find the alternates in a remark; raise InvalidCode where one is there and wrong."""
    found = dict(_IN_REMARK.findall(text))
    gln, grai = found.get("GLN"), found.get("GRAI")
    return (parse_gln(gln) if gln else None, parse_grai(grai) if grai else None)


def _check_wrong(scheme: str, text: str, expected: str) -> InvalidCode:
    return InvalidCode(
        scheme,
        "check",
        f"“{text}”的校验位应为{expected}。",
        f"The check digit of {text!r} should be {expected}.",
        value=text,
        expected=expected,
    )
