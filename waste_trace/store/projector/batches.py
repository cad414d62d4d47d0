"""Production batches (产生批次), and those of secondary waste."""

from decimal import Decimal

from waste_trace.store.projector.record import Record
from waste_trace.store.projector.work import Work
from waste_trace.store.tables import Batch


def project_batch(record: Record, work: Work) -> None:
    """The batch as its event tells of it; told again, the later telling counts."""
    event, body = record.event, record.event.body
    work.rows.put(
        Batch,
        {
            "batch": body["batch"],
            "org": body.get("unit") or event.org,
            "waste_code": body["waste_code"],
            "edition": body["edition"],
            "waste_name": body["waste_name"],
            "form": body["form"],
            "weight_kg": Decimal(str(body["weight_kg"])),
            "facility": body.get("facility", ""),
            "produced_at": event.claimed_at,
            "idx": record.idx,
        },
    )
