"""Hash tiles and the head of the log, read from SQL."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, select

from waste_trace.ledger.tiles import TILE_WIDTH, encode_entries
from waste_trace.store.tables import CheckpointRow, Entry, LogState, TileRow
from waste_trace.store.writing import table_of


class SqlTiles:
    """A ``TileReader`` over an open connection; keeps what it read."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._kept: dict[tuple[int, int], bytes] = {}

    def read(self, level: int, index: int, width: int) -> bytes:
        """The tile's hashes, at least ``width`` of them; empty where there is no such tile."""
        kept = self._kept.get((level, index), b"")
        if len(kept) < width * 32:
            table = table_of(TileRow)
            found = self._connection.execute(
                select(table.c.data).where(table.c.level == level, table.c.n == index)
            ).scalar()
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
    table = table_of(LogState)
    query = select(table).where(table.c.id == 1)
    row = connection.execute(query.with_for_update() if for_update else query).mappings().first()
    if row is None:
        return None
    return Head(row["origin"], row["size"], bytes(row["root"]), row["epoch"], row["ms_last"])


def newest_checkpoint(connection: Connection) -> str | None:
    """The newest signed checkpoint note, or None."""
    table = table_of(CheckpointRow)
    found = connection.execute(select(table.c.note).order_by(table.c.size.desc()).limit(1)).scalar()
    return None if found is None else str(found)


def leaves(connection: Connection, start: int, end: int) -> list[bytes]:
    """The leaf bytes of indices ``start`` to ``end`` (exclusive)."""
    table = table_of(Entry)
    query = (
        select(table.c.leaf).where(table.c.idx >= start, table.c.idx < end).order_by(table.c.idx)
    )
    return [bytes(row[0]) for row in connection.execute(query)]


def entry_bundle(connection: Connection, index: int, width: int) -> bytes:
    """A tlog-tiles entry bundle: ``width`` leaves from ``index * 256`` on."""
    start = index * TILE_WIDTH
    return encode_entries(leaves(connection, start, start + width))


def all_leaves(connection: Connection, size: int, step: int = 1024) -> Iterator[tuple[int, bytes]]:
    """Every leaf with its index, in order, a step at a time."""
    for start in range(0, size, step):
        yield from enumerate(leaves(connection, start, min(size, start + step)), start)
