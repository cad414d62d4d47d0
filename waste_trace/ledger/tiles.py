"""The tree cut into files: coordinates, paths and incremental growth (c2sp.org/tlog-tiles).

A tile holds up to 256 hashes of one level; a full tile's own root is one hash of the level above.
A partial tile never feeds the level above, and every older partial tile is a prefix of the newer.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from waste_trace.ledger.errors import IncompleteBundle, MalformedBundle, MalformedLeaf
from waste_trace.ledger.leaf import MAX_LEAF_BYTES
from waste_trace.ledger.merkle import (
    EMPTY_ROOT,
    consistency_proof,
    inclusion_proof,
    node_hash,
    range_root,
    root_at,
    root_of,
)

TILE_HEIGHT = 8
TILE_WIDTH = 256
HASH_BYTES = 32
MAX_LEVEL = 63

_PATH = re.compile(
    r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?"
)


class TileReader(Protocol):
    """Where tiles come from: a directory, a zip, SQL or memory."""

    def read(self, level: int, index: int, width: int) -> bytes:
        """At least ``width`` hashes (32 bytes each) of the tile; more, if it has grown since."""
        ...


@dataclass(frozen=True, slots=True)
class TileSpan:
    """One tile of a tree: level, index within the level, and how many hashes it holds."""

    level: int
    index: int
    width: int


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile to be written; ``data`` replaces any narrower one at the same place."""

    level: int
    index: int
    data: bytes

    @property
    def width(self) -> int:
        """How many hashes it holds: 1 to 256."""
        return len(self.data) // HASH_BYTES


@dataclass(frozen=True, slots=True)
class Grown:
    """What `append` gives back: the new size and root, and the tiles that changed."""

    size: int
    root: bytes
    tiles: tuple[Tile, ...]


def tile_path(level: int, index: int, width: int = TILE_WIDTH) -> str:
    """The tile's path: ``tile/<L>/<N>[.p/<W>]``."""
    return f"tile/{level}/{_number_path(index, width)}"


def entries_path(index: int, width: int = TILE_WIDTH) -> str:
    """The entry bundle's path: ``tile/entries/<N>[.p/<W>]``."""
    return f"tile/entries/{_number_path(index, width)}"


def parse_tile_path(path: str) -> tuple[int | None, int, int]:
    """(level, index, width); level None for entry bundles; MalformedBundle for other spellings."""
    match = _PATH.fullmatch(path)
    if match:
        level = None if match[1] == "entries" else int(match[1])
        index = int(match[2].replace("x", "").replace("/", ""))
        width = int(match[3]) if match[3] else TILE_WIDTH
        again = entries_path(index, width) if level is None else tile_path(level, index, width)
        if again == path and (level is None or level <= MAX_LEVEL):
            return level, index, width
    raise MalformedBundle("不是合规的分片路径。", f"Not a tile path: {path!r}.", path=path)


def _number_path(index: int, width: int) -> str:
    text = f"{index % 1000:03d}"
    while index >= 1000:
        index //= 1000
        text = f"x{index % 1000:03d}/{text}"
    return text if width == TILE_WIDTH else f"{text}.p/{width}"


def level_tiles(size: int, level: int) -> Iterator[TileSpan]:
    """The tiles of one level of a tree, left to right, the partial one last."""
    hashes = size >> (TILE_HEIGHT * level)
    for index in range(hashes // TILE_WIDTH):
        yield TileSpan(level, index, TILE_WIDTH)
    if hashes % TILE_WIDTH:
        yield TileSpan(level, hashes // TILE_WIDTH, hashes % TILE_WIDTH)


def tree_tiles(size: int) -> Iterator[TileSpan]:
    """Every hash tile of a tree, level by level. Entry bundles have the spans of level 0."""
    level = 0
    while size >> (TILE_HEIGHT * level):
        yield from level_tiles(size, level)
        level += 1


def encode_entries(entries: Sequence[bytes]) -> bytes:
    """An entry bundle: each entry after its big-endian uint16 length."""
    if any(len(entry) > MAX_LEAF_BYTES for entry in entries):
        raise MalformedLeaf("台账条目超过 65535 字节。", "An entry is larger than 65,535 bytes.")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def split_entries(data: bytes, width: int) -> list[bytes]:
    """The first ``width`` entries of a bundle; MalformedLeaf if it does not hold exactly those."""
    entries: list[bytes] = []
    offset = 0
    for position in range(width):
        length = int.from_bytes(data[offset : offset + 2], "big")
        end = offset + 2 + length
        if offset + 2 > len(data) or end > len(data):
            raise MalformedLeaf(
                "条目文件被截断或长度字段被改。",
                f"Entry {position} of the entry bundle runs past its end.",
                position=position,
                offset=offset,
            )
        entries.append(data[offset + 2 : end])
        offset = end
    if offset != len(data):
        raise MalformedLeaf(
            "条目文件末尾有多余字节。",
            "The entry bundle has bytes after its last entry.",
            position=width,
            offset=offset,
        )
    return entries


def append(size: int, reader: TileReader, leaf_hashes: Sequence[bytes]) -> Grown:
    """Grow a tree of ``size`` leaves; reads only the edge tile of each level.

    Cost: one node hash per new leaf, plus 255 for each tile that becomes full.
    """
    new_size = size + len(leaf_hashes)
    written: list[Tile] = []
    edges: list[bytes] = []  # the partial tile of each level, lowest first
    level, start, fresh = 0, size, list(leaf_hashes)
    while new_size >> (TILE_HEIGHT * level):
        index, width = divmod(start, TILE_WIDTH)
        data = _read_tile(reader, TileSpan(level, index, width)) + b"".join(fresh)
        above: list[bytes] = []
        for offset in range(0, len(data), TILE_WIDTH * HASH_BYTES):
            chunk = data[offset : offset + TILE_WIDTH * HASH_BYTES]
            if fresh:
                written.append(Tile(level, index, chunk))
            if len(chunk) == TILE_WIDTH * HASH_BYTES:
                above.append(root_of(_hashes(chunk)))
            index += 1
        edges.append(data[len(above) * TILE_WIDTH * HASH_BYTES :])
        level, start, fresh = level + 1, start // TILE_WIDTH, above
    return Grown(new_size, _edge_root(edges), tuple(written))


def _edge_root(edges: list[bytes]) -> bytes:
    """The root from the partial tiles: fold their complete subtrees from right to left."""
    root: bytes | None = None
    for edge in edges:
        hashes = _hashes(edge)
        while hashes:
            block = len(hashes) & -len(hashes)
            left = root_of(hashes[-block:])
            del hashes[-block:]
            root = left if root is None else node_hash(left, root)
    return EMPTY_ROOT if root is None else root


def _hashes(data: bytes) -> list[bytes]:
    return [data[i : i + HASH_BYTES] for i in range(0, len(data), HASH_BYTES)]


def _read_tile(reader: TileReader, span: TileSpan) -> bytes:
    if span.width == 0:
        return b""
    data = reader.read(span.level, span.index, span.width)
    if len(data) < span.width * HASH_BYTES or len(data) % HASH_BYTES:
        raise IncompleteBundle(
            "分片长度不足。",
            f"Tile {tile_path(span.level, span.index, span.width)} is too short.",
            path=tile_path(span.level, span.index, span.width),
        )
    return data[: span.width * HASH_BYTES]


class TreeReader:
    """Roots and proofs of any size up to ``size``, read from tiles.

    Keeps the last tiles and nodes, because the proofs of one batch visit the same ones.

    Args:
        nodes: hashes of complete subtrees by height and index, which never change as a log grows;
            a writer gives those of its last batch.
    """

    _KEPT = 64
    _KEPT_NODES = 8192

    def __init__(
        self, reader: TileReader, size: int, nodes: dict[tuple[int, int], bytes] | None = None
    ) -> None:
        self.size = size
        self._reader = reader
        self._tiles: dict[tuple[int, int], list[bytes]] = {}
        self._nodes = {} if nodes is None else nodes
        self._rights: dict[tuple[int, int], bytes] = {}

    def node(self, height: int, index: int) -> bytes:
        """The hash of a complete subtree: a `merkle.NodeReader`."""
        found = self._nodes.get((height, index))
        if found is None:
            if height % TILE_HEIGHT:
                below = height - 1
                found = node_hash(self.node(below, 2 * index), self.node(below, 2 * index + 1))
            else:
                tile, offset = divmod(index, TILE_WIDTH)
                found = self._tile(height // TILE_HEIGHT, tile)[offset]
            if len(self._nodes) >= self._KEPT_NODES:
                self._nodes.clear()
            self._nodes[height, index] = found
        return found

    def root(self, size: int | None = None) -> bytes:
        """The root of the first ``size`` leaves (all of them by default)."""
        return root_at(self.size if size is None else size, self.node)

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """The inclusion proof of a leaf in the tree of ``size``."""
        return inclusion_proof(
            index, self.size if size is None else size, self.node, self._right_of
        )

    def consistency(self, size1: int, size2: int | None = None) -> list[bytes]:
        """The consistency proof from ``size1`` to ``size2``."""
        return consistency_proof(size1, self.size if size2 is None else size2, self.node)

    def _right_of(self, start: int, size: int) -> bytes:
        found = self._rights.get((start, size))
        if found is None:
            if len(self._rights) >= self._KEPT:
                self._rights.clear()
            found = self._rights[start, size] = range_root(start, size, self.node)
        return found

    def _tile(self, level: int, index: int) -> list[bytes]:
        kept = self._tiles.get((level, index))
        if kept is None:
            hashes = self.size >> (TILE_HEIGHT * level)
            width = min(TILE_WIDTH, hashes - index * TILE_WIDTH)
            kept = _hashes(_read_tile(self._reader, TileSpan(level, index, width)))
            if len(self._tiles) >= self._KEPT:
                self._tiles.pop(next(iter(self._tiles)))
            self._tiles[level, index] = kept
        return kept
