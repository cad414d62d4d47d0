"""How a printed code is signed: Ed25519, spelled in the alphanumeric set of QR codes.

The key id is eight hex digits of SHA-256 of the public key, a hint for finding the key and nothing
more; the signature is RFC 4648 base32 without padding, 103 characters for 64 bytes.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from typing import Protocol

from waste_trace.codes.errors import ForgedLabel, InvalidCode, UnknownIssuer
from waste_trace.ledger.errors import InvalidSignature
from waste_trace.ledger.keys import verify as verify_signature

SIGNATURE_CHARACTERS = 103
DEFAULT_HOST = "TRACE.PINGHU.EXAMPLE"
_HOST = re.compile(r"[A-Z0-9](?:[A-Z0-9.-]{0,61}[A-Z0-9])?(?::[0-9]{1,5})?")


class IssuerKey(Protocol):
    """An Ed25519 key that can sign labels; the ledger's signing keys are such."""

    @property
    def public_key(self) -> bytes:
        """The raw 32-byte public key."""

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature of ``message``."""


def key_id(public_key: bytes) -> str:
    """Return the first four bytes of SHA-256 of the key as upper-case hex."""
    return hashlib.sha256(public_key).hexdigest()[:8].upper()


def spell(signature: bytes) -> str:
    """Write 64 signature bytes as base32 without padding."""
    return base64.b32encode(signature).decode("ascii").rstrip("=")


def unspell(scheme: str, text: str) -> bytes:
    """Read a signature; refuse spellings that decode to 64 bytes but are not the canonical one."""
    try:
        signature = base64.b32decode(text + "=" * (-len(text) % 8))
    except binascii.Error:
        signature = b""
    if len(signature) != 64 or spell(signature) != text:
        raise InvalidCode(
            scheme,
            "signature",
            "签名段不是64字节签名的规范写法。",
            "The signature segment is not the canonical spelling of 64 bytes.",
            do_zh="标签可能破损，请重新扫描；仍失败时请换发标签。",
            do_en="The label may be damaged: scan again, or replace the label.",
        )
    return signature


def require_host(scheme: str, host: str) -> str:
    """Return ``host`` if it is an upper-case host name that keeps QR codes alphanumeric."""
    if not _HOST.fullmatch(host):
        raise InvalidCode(
            scheme,
            "host",
            f"主机名“{host}”应为大写域名。",
            f"The host {host!r} must be an upper-case host name.",
            value=host,
        )
    return host


def check(key: str, signature: bytes, message: bytes, public_keys: Mapping[str, bytes]) -> None:
    """Verify a printed signature against the trusted keys by id.

    Raises:
        UnknownIssuer: ``key`` is none of ``public_keys``.
        ForgedLabel: the signature is not this key's over this message.
    """
    public_key = public_keys.get(key)
    if public_key is None:
        raise UnknownIssuer(
            f"标签由未知密钥{key}签发。",
            f"The label is signed by an unknown key {key}.",
            key_id=key,
        )
    try:
        verify_signature("ed25519", public_key, signature, message)
    except InvalidSignature as problem:
        raise ForgedLabel(
            "标签签名与编码不符，疑为伪造或篡改。",
            "The signature does not fit the code: the label is forged or altered.",
            key_id=key,
        ) from problem
