"""One pass over all entries: tree, keys, signatures, chains and times, in bounded memory.

Every entry is first compared with its hash in the level-0 tile, then read as an event. What is
wrong is blamed on the entry or on the tile by asking which of them leads to the signed root.
"""

from collections.abc import Callable, Iterator

from waste_trace.ledger.bundle_reader import Bundle, BundleTiles
from waste_trace.ledger.checkpoint import Checkpoint
from waste_trace.ledger.errors import LedgerError
from waste_trace.ledger.log_keys import LogKeys
from waste_trace.ledger.merkle import EMPTY_ROOT, leaf_hash
from waste_trace.ledger.tiles import (
    HASH_BYTES,
    TILE_HEIGHT,
    TILE_WIDTH,
    Tile,
    TileSpan,
    append,
    entries_path,
    level_tiles,
    split_entries,
    tile_path,
)
from waste_trace.ledger.verify_disclosures import DisclosureChecks
from waste_trace.ledger.verify_events import EventChecks, describe
from waste_trace.ledger.verify_result import Finding, Place, Problem, Report
from waste_trace.ledger.vkey import VerifierKey


class LogPass:
    """Streams the entry bundles of one ledger through every check."""

    def __init__(
        self,
        bundle: Bundle,
        checkpoint: Checkpoint,
        registrar: VerifierKey,
        report: Report,
        processes: int = 0,
    ) -> None:
        self._bundle = bundle
        self._checkpoint = checkpoint
        self._report = report
        self._tiles = BundleTiles(bundle, checkpoint.size)
        self._tree = _Growing()
        self._disclosures = DisclosureChecks(bundle, report)
        events = (checkpoint, registrar, self._tiles, report, self._disclosures, processes)
        self._events = EventChecks(*events, self._tiles.entry)
        self._bad_tile: tuple[TileSpan, int] | None = None

    def run(self) -> LogKeys:
        """Check everything, or raise the first `Finding`; which keys the log has had."""
        try:
            self._check_entries()
        except (Finding, LedgerError):
            self._events.settle()  # of an earlier entry, if its signature is bad
            raise
        finally:
            self._events.close()
        self._check_edges()
        self._check_root()
        self._report.passed("entries", f"{self._checkpoint.size} entries match their leaf hashes")
        self._report.passed("tiles", "every tile is the one that the entries lead to")
        self._report.passed("root", "the entries lead to the signed root")
        self._events.finish()
        self._disclosures.finish()
        return self._events.log_keys

    def _check_entries(self) -> None:
        for span in level_tiles(self._checkpoint.size, 0):
            hashes: list[bytes] = []
            file = entries_path(span.index, span.width)
            for index, offset, entry, entry_hash in self._entries(span):
                hashes.append(entry_hash)
                self._events.check(Place(file, index, offset), entry)
            self._grow(hashes)
        self._events.settle()

    def _entries(self, span: TileSpan) -> Iterator[tuple[int, int, bytes, bytes]]:
        """(index, offset, bytes, hash) of each entry, after comparing it with its leaf hash."""
        path = entries_path(span.index, span.width)
        data = self._bundle.read(path)
        tile = self._read_tile(span, lambda: _leaf_hashes(data, span.width))
        offset = 0
        for position in range(span.width):
            index = span.index * TILE_WIDTH + position
            end = offset + 2 + int.from_bytes(data[offset : offset + 2], "big")
            entry = data[offset + 2 : end]
            expected = tile[position * HASH_BYTES : (position + 1) * HASH_BYTES]
            entry_hash = leaf_hash(entry)
            if end > len(data) or entry_hash != expected:
                raise self._blame(span, position, offset, entry)
            yield index, offset, entry, entry_hash
            offset = end
        if offset != len(data):
            raise Finding(
                Problem(
                    "entries",
                    "条目文件末尾有多余字节。",
                    "The entry bundle has bytes after its last entry.",
                    path,
                    span.index * TILE_WIDTH + span.width - 1,
                    offset,
                )
            )

    def _read_tile(self, span: TileSpan, ours: Callable[[], bytes]) -> bytes:
        """The tile; one of another length is wrong where it departs from what is ``ours``."""
        path = tile_path(span.level, span.index, span.width)
        data = self._bundle.read(path)
        if len(data) != span.width * HASH_BYTES:
            zh, en = "分片长度不对。", f"The tile has {len(data)} bytes."
            offset = first_difference(ours(), data)
            position = span.index * TILE_WIDTH + offset // HASH_BYTES
            index = position << (TILE_HEIGHT * span.level)
            raise Finding(Problem("tiles", zh, en, path, index, offset))
        return data

    def _blame(self, span: TileSpan, position: int, offset: int, entry: bytes) -> Finding:
        """Entry and leaf hash disagree: which of the two leads to the signed root?"""
        index = span.index * TILE_WIDTH + position
        device, manifest = describe(entry)
        if self._root_from_entries() == self._checkpoint.root:
            path = tile_path(0, span.index, span.width)
            zh, en = f"第 {index} 条的叶哈希被改。", f"The leaf hash of entry {index} was altered."
            where = position * HASH_BYTES
            return Finding(Problem("tiles", zh, en, path, index, where, device, manifest))
        path = entries_path(span.index, span.width)
        zh, en = f"第 {index} 条的内容被改。", f"Entry {index} was altered: its hash differs."
        return Finding(Problem("entries", zh, en, path, index, offset, device, manifest))

    def _root_from_entries(self) -> bytes | None:
        tree = _Growing()
        try:
            for span in level_tiles(self._checkpoint.size, 0):
                data = self._bundle.read(entries_path(span.index, span.width))
                tree.add([leaf_hash(entry) for entry in split_entries(data, span.width)])
        except LedgerError:
            return None
        return tree.root

    def _grow(self, hashes: list[bytes]) -> None:
        for tile in self._tree.add(hashes):
            if tile.level and tile.width == TILE_WIDTH:
                self._compare(TileSpan(tile.level, tile.index, tile.width), tile.data)

    def _check_edges(self) -> None:
        size = self._checkpoint.size
        level = 1
        while size >> (TILE_HEIGHT * level):
            index, width = divmod(size >> (TILE_HEIGHT * level), TILE_WIDTH)
            if width:
                span = TileSpan(level, index, width)
                self._compare(span, self._tree.read(level, index, width))
            level += 1

    def _compare(self, span: TileSpan, ours: bytes) -> None:
        theirs = self._read_tile(span, lambda: ours)
        if theirs != ours and self._bad_tile is None:
            self._bad_tile = (span, first_difference(ours, theirs))

    def _check_root(self) -> None:
        true_root = self._tree.root == self._checkpoint.root
        if self._bad_tile is not None:
            span, offset = self._bad_tile
            position = span.index * TILE_WIDTH + offset // HASH_BYTES
            index = position << (TILE_HEIGHT * span.level)
            path = tile_path(span.level, span.index, span.width)
            if true_root:
                zh, en = "树分片被改。", "A tile was altered; the entries are as signed."
                raise Finding(Problem("tiles", zh, en, path, index, offset))
            last = index + (1 << (TILE_HEIGHT * span.level)) - 1
            zh = f"第 {index} 至 {last} 条之间的内容被改。"
            en = f"Something between entry {index} and {last} was altered, and its hash with it."
            raise Finding(Problem("root", zh, en, path, index, offset))
        if not true_root:
            zh = "全部条目算出的树根与已签名的检查点不符。"
            en = "The entries do not lead to the root that the log signed."
            raise Finding(Problem("root", zh, en, "checkpoint"))


class _Growing:
    """A tree that grows from nothing and keeps only its rightmost tiles: a `tiles.TileReader`."""

    def __init__(self) -> None:
        self.size = 0
        self.root = EMPTY_ROOT
        self._last: dict[int, bytes] = {}  # the newest tile of each level

    def read(self, level: int, index: int, width: int) -> bytes:
        """The partial tile at the edge of a level, which is the only one ever asked for."""
        return self._last[level]

    def add(self, leaf_hashes: list[bytes]) -> tuple[Tile, ...]:
        """Grow by these leaves; the tiles that changed."""
        grown = append(self.size, self, leaf_hashes)
        self.size, self.root = grown.size, grown.root
        self._last.update((tile.level, tile.data) for tile in grown.tiles)
        return grown.tiles


def _leaf_hashes(entry_bundle: bytes, width: int) -> bytes:
    """The level-0 tile that an entry bundle leads to; empty where it cannot be read."""
    try:
        return b"".join(leaf_hash(entry) for entry in split_entries(entry_bundle, width))
    except LedgerError:
        return b""


def first_difference(ours: bytes, theirs: bytes) -> int:
    """Where the first hash of a tile stands that is not ours; the last one if all of ours are."""
    for at in range(0, len(ours), HASH_BYTES):
        if ours[at : at + HASH_BYTES] != theirs[at : at + HASH_BYTES]:
            return at
    return max(0, len(ours) - HASH_BYTES)
