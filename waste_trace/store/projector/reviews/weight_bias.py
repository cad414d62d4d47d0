"""The last deliveries between two parties, weighed at both ends, at a gate or at a door."""

from datetime import date

from sqlalchemy import Connection, select

from waste_trace.compliance.weight_bias import (
    WEIGHT_BIAS,
    Delivery,
    bias_subject,
    door_bias,
    weight_bias,
)
from waste_trace.store.projector.record import Record
from waste_trace.store.projector.reviews.door_weights import (
    Timed,
    collections,
    merged_in_time,
    new_pairs,
    pourings,
)
from waste_trace.store.projector.reviews.since import review_before
from waste_trace.store.projector.work import Work
from waste_trace.store.tables import Manifest
from waste_trace.store.writing import table_of

_RULES = (WEIGHT_BIAS.name,)


def review_weight_bias(day: date, record: Record, work: Work) -> None:
    """Settle the rule on every two parties, and every platform, with news since the last review."""
    since, connection = review_before(record, work), work.connection
    limits, table = work.config.rules.weight_bias, table_of(Manifest)
    query = (
        select(table.c.sender, table.c.receiver)
        .distinct()
        .where(table.c.last_idx > since, table.c.received_kg.is_not(None))
    )
    doors = new_pairs(since, connection)
    sent = {(sender, receiver) for sender, receiver in connection.execute(query).all()}
    for sender, receiver in sorted(sent.union(doors)):
        last = _manifests(connection, sender, receiver, limits.deliveries)
        taken = collections(connection, receiver, limits.deliveries, sender)
        raised = weight_bias(sender, receiver, list(merged_in_time(last, taken)), limits)
        work.findings.settle(_RULES, bias_subject(sender, receiver), raised, record)
    for platform in sorted({receiver for _, receiver in doors}):
        taken = collections(connection, platform, limits.deliveries)
        poured = pourings(connection, platform, limits.deliveries)
        raised = door_bias(platform, list(merged_in_time(taken, poured)), limits)
        work.findings.settle(_RULES, platform, raised, record)


def _manifests(connection: Connection, sender: str, receiver: str, count: int) -> list[Timed]:
    table = table_of(Manifest)
    query = (
        select(
            table.c.opened_at,
            table.c.manifest,
            table.c.last_idx,
            table.c.dispatched_kg,
            table.c.received_kg,
        )
        .where(
            table.c.sender == sender,
            table.c.receiver == receiver,
            table.c.dispatched_kg.is_not(None),
            table.c.received_kg.is_not(None),
        )
        .order_by(table.c.opened_at.desc(), table.c.manifest.desc())
        .limit(count)
    )
    rows = connection.execute(query).all()
    return [(at, Delivery(*values)) for at, *values in reversed(rows)]
