"""Personal data beside the ledger: what a salted digest in an event stands for.

A leaf holds base64url(SHA-256(canonical [salt, name, value])) and nothing else of it (after RFC
9901 §4.2, which hashes another spelling). The salt has 128 random bits, so that nobody can find a
phone number by trying them all; whoever holds the disclosure can show what was meant.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from waste_trace.ledger.canonical import canonical_bytes, parse_canonical
from waste_trace.ledger.encoding import b64url, decode_b64url
from waste_trace.ledger.errors import LedgerError, MalformedDisclosure
from waste_trace.ledger.event import Event

SALT_BYTES = 16
MAX_VALUE = 500
#: The body field that holds digests, and how many of them an event may have.
FIELD, MAX_DIGESTS = "pii", 20

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_SALT = re.compile(r"[A-Za-z0-9_-]{21}[AQgw]")
# Control characters have no meaning in a name or note, and PostgreSQL cannot store NUL.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One piece of personal data: ``name`` says what it is ("driver_phone"), ``value`` is it.

    ``salt``: 16 random bytes in base64url. MalformedDisclosure for anything else.
    """

    salt: str
    name: str
    value: str

    def __post_init__(self) -> None:
        if not _SALT.fullmatch(self.salt):
            raise _malformed("salt")
        if not _NAME.fullmatch(self.name):
            raise _malformed("name")
        if not 1 <= len(self.value) <= MAX_VALUE or _CONTROL.search(self.value):
            raise _malformed("value")

    def __repr__(self) -> str:
        return f"Disclosure({self.name}, {self.digest})"  # never what it hides: logs keep things

    @property
    def digest(self) -> str:
        """The 43 characters that stand in the event."""
        return b64url(hashlib.sha256(self._bytes()).digest())

    @property
    def text(self) -> str:
        """The disclosure as it travels: base64url of its JSON array."""
        return b64url(self._bytes())

    def _bytes(self) -> bytes:
        return canonical_bytes([self.salt, self.name, self.value])


def make_disclosure(name: str, value: str, random: bytes) -> Disclosure:
    """A disclosure with a salt of 16 random bytes, which must never be used again."""
    if len(random) != SALT_BYTES:
        raise ValueError("a salt has 16 bytes")
    return Disclosure(b64url(random), name, value)


def parse_disclosure(text: str) -> Disclosure:
    """Read `Disclosure.text` in its one spelling; MalformedDisclosure."""
    try:
        value = parse_canonical(decode_b64url(text))
    except (LedgerError, ValueError) as error:
        raise _malformed("text") from error
    match value:
        case [str(salt), str(name), str(content)]:
            return Disclosure(salt, name, content)
    raise _malformed("text")


def digests_of(event: Event) -> tuple[str, ...]:
    """The digests that an event carries; none where the field is not a list of texts."""
    listed = event.body.get(FIELD)
    if not isinstance(listed, list):
        return ()
    return tuple(item for item in listed if isinstance(item, str))


def undisclosed(event: Event, disclosures: Sequence[Disclosure]) -> list[str]:
    """The digests of those disclosures that are not this event's, or come twice."""
    left = set(digests_of(event))
    foreign: list[str] = []
    for disclosure in disclosures:
        if disclosure.digest in left:
            left.remove(disclosure.digest)
        else:
            foreign.append(disclosure.digest)
    return foreign


def format_shown(shown: Mapping[int, Sequence[str]]) -> bytes:
    """``disclosures.jsonl``: leaf index → texts, as one canonical JSON object a line, sorted."""
    lines = sorted((index, text) for index, texts in shown.items() for text in set(texts))
    return b"".join(
        canonical_bytes({"disclosure": text, "index": index}) + b"\n" for index, text in lines
    )


def parse_shown(data: bytes) -> dict[int, list[Disclosure]]:
    """Read ``disclosures.jsonl`` strictly; MalformedDisclosure naming the line (from 1)."""
    shown: dict[int, list[Disclosure]] = {}
    texts: dict[int, list[str]] = {}
    for number, line in enumerate(data.split(b"\n")[:-1], 1):
        try:
            match parse_canonical(line):
                case {"disclosure": str(text), "index": int(index), **rest} if not (
                    rest or isinstance(index, bool)
                ):
                    shown.setdefault(index, []).append(parse_disclosure(text))
                    texts.setdefault(index, []).append(text)
                    continue
        except LedgerError:
            pass
        raise _malformed("line", number)
    if format_shown(texts) != data:
        raise _malformed("order")
    return shown


def _malformed(what: str, line: int = 0) -> MalformedDisclosure:
    return MalformedDisclosure(
        f"个人信息披露的 {what} 不合规。",
        f"The {what} of a disclosure is not in its form.",
        field=what,
        line=line,
    )
