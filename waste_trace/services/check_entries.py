"""One pass over entries as the database has them: leaves, tiles, tree, event index, signatures.

Whatever is read is recomputed from the leaves; the first index that is wrong stops the pass.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from waste_trace.ledger.checkpoint import Checkpoint
from waste_trace.ledger.errors import LedgerError
from waste_trace.ledger.event import parse_event, payload_hash
from waste_trace.ledger.leaf import parse_leaf
from waste_trace.ledger.merkle import EMPTY_ROOT, leaf_hash
from waste_trace.ledger.tiles import HASH_BYTES, TILE_HEIGHT, TILE_WIDTH, Tile, append
from waste_trace.ledger.verify_events import EventChecks
from waste_trace.ledger.verify_log import first_difference
from waste_trace.ledger.verify_result import Finding, Place, Problem, Report
from waste_trace.ledger.vkey import VerifierKey
from waste_trace.store.projector import Record, index_row
from waste_trace.store.tables import Entry, EventIndex
from waste_trace.store.tiles import SqlTiles, leaves
from waste_trace.store.writing import table_of

STEP = 1024
#: (entries done, entries to do)
Progress = Callable[[int, int], None]
#: Columns of the event index that depend on what came before: the chain, the checkpoint quoted.
_DERIVED = {"idx", "chain_flags", "proven_after"}


class EntryPass:
    """Entries from ``start`` on, against everything that is kept about them.

    Args:
        connection: a snapshot of the database.
        head: what the tree is said to be.
        root: of the first ``start`` entries, which an earlier pass has checked.
        registrar: given for a pass from the first entry that checks every signature too.
    """

    def __init__(
        self,
        connection: Connection,
        head: Checkpoint,
        start: int,
        root: bytes,
        report: Report,
        registrar: VerifierKey | None,
    ) -> None:
        self._connection = connection
        self._head = head
        self._start = start
        self._ms = 0
        self._tree = Regrown(connection, start, root)
        self._events = (
            None
            if registrar is None
            else EventChecks(head, registrar, SqlTiles(connection), report, entry_at=self._entry)
        )

    def _entry(self, index: int) -> bytes:
        return leaves(self._connection, index, index + 1)[0]

    def run(self, progress: Progress) -> bytes:
        """The root that the entries lead to; raises the first `Finding`."""
        total = self._head.size - self._start
        for start in range(self._start, self._head.size, STEP):
            end = min(start + STEP, self._head.size)
            stored = SqlTiles(self._connection)
            hashes: list[bytes] = []
            for index, row in self._rows(start, end):
                hashes.append(leaf_hash(bytes(row["leaf"])))
                _compare_leaf(stored, index, hashes[-1])
                self._check(index, row)
            self._tree.add(hashes)
            progress(end - self._start, total)
        self._tree.compare_edges()
        if self._events is not None:
            self._events.finish()
        return self._tree.root

    def _rows(self, start: int, end: int) -> Iterator[tuple[int, RowMapping]]:
        entry, index = table_of(Entry), table_of(EventIndex)
        columns: list[Any] = [column for column in index.c if column.name not in _DERIVED]
        query = (
            select(entry.c.idx, entry.c.leaf, entry.c.payload_hash, *columns)
            .outerjoin(index, index.c.idx == entry.c.idx)
            .where(entry.c.idx >= start, entry.c.idx < end)
            .order_by(entry.c.idx)
        )
        rows = self._connection.execute(query).mappings().all()
        for expected in range(start, end):
            row = rows[expected - start] if expected - start < len(rows) else None
            if row is None or row["idx"] != expected:
                raise wrong(
                    "entries", expected, f"缺少第 {expected} 条。", f"Entry {expected} is missing."
                )
            yield expected, row

    def _check(self, index: int, row: RowMapping) -> None:
        """An entry is an event, and what the other columns and tables say of it is so."""
        data = bytes(row["leaf"])
        try:
            leaf = parse_leaf(data)
            event = parse_event(leaf.envelope.payload)
        except LedgerError as error:
            raise wrong(
                "entries", index, f"第 {index} 条：{error.zh}", f"Entry {index}: {error.en}"
            ) from error
        if payload_hash(leaf.envelope.payload) != bytes(row["payload_hash"]):
            zh = f"第 {index} 条与其载荷哈希不符。"
            en = f"Entry {index} is not the one whose payload hash stands beside it."
            raise wrong("entries", index, zh, en)
        if leaf.ms < self._ms:
            zh, en = f"第 {index} 条入账时间倒退。", f"The logged time runs back at entry {index}."
            raise wrong("entries", index, zh, en)
        self._ms = leaf.ms
        _check_index(row, Record(index, leaf.ms, event, bytes(row["payload_hash"])))
        if self._events is not None:
            self._events.check(Place("entry", index, 0), data)


class Regrown:
    """The tree made again from the leaves, tile by tile, beside the one in the database."""

    def __init__(self, connection: Connection, size: int, root: bytes) -> None:
        self._connection = connection
        self._size = size
        self.root = root if size else EMPTY_ROOT
        self._edges: dict[int, bytes] = {}
        stored = SqlTiles(connection)
        level = 0
        while size >> (TILE_HEIGHT * level):
            index, width = divmod(size >> (TILE_HEIGHT * level), TILE_WIDTH)
            self._edges[level] = stored.read(level, index, width)[: width * HASH_BYTES]
            level += 1

    def read(self, level: int, index: int, width: int) -> bytes:
        """The tile at the edge of a level: a `tiles.TileReader` for `append`."""
        return self._edges.get(level, b"")

    def add(self, hashes: list[bytes]) -> None:
        """Grow; tiles that became full are compared with the stored ones."""
        grown = append(self._size, self, hashes)
        for tile in grown.tiles:
            if tile.width == TILE_WIDTH:
                self._compare(tile)
                self._edges.pop(tile.level, None)
        for tile in grown.tiles:
            if tile.width < TILE_WIDTH:
                self._edges[tile.level] = tile.data
        self._size, self.root = grown.size, grown.root

    def compare_edges(self) -> None:
        """The unfinished tile of each level."""
        for level, data in self._edges.items():
            if data:
                index = (self._size >> (TILE_HEIGHT * level)) // TILE_WIDTH
                self._compare(Tile(level, index, data))

    def _compare(self, ours: Tile) -> None:
        stored = SqlTiles(self._connection).read(ours.level, ours.index, ours.width)
        if stored == ours.data:
            return
        first = first_difference(ours.data, stored)
        position = ours.index * TILE_WIDTH + first // HASH_BYTES
        index = position << (TILE_HEIGHT * ours.level)
        zh = f"第 {ours.level} 层第 {ours.index} 号分片被改（自第 {index} 条起）。"
        en = f"Tile {ours.index} of level {ours.level} was altered (from entry {index} on)."
        raise wrong("tiles", index, zh, en)


def wrong(what: str, index: int | None, zh: str, en: str) -> Finding:
    """A finding about the database."""
    return Finding(Problem(what, zh, en, None, index))


def _check_index(row: RowMapping, record: Record) -> None:
    said = index_row(record, [])
    if row["body"] != said["body"]:  # earlier versions wrote it with spaces
        said["body"] = json.dumps(record.event.body, ensure_ascii=False, sort_keys=True)
    if any(row[name] != said[name] for name in said.keys() - _DERIVED):
        index = record.idx
        zh = f"第 {index} 条与事件索引不符，请运行 waste-trace rebuild。"
        en = f"The event index does not say what entry {index} says; run waste-trace rebuild."
        raise wrong("event_index", index, zh, en)


def _compare_leaf(stored: SqlTiles, index: int, ours: bytes) -> None:
    tile = stored.read(0, index // TILE_WIDTH, index % TILE_WIDTH + 1)
    at = index % TILE_WIDTH * HASH_BYTES
    if tile[at : at + HASH_BYTES] != ours:
        zh = f"第 {index} 条与分片中的叶哈希不符：条目或分片被改。"
        en = f"Entry {index} and its leaf hash in the tile differ: one of them was altered."
        raise wrong("tiles", index, zh, en)
