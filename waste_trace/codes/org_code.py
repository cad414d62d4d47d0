"""Organisation codes (全国组织机构代码, GB 11714-1997): eight characters and a check character."""

from dataclasses import dataclass

from waste_trace.codes.errors import InvalidCode
from waste_trace.codes.shape import require_length

SCHEME = "org_code"
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def check_character(body: str) -> str:
    """Return the check character of an 8-character body: 11 - (weighted sum mod 11); 10 is X."""
    total = sum(_ALPHABET.index(c) * w for c, w in zip(body, _WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


@dataclass(frozen=True, slots=True)
class OrgCode:
    """An organisation code in its two named parts."""

    body: str
    check: str

    def __str__(self) -> str:
        return f"{self.body}-{self.check}"

    @property
    def compact(self) -> str:
        """The nine characters without the hyphen, as the USCC carries them."""
        return self.body + self.check


def build(body: str) -> OrgCode:
    """Build the code of an 8-character body; raise InvalidCode for characters outside 0-9 A-Z."""
    require_length(SCHEME, body, 8, "组织机构代码本体", "organisation code body")
    if any(c not in _ALPHABET for c in body):
        raise InvalidCode(
            SCHEME,
            "body",
            f"组织机构代码本体“{body}”只能含数字和大写字母。",
            f"The body {body!r} may hold digits and capital letters only.",
            value=body,
        )
    return OrgCode(body, check_character(body))


def parse(text: str) -> OrgCode:
    """Read ``XXXXXXXX-C`` or ``XXXXXXXXC``; raise InvalidCode naming ``body`` or ``check``."""
    plain = text[:8] + text[9:] if text[8:9] == "-" else text
    require_length(SCHEME, plain, 9, "组织机构代码", "organisation code")
    built = build(plain[:8])
    if plain[8] != built.check:
        raise InvalidCode(
            SCHEME,
            "check",
            f"组织机构代码校验码应为{built.check}，实际为{plain[8]}。",
            f"The check character should be {built.check}, it is {plain[8]}.",
            expected=built.check,
            actual=plain[8],
        )
    return built
