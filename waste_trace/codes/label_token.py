"""Signed container labels: the text of the QR code that stands on every container.

``HTTPS://HOST/Q/<digital id>.<rotation>.<key id>.<signature>`` uses only digits, capitals and
``-./:`` so that the QR stays alphanumeric, survives keyboard wedges and opens in a browser.
The rotation counter grows with each reissue: an old copy of a replaced label tells itself.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from waste_trace.codes import digital_id as digital_ids
from waste_trace.codes.digital_id import DigitalId
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

SCHEME = "label_token"
_CONTEXT = b"waste-trace-label-v1\n"
_SHAPE = re.compile(
    r"HTTPS://(?P<host>[^/]+)/Q/(?P<id>[^./]*)\.(?P<rotation>[^./]*)\.(?P<key>[^./]*)\.(?P<sig>[^./]*)"
)


@dataclass(frozen=True, slots=True)
class LabelToken:
    """A signed label: which container, which issue of its label, by which key."""

    digital_id: DigitalId
    rotation: int
    key_id: str
    signature: bytes
    host: str = DEFAULT_HOST

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """The text of the QR code."""
        head = f"HTTPS://{self.host}/Q/{self.digital_id}.{self.rotation}"
        return f"{head}.{self.key_id}.{spell(self.signature)}"

    @property
    def message(self) -> bytes:
        """The bytes that the issuer signed; the host is no part of them, it may move."""
        return signed_message(self.digital_id, self.rotation, self.key_id)


def signed_message(digital_id: DigitalId, rotation: int, issuer: str) -> bytes:
    """Return the bytes that are signed: context line, then ``id.rotation.key id``."""
    return _CONTEXT + f"{digital_id}.{rotation}.{issuer}".encode("ascii")


def withdrawal_digest(container: str, rotation: int) -> str:
    """What a list of withdrawn labels shows of one: 16 bytes of SHA-256, in hex."""
    return hashlib.sha256(f"{container}.{rotation}".encode("ascii")).hexdigest()[:32]


def sign(
    digital_id: DigitalId, rotation: int, signing_key: IssuerKey, host: str = DEFAULT_HOST
) -> LabelToken:
    """Issue the ``rotation``-th label of a container (0 for the first)."""
    issuer = key_id(signing_key.public_key)
    _require_rotation(str(rotation))
    signature = signing_key.sign(signed_message(digital_id, rotation, issuer))
    return LabelToken(digital_id, rotation, issuer, signature, require_host(SCHEME, host))


def parse(text: str) -> LabelToken:
    """Read a label's text; the signature is *not* yet verified (see ``verify``)."""
    match = _SHAPE.fullmatch(text)
    if match is None:
        raise InvalidCode(
            SCHEME,
            "text",
            "该文本不是标签二维码（HTTPS://主机/Q/编码.版次.密钥.签名）。",
            "This is no label text (HTTPS://HOST/Q/ID.ROTATION.KEY.SIGNATURE).",
        )
    if not re.fullmatch(r"[0-9A-F]{8}", match["key"]):
        raise InvalidCode(
            SCHEME,
            "key_id",
            f"密钥编号“{match['key']}”应为8位大写十六进制。",
            f"The key id {match['key']!r} must be 8 upper-case hex digits.",
            value=match["key"],
        )
    _require_rotation(match["rotation"])
    return LabelToken(
        digital_ids.parse(match["id"]),
        int(match["rotation"]),
        match["key"],
        unspell(SCHEME, match["sig"]),
        require_host(SCHEME, match["host"]),
    )


def verify(token: LabelToken, public_keys: Mapping[str, bytes]) -> None:
    """Verify a label against the issuers' keys by key id; raise ForgedLabel or UnknownIssuer."""
    check(token.key_id, token.signature, token.message, public_keys)


def _require_rotation(text: str) -> None:
    if not re.fullmatch(r"0|[1-9][0-9]{0,5}", text):
        raise InvalidCode(
            SCHEME,
            "rotation",
            f"标签版次“{text}”应为0至999999，且无前导零。",
            f"The rotation {text!r} must be 0 to 999999 without leading zeros.",
            value=text,
        )
