"""Signed notes: a text that people can read, and signature lines under it (c2sp.org/signed-note).

Stricter than the specification where it leaves room: at most 100 signature lines, canonical
base64 only, no key twice, and one bad signature of a known key rejects the whole note.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from waste_trace.ledger import keys
from waste_trace.ledger.encoding import b64, decode_b64
from waste_trace.ledger.errors import InvalidSignature, MalformedKey, MalformedNote
from waste_trace.ledger.keys import SigningKey
from waste_trace.ledger.vkey import ED25519, VerifierKey, check_key_name

MAX_SIGNATURES = 100
MAX_NOTE_BYTES = 1_000_000
_DASH = "\u2014 "


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: who says to have signed, the 4-byte key id, and the signature bytes."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def line(self) -> str:
        """The line as it stands in a note, with its newline."""
        return f"{_DASH}{self.name} {b64(self.key_id + self.signature)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A parsed note. ``text`` ends in a newline. Nothing in it is verified yet."""

    text: str
    signatures: tuple[NoteSignature, ...]

    @property
    def full_text(self) -> str:
        """The note as written: text, blank line, signature lines."""
        return self.text + "\n" + "".join(signature.line for signature in self.signatures)


class NoteVerifier(Protocol):
    """A known key, and the way in which its kind of signature is checked."""

    @property
    def key(self) -> VerifierKey:
        """Whose signature lines these are."""
        ...

    def verify(self, text: str, signature: bytes) -> None:
        """InvalidSignature unless ``signature`` is this key's over ``text``."""
        ...


@dataclass(frozen=True, slots=True)
class Ed25519NoteVerifier:
    """Type 0x01: Ed25519 directly over the note text."""

    key: VerifierKey

    def verify(self, text: str, signature: bytes) -> None:
        """InvalidSignature unless ``signature`` is this key's over ``text``."""
        keys.verify("ed25519", self.key.public_key, signature, text.encode())


def log_vkey(name: str, signing_key: SigningKey) -> VerifierKey:
    """The type 0x01 verifier key of an Ed25519 signing key."""
    if signing_key.algorithm != "ed25519":
        raise MalformedKey("台账密钥必须是 Ed25519。", "A note is signed with an Ed25519 key.")
    return VerifierKey(name, ED25519, signing_key.public_key)


def sign_text(text: str, name: str, signing_key: SigningKey) -> NoteSignature:
    """A type 0x01 signature line over ``text``."""
    _check_text(text)
    return NoteSignature(name, log_vkey(name, signing_key).key_id, signing_key.sign(text.encode()))


def format_note(text: str, signatures: Sequence[NoteSignature]) -> str:
    """Put text and signature lines together; MalformedNote if it would not parse back."""
    note = Note(text, tuple(signatures))
    if parse_note(note.full_text) != note:
        raise MalformedNote("签名说明无法写成合规文本。", "These parts do not make a signed note.")
    return note.full_text


def parse_note(data: str | bytes) -> Note:
    """Read a signed note strictly, verifying nothing; MalformedNote."""
    full = _decode(data)
    head, separator, tail = full.rpartition("\n\n")
    if not separator or not tail.endswith("\n"):
        raise MalformedNote(
            "签名说明缺少空行、签名行或末尾换行。",
            "A signed note is a text, a blank line and signature lines that end in newlines.",
        )
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise MalformedNote("签名行超过 100 行。", f"More than {MAX_SIGNATURES} signature lines.")
    signatures = tuple(_parse_line(line) for line in lines)
    if len({(s.name, s.key_id) for s in signatures}) != len(signatures):
        raise MalformedNote("同一密钥签名两次。", "One key has two signature lines.")
    text = head + "\n"
    _check_text(text)
    return Note(text, signatures)


def open_note(
    data: str | bytes, verifiers: Sequence[NoteVerifier]
) -> tuple[Note, tuple[NoteVerifier, ...]]:
    """The note and the known keys that signed it, at least one; MalformedNote, InvalidSignature.

    Lines of unknown keys are ignored; a bad signature of a known key rejects the note.
    """
    note = parse_note(data)
    known = {(v.key.name, v.key.key_id): v for v in verifiers}
    if len(known) != len(verifiers):
        raise MalformedKey("已知公钥重复。", "Two known keys share a name and key id.")
    signed_by: list[NoteVerifier] = []
    for signature in note.signatures:
        verifier = known.get((signature.name, signature.key_id))
        if verifier is not None:
            verifier.verify(note.text, signature.signature)
            signed_by.append(verifier)
    if not signed_by:
        raise InvalidSignature("没有已知密钥的签名。", "No known key has signed this note.")
    return note, tuple(signed_by)


def _decode(data: str | bytes) -> str:
    try:
        raw = data.encode() if isinstance(data, str) else data
        full = raw.decode()
    except UnicodeError as error:
        raise MalformedNote("签名说明不是 UTF-8。", "The note is not valid UTF-8.") from error
    if len(raw) > MAX_NOTE_BYTES:
        raise MalformedNote("签名说明过大。", f"The note is larger than {MAX_NOTE_BYTES} bytes.")
    if any(c < " " and c != "\n" for c in full):
        raise MalformedNote("签名说明含控制字符。", "The note holds a control character.")
    return full


def _check_text(text: str) -> None:
    if not text.endswith("\n") or text == "\n":
        raise MalformedNote("正文必须以换行结尾。", "The note's text must end in a newline.")


def _parse_line(line: str) -> NoteSignature:
    parts = line[len(_DASH) :].split(" ")
    if not line.startswith(_DASH) or len(parts) != 2:
        raise MalformedNote("签名行格式不符。", "A signature line is: em dash, name, base64.")
    name, encoded = parts
    try:
        check_key_name(name)
        raw = decode_b64(encoded)
    except (MalformedKey, ValueError) as error:
        raise MalformedNote(
            "签名行的名称或 base64 不合规。", "A signature line's name or base64 is malformed."
        ) from error
    if len(raw) < 5:
        raise MalformedNote("签名过短。", "A signature line holds less than a signature.")
    return NoteSignature(name, raw[:4], raw[4:])
