"""Unified social credit codes (统一社会信用代码, GB 32100-2015): 18 places, the last a check."""

from dataclasses import dataclass
from functools import lru_cache

from waste_trace.codes import org_code
from waste_trace.codes.errors import InvalidCode
from waste_trace.codes.shape import require_digits, require_length

SCHEME = "uscc"
LENGTH = 18
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""31 characters: no I, O, S, V, Z. The count is prime, so every single wrong character shows."""
_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))


def check_character(body: str) -> str:
    """Return the check character of the first 17 characters: (31 - weighted sum mod 31) mod 31."""
    total = sum(ALPHABET.index(c) * w for c, w in zip(body, _WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


@dataclass(frozen=True, slots=True)
class Uscc:
    """A unified social credit code in its five named parts."""

    department: str
    kind: str
    region: str
    organisation: str
    check: str

    def __str__(self) -> str:
        return f"{self.department}{self.kind}{self.region}{self.organisation}{self.check}"

    @property
    def organisation_is_checked(self) -> bool:
        """Whether characters 9 to 17 also satisfy GB 11714.

        A hint and not a condition: the code's own check decides, and refusing a company that the
        registry has accepted would keep its waste out of the ledger.
        """
        return org_code.check_character(self.organisation[:8]) == self.organisation[8]


def build(department: str, kind: str, region: str, organisation: str) -> Uscc:
    """Build a code from its four parts (1, 1, 6 and 9 characters) and compute the check."""
    body = department + kind + region + organisation
    require_length(SCHEME, body, LENGTH - 1, "统一社会信用代码本体", "USCC body")
    require_digits(SCHEME, "region", region, "登记管理机关行政区划码")
    _require_alphabet(body)
    return Uscc(department, kind, region, organisation, check_character(body))


@lru_cache(maxsize=4096)
def parse(text: str) -> Uscc:
    """Read 18 characters; raise InvalidCode naming the segment (region, check ...)."""
    require_length(SCHEME, text, LENGTH, "统一社会信用代码", "USCC")
    _require_alphabet(text)
    built = build(text[0], text[1], text[2:8], text[8:17])
    if text[17] != built.check:
        raise InvalidCode(
            SCHEME,
            "check",
            f"统一社会信用代码“{text}”校验不通过。",
            f"The check character of USCC {text} does not fit the rest.",
            value=text,
        )
    return built


def _segment_at(index: int) -> str:
    if index < 2:
        return ("department", "kind")[index]
    if index < 8:
        return "region"
    return "organisation" if index < 17 else "check"


def _require_alphabet(text: str) -> None:
    for index, character in enumerate(text):
        if character not in ALPHABET:
            raise InvalidCode(
                SCHEME,
                _segment_at(index),
                f"统一社会信用代码第{index + 1}位“{character}”不是允许的字符。",
                f"Character {index + 1} of the USCC, {character!r}, is not an allowed one.",
                index=index,
                value=character,
            )
