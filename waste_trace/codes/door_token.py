"""The signed link at a small producer's door: who scans it may ask the platform to come.

``HTTPS://HOST/C/<platform><producer>.<key id>.<signature>``: two 统一社会信用代码 of 18 characters,
signed by the issuer of labels. It is no secret: it says at whose door it hangs, and nobody who has
not seen it can make one up.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from waste_trace.codes import uscc
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

SCHEME = "door_token"
_CONTEXT = b"waste-trace-door-v1\n"
_SHAPE = re.compile(
    r"HTTPS://(?P<host>[^/]+)/C/(?P<platform>[0-9A-Z]{18})(?P<producer>[0-9A-Z]{18})"
    r"\.(?P<key>[0-9A-F]{8})\.(?P<sig>[^./]*)"
)


@dataclass(frozen=True, slots=True)
class DoorToken:
    """A producer's door, as a platform knows it."""

    platform: str
    producer: str
    key_id: str
    signature: bytes
    host: str = DEFAULT_HOST

    @property
    def path(self) -> str:
        """What stands behind ``/C/``."""
        return f"{self.platform}{self.producer}.{self.key_id}.{spell(self.signature)}"

    @property
    def text(self) -> str:
        """The text of the QR code."""
        return f"HTTPS://{self.host}/C/{self.path}"


def sign(
    platform: str, producer: str, signing_key: IssuerKey, host: str = DEFAULT_HOST
) -> DoorToken:
    """Issue the link of a door. Raises InvalidCode for what is no 统一社会信用代码."""
    uscc.parse(platform)
    uscc.parse(producer)
    issuer = key_id(signing_key.public_key)
    signature = signing_key.sign(_message(platform, producer, issuer))
    return DoorToken(platform, producer, issuer, signature, require_host(SCHEME, host))


def parse(text: str) -> DoorToken:
    """Read a link; the signature is *not* yet verified (see ``verify``)."""
    match = _SHAPE.fullmatch(text)
    if match is None:
        raise InvalidCode(
            SCHEME,
            "text",
            "这不是收集申请码。",
            "This is no code for asking for a collection.",
            value=text[:80],
        )
    uscc.parse(match["platform"])
    uscc.parse(match["producer"])
    host = require_host(SCHEME, match["host"])
    signature = unspell(SCHEME, match["sig"])
    return DoorToken(match["platform"], match["producer"], match["key"], signature, host)


def verify(token: DoorToken, public_keys: Mapping[str, bytes]) -> None:
    """Verify a link against the issuers' keys by key id; raise ForgedLabel or UnknownIssuer."""
    message = _message(token.platform, token.producer, token.key_id)
    check(token.key_id, token.signature, message, public_keys)


def _message(platform: str, producer: str, issuer: str) -> bytes:
    return _CONTEXT + f"{platform}{producer}.{issuer}".encode("ascii")
