"""Verifier keys of signed notes: ``<name>+<key id>+<base64(type ‖ public key)>``.

Name and key id together say which key signed and how (c2sp.org/signed-note, "Signatures").
"""

import hashlib
import re
from dataclasses import dataclass

from waste_trace.ledger.encoding import b64, decode_b64
from waste_trace.ledger.errors import MalformedKey

ED25519 = 0x01
COSIGNATURE_ED25519 = 0x04
COSIGNATURE_ML_DSA_44 = 0x06
KEY_BYTES = {ED25519: 32, COSIGNATURE_ED25519: 32, COSIGNATURE_ML_DSA_44: 1312}

_VKEY = re.compile(r"([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})")


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A key that may sign notes: its name, signature type byte and raw public key."""

    name: str
    kind: int
    public_key: bytes

    def __post_init__(self) -> None:
        check_key_name(self.name)
        if len(self.public_key) != KEY_BYTES.get(self.kind):
            raise MalformedKey(
                "验证公钥的类型或长度不受支持。",
                f"Type {self.kind:#04x} with {len(self.public_key)} key bytes is not supported.",
            )

    @property
    def key_id(self) -> bytes:
        """SHA-256(name ‖ 0x0A ‖ type ‖ public key)[:4]."""
        material = self.name.encode() + b"\n" + bytes([self.kind]) + self.public_key
        return hashlib.sha256(material).digest()[:4]

    @property
    def text(self) -> str:
        """The verifier-key line, without a newline."""
        return f"{self.name}+{self.key_id.hex()}+{b64(bytes([self.kind]) + self.public_key)}"


def parse_vkey(text: str) -> VerifierKey:
    """Read a verifier-key line (no newline); MalformedKey."""
    match = _VKEY.fullmatch(text)
    if not match:
        raise MalformedKey("不是验证公钥行。", "Not a verifier-key line: name+id+base64.")
    try:
        material = decode_b64(match[3])
    except ValueError as error:
        raise MalformedKey(
            "验证公钥的 base64 不规范。", "The key is not canonical base64."
        ) from error
    key = VerifierKey(match[1], material[0], material[1:])
    if key.key_id.hex() != match[2]:
        raise MalformedKey("密钥编号与公钥不符。", "The key id does not belong to the key.")
    return key


def check_key_name(name: str) -> None:
    """MalformedKey unless non-empty, without Unicode spaces, "+" or control characters."""
    if not name or "+" in name or any(c.isspace() or c < " " or c == "\x7f" for c in name):
        raise MalformedKey("密钥名称无效。", f"Not a key name: {name!r}.")
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise MalformedKey("密钥名称无效。", "The key name is not valid Unicode.") from error
