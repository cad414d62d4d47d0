"""The last deliveries between two parties, weighed at both ends."""

from datetime import date

from sqlalchemy import Connection, select

from waste_trace.compliance.weight_bias import WEIGHT_BIAS, Delivery, bias_subject, weight_bias
from waste_trace.store.projector.record import Record
from waste_trace.store.projector.reviews.since import review_before
from waste_trace.store.projector.work import Work
from waste_trace.store.tables import Manifest
from waste_trace.store.writing import table_of


def review_weight_bias(day: date, record: Record, work: Work) -> None:
    """Settle the rule on every two parties with a delivery since the last review."""
    table, limits = table_of(Manifest), work.config.rules.weight_bias
    query = (
        select(table.c.sender, table.c.receiver)
        .distinct()
        .where(table.c.last_idx > review_before(record, work), table.c.received_kg.is_not(None))
        .order_by(table.c.sender, table.c.receiver)
    )
    for sender, receiver in work.connection.execute(query).all():
        deliveries = _last(work.connection, sender, receiver, limits.deliveries)
        raised = weight_bias(sender, receiver, deliveries, limits)
        work.findings.settle((WEIGHT_BIAS.name,), bias_subject(sender, receiver), raised, record)


def _last(connection: Connection, sender: str, receiver: str, count: int) -> list[Delivery]:
    table = table_of(Manifest)
    query = (
        select(table.c.manifest, table.c.last_idx, table.c.dispatched_kg, table.c.received_kg)
        .where(
            table.c.sender == sender,
            table.c.receiver == receiver,
            table.c.dispatched_kg.is_not(None),
            table.c.received_kg.is_not(None),
        )
        .order_by(table.c.opened_at.desc(), table.c.manifest.desc())
        .limit(count)
    )
    return [Delivery(*row) for row in reversed(connection.execute(query).all())]
