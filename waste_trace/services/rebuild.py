"""Make the read tables again from the ledger alone, in one transaction."""

from collections.abc import Callable

from sqlalchemy import Connection, delete, select

from waste_trace.ledger.event import parse_event, payload_hash
from waste_trace.ledger.leaf import parse_leaf
from waste_trace.services.deployment import Deployment, projector_config
from waste_trace.store.projector import Projector, Record
from waste_trace.store.tables import READ_TABLES
from waste_trace.store.tiles import all_leaves, read_head
from waste_trace.store.writing import table_of, write_transaction

_STEP = 512


def rebuild(
    deployment: Deployment, progress: Callable[[int, int], None] = lambda done, size: None
) -> int:
    """Empty the read tables and project every leaf again; how many leaves there were.

    The head is locked meanwhile, so that nothing is appended between the last leaf and the commit.
    """
    with write_transaction(deployment.engine) as connection:
        head = read_head(connection, for_update=True)
        size = head.size if head else 0
        for model in reversed(READ_TABLES):
            connection.execute(delete(table_of(model)))
        projector = Projector(projector_config(deployment.settings))
        waiting: list[Record] = []
        for index, leaf in all_leaves(connection, size):
            parsed = parse_leaf(leaf)
            payload = parsed.envelope.payload
            waiting.append(Record(index, parsed.ms, parse_event(payload), payload_hash(payload)))
            if len(waiting) == _STEP or index == size - 1:
                projector.apply(connection, waiting)
                waiting = []
                progress(index + 1, size)
    return size


def snapshot(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    """Every read table's rows in key order, to compare two states of the database."""
    result: dict[str, list[tuple[object, ...]]] = {}
    for model in READ_TABLES:
        table = table_of(model)
        rows = connection.execute(select(table).order_by(*table.primary_key.columns)).all()
        result[table.name] = [tuple(row) for row in rows]
    return result
