"""What was poured and filled since the last review: does it go in a circle, is it too much?"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select

from waste_trace.compliance.genealogy import OVERDRAWN, genealogy_cycle, overdrawn
from waste_trace.custody.genealogy import Edge, cycles
from waste_trace.store.projector.genealogy import batch_node
from waste_trace.store.projector.record import Record
from waste_trace.store.projector.reviews.since import review_before
from waste_trace.store.projector.work import Work
from waste_trace.store.tables import Batch, Container, GenealogyEdge
from waste_trace.store.writing import table_of

_CHUNK = 400


def review_genealogy(day: date, record: Record, work: Work) -> None:
    """Raise circles that the new edges close, and settle the batches that they start from."""
    since = review_before(record, work)
    _circles(since, record, work)
    _batches(since, record, work)


def _circles(since: int, record: Record, work: Work) -> None:
    table = table_of(GenealogyEdge)
    new = select(table.c.parent, table.c.child).where(table.c.idx > since, table.c.kind != "fill")
    edges = {(parent, child) for parent, child in work.connection.execute(new).all()}
    frontier = {child for _, child in edges}
    while frontier:
        beyond = select(table.c.parent, table.c.child)
        more = set(_in_parts(beyond, table.c.parent, frontier, work)) - edges
        edges |= more
        frontier = {child for _, child in more}
    for nodes in cycles(Edge(parent, child, None) for parent, child in edges):
        row = work.rows.get(Container, nodes[0])
        work.findings.add([genealogy_cycle(nodes, row["holder"] if row else "")], record)


def _batches(since: int, record: Record, work: Work) -> None:
    edge, batch = table_of(GenealogyEdge), table_of(Batch)
    filled = select(edge.c.parent).where(edge.c.idx > since, edge.c.kind == "fill")
    nodes = set(work.connection.execute(filled).scalars())
    told = select(batch.c.org, batch.c.batch).where(batch.c.idx > since)
    nodes |= {batch_node(org, number) for org, number in work.connection.execute(told).all()}
    sums = select(edge.c.parent, func.sum(edge.c.weight_kg)).group_by(edge.c.parent)
    for node, filled_kg in sorted(_in_parts(sums, edge.c.parent, nodes, work)):
        org, _, number = node.rpartition("/")
        row = work.rows.get(Batch, number, org)
        raised = []
        if row is not None and filled_kg is not None:
            tolerance = work.config.weight_tolerance
            raised = overdrawn(node, org, row["weight_kg"], filled_kg, tolerance)
        work.findings.settle((OVERDRAWN.name,), node, raised, record)


def _in_parts(
    query: Select[Any], column: Any, values: Iterable[str], work: Work
) -> Iterator[tuple[Any, ...]]:
    listed = sorted(values)
    for start in range(0, len(listed), _CHUNK):
        part = query.where(column.in_(listed[start : start + _CHUNK]))
        yield from (tuple(row) for row in work.connection.execute(part))
