"""Proofs of ours for clients that others wrote: every good one, and every way to spoil one."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from tests.ledger.sample_ledger import LOG_KEY, ORIGIN, MemoryTiles, SampleLedger, key, small_ledger
from waste_trace.ledger.checkpoint import Checkpoint, sign_checkpoint
from waste_trace.ledger.encoding import b64
from waste_trace.ledger.merkle import leaf_hash
from waste_trace.ledger.note import log_vkey, parse_note
from waste_trace.ledger.tiles import TreeReader, append

VKEY = log_vkey(ORIGIN, LOG_KEY).text
SIZES = (1, 2, 3, 5, 7, 8, 9, 64, 65, 255, 256, 257, 300, 513)


@dataclass(frozen=True)
class Inclusion:
    """A leaf, its proof and the signed checkpoint. ``kind``: how it was spoiled; "" if it is good.

    ``proof`` holds whatever bytes a forger may send, so its items need not have 32.
    """

    kind: str
    note: str
    leaf: bytes
    index: int
    proof: tuple[bytes, ...]
    vkey: str = VKEY

    def to_value(self) -> dict[str, object]:
        """For a checker in another language."""
        return {
            "note": self.note,
            "leaf": b64(self.leaf),
            "index": self.index,
            "proof": [b64(node) for node in self.proof],
            "vkey": self.vkey,
        }


@dataclass(frozen=True)
class Consistency:
    """Two trees and the proof that one continues the other; ``kind`` as above."""

    kind: str
    size1: int
    root1: bytes
    size2: int
    root2: bytes
    proof: tuple[bytes, ...]

    def to_value(self) -> dict[str, object]:
        """For a checker in another language."""
        return {
            "size1": self.size1,
            "root1": b64(self.root1),
            "size2": self.size2,
            "root2": b64(self.root2),
            "proof": [b64(node) for node in self.proof],
        }


@cache
def whole() -> SampleLedger:
    """One ledger, of which every size is a prefix."""
    return small_ledger(SIZES[-1])


@cache
def at(size: int) -> tuple[str, TreeReader]:
    """The cosigned checkpoint of the first leaves, and its tree."""
    ledger = whole()
    tiles = MemoryTiles()
    tiles.keep(append(0, tiles, [leaf_hash(leaf) for leaf in ledger.leaves[:size]]))
    return ledger.checkpoint(size), TreeReader(tiles, size)


def good_inclusions() -> Iterator[Inclusion]:
    """Edges and middles of trees of every size."""
    leaves = whole().leaves
    for size in SIZES:
        note, tree = at(size)
        for index in sorted({0, 1, size // 3, size // 2, size - 2, size - 1, 255, 256}):
            if 0 <= index < size:
                yield Inclusion("", note, leaves[index], index, tuple(tree.inclusion(index)))


def spoiled_inclusions() -> Iterator[Inclusion]:
    """Every byte of a few good cases flipped, and every part of all of them exchanged."""
    for position, good in enumerate(good_inclusions()):
        yield from _exchanged(good)
        if position in (3, 20, 60):
            yield from _flipped(good)


def _exchanged(good: Inclusion) -> Iterator[Inclusion]:
    size = int(good.note.split("\n")[1])
    root = base64.b64decode(good.note.split("\n")[2])
    for index in {good.index ^ 1, good.index + 1, size, size + good.index, good.index | 1 << 40}:
        if index != good.index:
            kind = "index" if index < size else "index beyond the tree"
            yield replace(good, kind=kind, index=index)
    yield replace(good, kind="leaf", leaf=good.leaf + b" ")
    yield replace(good, kind="leaf", leaf=good.leaf[:-1])
    yield replace(good, kind="proof longer", proof=(*good.proof, bytes(32)))
    if good.proof:
        yield replace(good, kind="proof shorter", proof=good.proof[:-1])
        yield replace(good, kind="proof shorter", proof=good.proof[1:])
        yield replace(good, kind="hash too short", proof=(*good.proof[:-1], good.proof[-1][:-1]))
        yield replace(good, kind="hash too long", proof=(good.proof[0] + b"x", *good.proof[1:]))
    if len(set(good.proof)) > 1:
        yield replace(good, kind="proof reversed", proof=good.proof[::-1])
    other_root = bytes([root[0] ^ 1]) + root[1:]
    yield replace(good, kind="other root", note=_signed(Checkpoint(ORIGIN, size, other_root)))
    larger = Checkpoint(ORIGIN, size * 4 + 3, root)
    yield replace(good, kind="wrong size", note=_signed(larger))
    forged = sign_checkpoint(Checkpoint(ORIGIN, size, root), key(99))
    yield replace(good, kind="another key", note=forged)
    unsigned = good.note.split("\n\n")[0] + "\n\n"
    yield replace(good, kind="no signature", note=unsigned)


def _flipped(good: Inclusion) -> Iterator[Inclusion]:
    text, signature = parse_note(good.note).text, parse_note(good.note).signatures[0]
    lines = good.note[len(text) + 1 :]
    for position in range(len(text)):
        yield replace(good, kind="note text", note=_flip(text, position) + "\n" + lines)
    for position in range(len(signature.name)):
        line = replace(signature, name=_flip(signature.name, position)).line
        yield replace(good, kind="signer name", note=text + "\n" + line)
    for position in range(4):
        line = replace(signature, key_id=_flip_byte(signature.key_id, position)).line
        yield replace(good, kind="key id", note=text + "\n" + line)
    for position in range(64):
        line = replace(signature, signature=_flip_byte(signature.signature, position)).line
        yield replace(good, kind="signature", note=text + "\n" + line)
    for step in range(len(good.proof)):
        for position in range(32):
            proof = list(good.proof)
            proof[step] = _flip_byte(proof[step], position)
            yield replace(good, kind="proof hash", proof=tuple(proof))
    for position in range(0, len(good.leaf), 7):
        yield replace(good, kind="leaf", leaf=_flip_byte(good.leaf, position))


def good_consistencies() -> Iterator[Consistency]:
    """Every pair of the sizes."""
    for size2 in SIZES:
        _, tree = at(size2)
        for size1 in (size for size in SIZES if size <= size2):
            proof = tuple(tree.consistency(size1))
            yield Consistency("", size1, tree.root(size1), size2, tree.root(), proof)


def spoiled_consistencies() -> Iterator[Consistency]:
    """Roots, sizes and every hash of the proofs."""
    for good in good_consistencies():
        yield replace(good, kind="old root", root1=_flip_byte(good.root1, 5))
        yield replace(good, kind="new root", root2=_flip_byte(good.root2, 31))
        yield replace(good, kind="proof longer", proof=(*good.proof, bytes(32)))
        yield replace(good, kind="shrunk", size1=good.size2 + 1)
        for step in range(len(good.proof)):
            proof = list(good.proof)
            proof[step] = _flip_byte(proof[step], step % 32)
            yield replace(good, kind="proof hash", proof=tuple(proof))
            proof[step : step + 1] = []
            yield replace(good, kind="proof shorter", proof=tuple(proof))


def _signed(checkpoint: Checkpoint) -> str:
    return sign_checkpoint(checkpoint, LOG_KEY)


def _flip(text: str, position: int) -> str:
    return text[:position] + chr(ord(text[position]) ^ 1) + text[position + 1 :]


def _flip_byte(data: bytes, position: int) -> bytes:
    return data[:position] + bytes([data[position] ^ 0x80]) + data[position + 1 :]
