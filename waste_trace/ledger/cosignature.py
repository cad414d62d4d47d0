"""Witness cosignatures of checkpoints (c2sp.org/tlog-cosignature).

Type 0x04 is Ed25519 over a dated header and the note text; type 0x06 is ML-DSA-44 over a binary
structure. Both start with the 8-byte POSIX time at which the witness saw the checkpoint.
"""

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature as LibraryInvalidSignature
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import mldsa

from waste_trace.ledger import keys
from waste_trace.ledger.checkpoint import Checkpoint, parse_checkpoint_text
from waste_trace.ledger.errors import InvalidSignature, MalformedKey, MalformedNote
from waste_trace.ledger.keys import SigningKey
from waste_trace.ledger.note import Ed25519NoteVerifier, NoteSignature, NoteVerifier
from waste_trace.ledger.vkey import (
    COSIGNATURE_ED25519,
    COSIGNATURE_ML_DSA_44,
    ED25519,
    VerifierKey,
)

MAX_TIME = 2**63 - 1
#: 9999-12-31 23:59:59Z: a time after it is well-formed, and stands in no calendar.
LAST_DATE = 253_402_300_799
_TIME_BYTES = 8
_ED25519_BYTES = 64
_ML_DSA_44_BYTES = 2420


def cosigner_vkey(name: str, signing_key: SigningKey) -> VerifierKey:
    """The type 0x04 verifier key of a witness's Ed25519 key."""
    if signing_key.algorithm != "ed25519":
        raise MalformedKey("见证密钥必须是 Ed25519。", "A witness signs with an Ed25519 key.")
    return VerifierKey(name, COSIGNATURE_ED25519, signing_key.public_key)


def cosign(text: str, name: str, signing_key: SigningKey, unix_seconds: int) -> NoteSignature:
    """A type 0x04 line over a checkpoint's note text, made at ``unix_seconds``.

    The caller must have verified consistency with everything it cosigned before.
    """
    parse_checkpoint_text(text)
    if not 0 < unix_seconds <= MAX_TIME:
        raise MalformedNote("见证时间超出范围。", "The cosignature time is out of range.")
    signature = signing_key.sign(_ed25519_message(text, unix_seconds))
    stamp = unix_seconds.to_bytes(_TIME_BYTES, "big")
    return NoteSignature(name, cosigner_vkey(name, signing_key).key_id, stamp + signature)


def cosignature_time(signature: bytes) -> int:
    """The POSIX seconds inside a cosignature's bytes; InvalidSignature if out of range."""
    seconds = int.from_bytes(signature[:_TIME_BYTES], "big")
    if len(signature) <= _TIME_BYTES or seconds > MAX_TIME:
        raise InvalidSignature("见证签名的时间无效。", "The cosignature's time is invalid.")
    return seconds


@dataclass(frozen=True, slots=True)
class Ed25519Cosigner:
    """Type 0x04."""

    key: VerifierKey

    def verify(self, text: str, signature: bytes) -> None:
        """InvalidSignature unless this witness cosigned the checkpoint ``text``."""
        parse_checkpoint_text(text)
        if len(signature) != _TIME_BYTES + _ED25519_BYTES:
            raise InvalidSignature("见证签名长度不符。", "The cosignature has a wrong length.")
        message = _ed25519_message(text, cosignature_time(signature))
        keys.verify("ed25519", self.key.public_key, signature[_TIME_BYTES:], message)


@dataclass(frozen=True, slots=True)
class MlDsa44Cosigner:
    """Type 0x06 (FIPS 204, ML-DSA-44)."""

    key: VerifierKey

    def verify(self, text: str, signature: bytes) -> None:
        """InvalidSignature unless this witness cosigned the checkpoint ``text``."""
        checkpoint = parse_checkpoint_text(text)
        if len(signature) != _TIME_BYTES + _ML_DSA_44_BYTES:
            raise InvalidSignature("见证签名长度不符。", "The cosignature has a wrong length.")
        message = ml_dsa_message(self.key.name, checkpoint, cosignature_time(signature))
        try:
            public_key = mldsa.MLDSA44PublicKey.from_public_bytes(self.key.public_key)
            public_key.verify(signature[_TIME_BYTES:], message)
        except (LibraryInvalidSignature, ValueError, UnsupportedAlgorithm) as error:
            raise InvalidSignature(
                "ML-DSA-44 见证签名不符。", "The ML-DSA-44 cosignature does not verify."
            ) from error


def ml_dsa_message(name: str, checkpoint: Checkpoint, unix_seconds: int) -> bytes:
    """The ``cosigned_message`` structure that an ML-DSA-44 cosigner signs."""
    return b"".join(
        (
            b"subtree/v1\n\x00",
            _short_vector(name.encode()),
            unix_seconds.to_bytes(8, "big"),
            _short_vector(checkpoint.origin.encode()),
            (0).to_bytes(8, "big"),
            checkpoint.size.to_bytes(8, "big"),
            checkpoint.root,
        )
    )


def note_verifier(key: VerifierKey) -> NoteVerifier:
    """The verifier for a key's signature type."""
    if key.kind == ED25519:
        return Ed25519NoteVerifier(key)
    if key.kind == COSIGNATURE_ED25519:
        return Ed25519Cosigner(key)
    if key.kind == COSIGNATURE_ML_DSA_44:
        return MlDsa44Cosigner(key)
    raise MalformedKey("验证公钥类型不受支持。", f"Unsupported key type {key.kind:#04x}.")


def _ed25519_message(text: str, unix_seconds: int) -> bytes:
    return f"cosignature/v1\ntime {unix_seconds}\n{text}".encode()


def _short_vector(data: bytes) -> bytes:
    if not 1 <= len(data) <= 255:
        raise InvalidSignature("名称过长。", "A cosigned name must have 1 to 255 bytes.")
    return bytes([len(data)]) + data
