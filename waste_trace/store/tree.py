"""The root of the tree at an earlier size: from the tiles, or from leaves not yet tiled."""

from sqlalchemy import Connection

from waste_trace.ledger.merkle import leaf_hash, root_of
from waste_trace.ledger.tiles import TreeReader
from waste_trace.store.tiles import SqlTiles, all_leaves, read_head


def root_at(connection: Connection, size: int) -> bytes:
    """The 32-byte root of the first ``size`` leaves, which must be in the database.

    Inside the batch that appends them the tiles end before it; then the leaves are hashed, which
    takes time for a long log and gives the same.
    """
    head = read_head(connection)
    if head is not None and size <= head.size:
        return TreeReader(SqlTiles(connection), size).root()
    return root_of([leaf_hash(leaf) for _, leaf in all_leaves(connection, size)])
