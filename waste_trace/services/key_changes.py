"""How the registrar's and the log's keys were changed, with proofs for those who know the old ones.

A change is proven under the first checkpoint that covers its leaf: that is the last one which a
key of the log before it has signed.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from waste_trace.ledger.checkpoint import read_checkpoint
from waste_trace.ledger.dsse import Envelope
from waste_trace.ledger.leaf import parse_leaf
from waste_trace.ledger.log_keys import LogKeys
from waste_trace.ledger.receipt import build_receipt
from waste_trace.ledger.registry import REGISTRAR
from waste_trace.ledger.tiles import TreeReader
from waste_trace.services.deployment import Deployment
from waste_trace.services.prove import NotInLedger
from waste_trace.store.tables import CheckpointRow, Entry, EventIndex
from waste_trace.store.tiles import SqlTiles
from waste_trace.store.writing import table_of

#: Changes in one answer; whoever was away for longer asks again.
_MOST = 100


@dataclass(frozen=True, slots=True)
class KeyChange:
    """The leaf ``index``, and its receipt under the first checkpoint that covers it."""

    index: int
    envelope: Envelope
    receipt: str


def key_changes(deployment: Deployment, after: int) -> list[KeyChange]:
    """``key.rotate`` of the registrar and ``log.key``, in order, of leaves above ``after``."""
    index, entry = table_of(EventIndex), table_of(Entry)
    query = (
        select(entry.c.idx, entry.c.leaf)
        .join(index, index.c.idx == entry.c.idx)
        .where(
            index.c.dev == REGISTRAR,
            index.c.typ.in_(("key.rotate", "log.key")),
            index.c.idx > after,
        )
        .order_by(entry.c.idx)
        .limit(_MOST)
    )
    with deployment.engine.connect() as connection:
        rows = connection.execute(query).all()
        return [_change(connection, idx, bytes(leaf)) for idx, leaf in rows]


def handover_notes(connection: Connection, keys: LogKeys, size: int) -> dict[int, str]:
    """For each later key of the log, by epoch, the checkpoint that hands over to it.

    Args:
        size: only what a tree of that size covers.
    """
    return {
        ep: _first_covering(connection, change.index)
        for ep, change in enumerate(keys.changes, start=1)
        if change.index < size
    }


def handover_note(deployment: Deployment, ep: int) -> str:
    """The checkpoint that hands over to the log's key of epoch ``ep``; NotInLedger."""
    keys = deployment.sequencer.refresh().log_keys
    if not 1 <= ep <= keys.epoch:
        raise NotInLedger(f"台账没有第 {ep} 轮密钥。", f"The log has no key {ep}.", ep=ep)
    with deployment.engine.connect() as connection:
        return _first_covering(connection, keys.changes[ep - 1].index)


def _first_covering(connection: Connection, index: int) -> str:
    table = table_of(CheckpointRow)
    query = select(table.c.note).where(table.c.size > index).order_by(table.c.size).limit(1)
    return str(connection.execute(query).scalar_one())


def _change(connection: Connection, index: int, data: bytes) -> KeyChange:
    leaf, note = parse_leaf(data), _first_covering(connection, index)
    tree = TreeReader(SqlTiles(connection), read_checkpoint(note).size)
    receipt = build_receipt(index, leaf.ms, tree.inclusion(index), note)
    return KeyChange(index, leaf.envelope, receipt)
