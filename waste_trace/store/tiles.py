"""Hash tiles and the head of the log, read from SQL."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from waste_trace.ledger.tiles import TILE_WIDTH, encode_entries
from waste_trace.store.tables import CheckpointRow, Entry, LogState, TileRow
from waste_trace.store.writing import table_of

# Made once: they are asked in every batch, and making one costs more than asking it.
_tile, _entry, _checkpoint = table_of(TileRow), table_of(Entry), table_of(CheckpointRow)
_TILE = select(_tile.c.data).where(_tile.c.level == bindparam("level"), _tile.c.n == bindparam("n"))
_LEAVES = (
    select(_entry.c.leaf)
    .where(_entry.c.idx >= bindparam("start"), _entry.c.idx < bindparam("end"))
    .order_by(_entry.c.idx)
)
_state = table_of(LogState)
_HEAD = select(_state).where(_state.c.id == 1)
_LOCKED_HEAD = _HEAD.with_for_update()
_NEWEST = select(_checkpoint.c.note).order_by(_checkpoint.c.size.desc()).limit(1)


class SqlTiles:
    """A ``TileReader`` over an open connection; keeps what it read."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._kept: dict[tuple[int, int], bytes] = {}

    def read(self, level: int, index: int, width: int) -> bytes:
        """The tile's hashes, at least ``width`` of them; empty where there is no such tile."""
        kept = self._kept.get((level, index), b"")
        if len(kept) < width * 32:
            found = self._connection.execute(_TILE, {"level": level, "n": index}).scalar()
            kept = bytes(found or b"")
            self._kept[level, index] = kept
        return kept


@dataclass(frozen=True, slots=True)
class Head:
    """The head of the log as the database has it."""

    origin: str
    size: int
    root: bytes
    epoch: int
    ms_last: int


def read_head(connection: Connection, *, for_update: bool = False) -> Head | None:
    """The head, locked against other writers if asked; None before the ledger was opened."""
    row = connection.execute(_LOCKED_HEAD if for_update else _HEAD).first()
    if row is None:
        return None
    return Head(row.origin, row.size, bytes(row.root), row.epoch, row.ms_last)


def newest_checkpoint(connection: Connection) -> str | None:
    """The newest signed checkpoint note, or None."""
    found = connection.execute(_NEWEST).scalar()
    return None if found is None else str(found)


def leaves(connection: Connection, start: int, end: int) -> list[bytes]:
    """The leaf bytes of indices ``start`` to ``end`` (exclusive)."""
    rows = connection.execute(_LEAVES, {"start": start, "end": end})
    return [bytes(row[0]) for row in rows]


def entry_bundle(connection: Connection, index: int, width: int) -> bytes:
    """A tlog-tiles entry bundle: ``width`` leaves from ``index * 256`` on."""
    start = index * TILE_WIDTH
    return encode_entries(leaves(connection, start, start + width))


def all_leaves(connection: Connection, size: int, step: int = 1024) -> Iterator[tuple[int, bytes]]:
    """Every leaf with its index, in order, a step at a time."""
    for start in range(0, size, step):
        yield from enumerate(leaves(connection, start, min(size, start + step)), start)
