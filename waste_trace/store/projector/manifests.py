"""Transfer manifests from the events that carry their number, and the weight check at reception."""

import json
from decimal import Decimal
from typing import Any

from waste_trace.compliance.weight_difference import (
    WEIGHT_DIFFERENCE,
    weight_difference,
)
from waste_trace.custody.manifest import ManifestPresent, fold_manifest
from waste_trace.store.projector.record import Record
from waste_trace.store.projector.work import Work
from waste_trace.store.rows import Rows
from waste_trace.store.tables import Container, Manifest


def project_manifest(record: Record, work: Work) -> None:
    """Fold the manifest that the event belongs to. Runs after its containers were folded."""
    number = str(record.event.body["manifest"])
    work.histories.touch_manifest(number, record.touch())
    project_manifest_again(number, record, work)


def project_manifest_again(number: str, record: Record, work: Work) -> None:
    """Fold a manifest again: an event of it, or of a container on it, has changed its weights."""
    present = fold_manifest(work.histories.manifest(number))
    dispatched_kg = _dispatched(work.rows, present, present.containers)
    work.rows.put(Manifest, _row(number, present, dispatched_kg, record))
    weighed_kg = _dispatched(work.rows, present, present.weighed_containers)
    raised = []
    if present.received_kg is not None and weighed_kg is not None:
        events = [touch.idx for touch in present.weighed]
        if present.opened:
            events.insert(0, present.opened.idx)
        receiver = present.receiver or present.weighed[-1].org
        raised = weight_difference(
            number,
            receiver,
            weighed_kg,
            present.received_kg,
            events,
            work.config.weight_tolerance,
        )
    work.findings.settle((WEIGHT_DIFFERENCE.name,), number, raised, record)


def _dispatched(
    rows: Rows, present: ManifestPresent, containers: tuple[str, ...]
) -> Decimal | None:
    """What these containers weighed when they left; None where one has no weight.

    That is what the carrier weighed at loading, else what was declared. It is never taken from
    another manifest: a container may be transferred twice.
    """
    total = Decimal(0)
    rows.ahead(Container, [(code,) for code in containers])
    for code in containers:
        row = rows.get(Container, code)
        weight_kg = present.loaded_kg.get(code, row["declared_kg"] if row else None)
        if weight_kg is None:
            return None
        total += weight_kg
    return total if containers else None


def _row(
    number: str, present: ManifestPresent, dispatched_kg: Decimal | None, record: Record
) -> dict[str, Any]:
    return {
        "manifest": number,
        "sender": present.sender,
        "carrier": present.carrier,
        "receiver": present.receiver,
        "state": present.state,
        "lines": json.dumps([dict(line) for line in present.lines], ensure_ascii=False),
        "containers": json.dumps(list(present.containers)),
        "vehicle_plate": present.vehicle_plate,
        "planned_kg": present.planned_kg,
        "dispatched_kg": dispatched_kg,
        "received_kg": present.received_kg,
        "opened_idx": present.opened.idx if present.opened else None,
        "opened_at": present.opened.claimed_at if present.opened else None,
        "last_idx": record.idx,
    }
