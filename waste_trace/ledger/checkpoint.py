"""A checkpoint: origin, tree size and root in a signed note (c2sp.org/tlog-checkpoint)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from waste_trace.ledger.encoding import b64, decode_b64
from waste_trace.ledger.errors import InvalidSignature, MalformedNote
from waste_trace.ledger.keys import SigningKey
from waste_trace.ledger.note import (
    Ed25519NoteVerifier,
    NoteSignature,
    format_note,
    open_note,
    parse_note,
    sign_text,
)
from waste_trace.ledger.vkey import ED25519, VerifierKey, parse_vkey

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What the log says its tree is: ``size`` leaves under a 32-byte ``root``."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The note text that is signed, ending in a newline."""
        lines = [self.origin, str(self.size), b64(self.root), *self.extensions]
        return "".join(line + "\n" for line in lines)


def parse_checkpoint_text(text: str) -> Checkpoint:
    """Read a checkpoint's note text strictly; MalformedNote."""
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop() != "" or not all(lines):
        raise MalformedNote(
            "检查点应为至少三行非空文本。", "A checkpoint has at least three non-empty lines."
        )
    origin, size, encoded, *extensions = lines
    if not _SIZE.fullmatch(size) or int(size) >= 2**63:
        raise MalformedNote("检查点的大小写法不符。", "The tree size is not a plain decimal.")
    try:
        root = decode_b64(encoded)
    except ValueError as error:
        raise MalformedNote("检查点的树根不是规范 base64。", "The root is not base64.") from error
    if len(root) != 32:
        raise MalformedNote("检查点的树根必须为 32 字节。", "The root must have 32 bytes.")
    return Checkpoint(origin, int(size), root, tuple(extensions))


def read_checkpoint(data: str | bytes) -> Checkpoint:
    """What a checkpoint note claims, with no signature verified."""
    return parse_checkpoint_text(parse_note(data).text)


def sign_checkpoint(checkpoint: Checkpoint, *signing_keys: SigningKey) -> str:
    """The checkpoint as a note, signed by the log's keys under the name of its origin."""
    parse_checkpoint_text(checkpoint.text)
    lines = [sign_text(checkpoint.text, checkpoint.origin, key) for key in signing_keys]
    return format_note(checkpoint.text, lines)


def add_signatures(note: str, signatures: Sequence[NoteSignature]) -> str:
    """The same note with more signature lines (cosignatures); lines it already has are kept."""
    parsed = parse_note(note)
    have = {(s.name, s.key_id) for s in parsed.signatures}
    fresh = [s for s in signatures if (s.name, s.key_id) not in have]
    return format_note(parsed.text, [*parsed.signatures, *fresh])


def open_checkpoint(data: str | bytes, log: VerifierKey | str) -> Checkpoint:
    """The checkpoint, if the log of type 0x01 key ``log`` signed it; else a LedgerError.

    The origin must be the key's name: a checkpoint of another log that the same key signed does
    not count.
    """
    key = parse_vkey(log) if isinstance(log, str) else log
    if key.kind != ED25519:
        raise InvalidSignature("台账公钥类型不符。", "The log's key is not of type 0x01.")
    note, _ = open_note(data, [Ed25519NoteVerifier(key)])
    checkpoint = parse_checkpoint_text(note.text)
    if checkpoint.origin != key.name:
        raise InvalidSignature("检查点属于另一台账。", "The checkpoint is of another log.")
    return checkpoint
