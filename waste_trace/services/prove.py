"""Proofs to hand out: inclusion receipts, consistency, checkpoints and tiles."""

from typing import ClassVar

from waste_trace.errors import WasteTraceError
from waste_trace.ledger.checkpoint import read_checkpoint
from waste_trace.ledger.leaf import parse_leaf
from waste_trace.ledger.receipt import build_receipt
from waste_trace.ledger.tiles import TILE_WIDTH, TreeReader, parse_tile_path
from waste_trace.services.deployment import Deployment
from waste_trace.store.tiles import SqlTiles, entry_bundle, leaves, newest_checkpoint, read_head


class NotInLedger(WasteTraceError):
    """The ledger has no such entry, tree size or tile."""

    code: ClassVar[str] = "not-in-ledger"
    default_do_zh = "请先取最新检查点，再按其条目数查询。"
    default_do_en = "Fetch the newest checkpoint and ask within its size."


def newest_note(deployment: Deployment) -> str:
    """The newest checkpoint as a signed note."""
    with deployment.engine.connect() as connection:
        note = newest_checkpoint(connection)
    if note is None:
        raise NotInLedger("台账尚未开立。", "The ledger is not open yet.")
    return note


def prove_event(deployment: Deployment, index: int) -> str:
    """The inclusion receipt of a leaf under the newest checkpoint."""
    with deployment.engine.connect() as connection:
        # The size is that of the note: the head may move between two statements.
        note = newest_checkpoint(connection)
        size = 0 if note is None else read_checkpoint(note).size
        if note is None or not 0 <= index < size:
            raise NotInLedger(
                f"台账没有第 {index} 条。", f"There is no entry {index}.", index=index
            )
        leaf = parse_leaf(leaves(connection, index, index + 1)[0])
        proof = TreeReader(SqlTiles(connection), size).inclusion(index)
    return build_receipt(index, leaf.ms, proof, note)


def prove_consistency(deployment: Deployment, size1: int, size2: int) -> list[bytes]:
    """The proof that the tree of ``size2`` continues the tree of ``size1``."""
    with deployment.engine.connect() as connection:
        head = read_head(connection)
        if head is None or not 0 <= size1 <= size2 <= head.size:
            raise NotInLedger(
                f"台账没有从 {size1} 到 {size2} 的一段。",
                f"The ledger has no stretch from {size1} to {size2}.",
                size1=size1,
                size2=size2,
            )
        if size1 in (0, size2):
            return []
        return TreeReader(SqlTiles(connection), size2).consistency(size1, size2)


def read_tile(deployment: Deployment, path: str) -> bytes:
    """A tile or entry bundle by its tlog-tiles path, at exactly the width that the path names."""
    level, index, width = parse_tile_path(path)
    with deployment.engine.connect() as connection:
        head = read_head(connection)
        size = 0 if head is None else head.size >> (8 * (level or 0))
        if index * TILE_WIDTH + width > size:
            raise NotInLedger("台账没有该分片。", f"There is no tile {path}.", path=path)
        if level is None:
            return entry_bundle(connection, index, width)
        return SqlTiles(connection).read(level, index, width)[: width * 32]
