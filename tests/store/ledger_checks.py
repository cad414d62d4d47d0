"""What must hold of a ledger in the database, whatever was done to the processes that write it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, RowMapping, func, select

from tests.store.appender import Promise
from waste_trace.ledger.checkpoint import open_checkpoint
from waste_trace.ledger.event import Event, parse_event, payload_hash
from waste_trace.ledger.leaf import parse_leaf
from waste_trace.ledger.merkle import leaf_hash, root_of, verify_consistency
from waste_trace.ledger.tiles import TreeReader
from waste_trace.ledger.vkey import VerifierKey
from waste_trace.store.tables import CheckpointRow, Entry, EventIndex
from waste_trace.store.tiles import SqlTiles, all_leaves, read_head
from waste_trace.store.writing import table_of


@dataclass(frozen=True, slots=True)
class Whole:
    """A ledger that has been checked."""

    events: list[Event]
    hashes: list[bytes]
    checkpoints: dict[int, bytes]

    def broken(self, promises: Sequence[Promise]) -> list[str]:
        """What was promised and is not so: events that are lost, checkpoints of another history."""
        found = []
        for promise in promises:
            here = self.hashes[promise.index : promise.index + 1]
            if here != [promise.payload_digest]:
                found.append(f"entry {promise.index} was acknowledged and is lost")
            if self.checkpoints.get(promise.size) != promise.root:
                found.append(f"another checkpoint of size {promise.size} was signed and shown")
        return found


def check_ledger(engine: Engine, log: VerifierKey) -> Whole:
    """No gap, fork or duplicate; every checkpoint signed, and each continues the one before."""
    with engine.connect() as connection:
        head = read_head(connection)
        assert head is not None
        indices = connection.execute(select(table_of(Entry).c.idx).order_by("idx")).scalars().all()
        assert list(indices) == list(range(head.size))
        leaves = [leaf for _, leaf in all_leaves(connection, head.size)]
        tree = TreeReader(SqlTiles(connection), head.size)
        assert tree.root() == head.root == root_of([leaf_hash(leaf) for leaf in leaves])
        parsed = [parse_leaf(leaf) for leaf in leaves]
        times = [leaf.ms for leaf in parsed]
        assert times == sorted(times)
        events = [parse_event(leaf.envelope.payload) for leaf in parsed]
        hashes = [payload_hash(leaf.envelope.payload) for leaf in parsed]
        assert len(set(hashes)) == len(hashes)
        places = [(event.dev, event.ep, event.seq) for event in events]
        assert len(set(places)) == len(places)
        count = select(func.count()).select_from(table_of(EventIndex))
        assert connection.execute(count).scalar_one() == head.size
        rows = connection.execute(select(table_of(CheckpointRow)).order_by("size")).mappings().all()
        checkpoints = _check_checkpoints(tree, rows, log)
        assert max(checkpoints, default=0) == head.size
    return Whole(events, hashes, checkpoints)


def _check_checkpoints(
    tree: TreeReader, rows: Sequence[RowMapping], log: VerifierKey
) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    before: tuple[int, bytes] | None = None
    for row in rows:
        checkpoint = open_checkpoint(row["note"], log)
        assert checkpoint.size == row["size"]
        assert checkpoint.root == tree.root(checkpoint.size)
        if before is not None:
            proof = tree.consistency(before[0], checkpoint.size)
            verify_consistency(*before, checkpoint.size, checkpoint.root, proof)
        before = (checkpoint.size, checkpoint.root)
        found[checkpoint.size] = checkpoint.root
    return found
