"""Signed codes of everything that is not a container: 设施贴码, 产废生码, 过程扫码.

``HTTPS://HOST/P/<KIND>/<CODE>.<key id>.<signature>``: the QR on a store door, a generation point, a
vehicle, a camera or a person's card. Scanning one proves which printed code was in front of the
scanner, not that the person stood there: a photograph of it scans as well.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from waste_trace.codes import facility_code, plate
from waste_trace.codes.errors import InvalidCode
from waste_trace.codes.signature import (
    DEFAULT_HOST,
    IssuerKey,
    check,
    key_id,
    require_host,
    spell,
    unspell,
)

SCHEME = "place_token"
_CONTEXT = b"waste-trace-place-v1\n"
_CODE = re.compile(r"[0-9A-Z](?:[0-9A-Z-]{0,46}[0-9A-Z])?")
_PERSON = re.compile(r"USR-[0-9A-Z]{6,32}")
_SHAPE = re.compile(
    r"HTTPS://(?P<host>[^/]+)/P/(?P<kind>[^./]*)/(?P<code>[^./]*)\.(?P<key>[^./]*)\.(?P<sig>[^./]*)"
)


class PlaceKind(StrEnum):
    """What the code is fixed to."""

    SITE = "SITE"
    FACILITY = "FACILITY"
    POINT = "POINT"
    ZONE = "ZONE"
    VEHICLE = "VEHICLE"
    CAMERA = "CAMERA"
    SCALE = "SCALE"
    PERSON = "PERSON"


@dataclass(frozen=True, slots=True)
class PlaceToken:
    """A signed place, vehicle, facility, camera, scale or person."""

    kind: PlaceKind
    code: str
    key_id: str
    signature: bytes
    host: str = DEFAULT_HOST

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """The text of the QR code."""
        head = f"HTTPS://{self.host}/P/{self.kind.value}/{self.code}"
        return f"{head}.{self.key_id}.{spell(self.signature)}"

    @property
    def message(self) -> bytes:
        """The bytes that the issuer signed."""
        return signed_message(self.kind, self.code, self.key_id)

    @property
    def subject(self) -> str:
        """The identifier as events write it: a plate in Chinese, a person as ``usr_...``."""
        if self.kind is PlaceKind.VEHICLE:
            return str(plate.parse_spelled(self.code))
        if self.kind is PlaceKind.PERSON:
            return self.code.replace("-", "_", 1).lower()
        return self.code


def signed_message(kind: PlaceKind, code: str, issuer: str) -> bytes:
    """Return the bytes that are signed: context line, then ``KIND/CODE.key id``."""
    return _CONTEXT + f"{kind.value}/{code}.{issuer}".encode("ascii")


def spell_subject(kind: PlaceKind, subject: str) -> str:
    """Write an identifier with the characters of the QR set (inverse of ``PlaceToken.subject``)."""
    if kind is PlaceKind.VEHICLE:
        return plate.parse(subject).spelled
    if kind is PlaceKind.PERSON:
        return subject.upper().replace("_", "-", 1)
    return subject


def sign(
    kind: PlaceKind, code: str, signing_key: IssuerKey, host: str = DEFAULT_HOST
) -> PlaceToken:
    """Issue the code of a place; ``code`` is already spelled (see ``spell_subject``)."""
    issuer = key_id(signing_key.public_key)
    _require_code(kind, code)
    signature = signing_key.sign(signed_message(kind, code, issuer))
    return PlaceToken(kind, code, issuer, signature, require_host(SCHEME, host))


def parse(text: str) -> PlaceToken:
    """Read a place's text; the signature is *not* yet verified (see ``verify``)."""
    match = _SHAPE.fullmatch(text)
    if match is None:
        raise _wrong("text", text, "文本", "text")
    if match["kind"] not in PlaceKind.__members__:
        raise _wrong("kind", match["kind"], "类型", "kind")
    kind = PlaceKind(match["kind"])
    _require_code(kind, match["code"])
    if not re.fullmatch(r"[0-9A-F]{8}", match["key"]):
        raise _wrong("key_id", match["key"], "密钥编号", "key id")
    signature = unspell(SCHEME, match["sig"])
    host = require_host(SCHEME, match["host"])
    return PlaceToken(kind, match["code"], match["key"], signature, host)


def verify(token: PlaceToken, public_keys: Mapping[str, bytes]) -> None:
    """Verify a place against the issuers' keys by key id; raise ForgedLabel or UnknownIssuer."""
    check(token.key_id, token.signature, token.message, public_keys)


def _require_code(kind: PlaceKind, code: str) -> None:
    if not _CODE.fullmatch(code) or (kind is PlaceKind.PERSON and not _PERSON.fullmatch(code)):
        raise _wrong("code", code, "编码", "code")
    if kind is PlaceKind.VEHICLE:
        plate.parse_spelled(code)
    elif kind is PlaceKind.SITE:
        facility_code.parse_site(code)


def _wrong(segment: str, value: str, zh: str, en: str) -> InvalidCode:
    return InvalidCode(
        SCHEME,
        segment,
        f"场所二维码的{zh}“{value}”有误。",
        f"The {en} {value!r} of a place code is wrong.",
        value=value,
    )
