"""Containers, batches and their genealogy from custody events."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from waste_trace.codes import digital_id
from waste_trace.compliance.copied_label import COPIED_LABEL, copied_labels
from waste_trace.compliance.custody_gap import CUSTODY_GAP, UNKNOWN_CONTAINER, custody_gaps
from waste_trace.compliance.impossible_travel import IMPOSSIBLE_TRAVEL, Place, impossible_travel
from waste_trace.custody.bodies import MergeBody
from waste_trace.custody.fold import Present, Touch, fold
from waste_trace.custody.vocabulary import parse_body
from waste_trace.store.projector.findings import Findings
from waste_trace.store.projector.histories import Histories
from waste_trace.store.projector.record import Record
from waste_trace.store.rows import Rows
from waste_trace.store.tables import Batch, Container, ContainerLink, Site

#: The rules that are settled on a container each time that it is folded.
CONTAINER_RULES = (
    CUSTODY_GAP.name,
    UNKNOWN_CONTAINER.name,
    COPIED_LABEL.name,
    IMPOSSIBLE_TRAVEL.name,
)


def project_custody(
    record: Record, rows: Rows, histories: Histories, findings: Findings, travel_limit_kmh: int
) -> list[str]:
    """Fold every container that the event touches, and keep batch and genealogy.

    Returns:
        The numbers of the manifests whose containers now weigh something else.
    """
    event = record.event
    body = parse_body(event.typ, event.body)
    if event.typ == "produce":
        rows.put(Batch, _batch_row(record))
        return []
    reweighed: list[str] = []
    for code in dict.fromkeys(body.containers_touched()):
        role = "subject"
        if isinstance(body, MergeBody):
            role = "output" if code == body.into else "input"
        histories.touch_container(code, record.touch(role))
        present = fold(histories.container(code))
        before = rows.get(Container, code)
        rows.put(Container, _container_row(code, present, record, before))
        if present.declared_kg != (before["declared_kg"] if before else None):
            reweighed += histories.manifests_of(code)
        touches = histories.container(code)
        places = _places(rows, touches)
        raised = [
            *custody_gaps(code, present),
            *copied_labels(code, present, touches),
            *impossible_travel(code, touches, places, travel_limit_kmh),
        ]
        findings.settle(CONTAINER_RULES, code, raised, record)
    if isinstance(body, MergeBody):
        for parent in body.containers:
            weighed = rows.get(Container, parent)
            rows.put(
                ContainerLink,
                {
                    "parent": parent,
                    "child": body.into,
                    "weight_kg": weighed["declared_kg"] if weighed else None,
                    "idx": record.idx,
                },
            )
    return reweighed


def _places(rows: Rows, touches: Sequence[Touch]) -> dict[str, Place]:
    """The sites of a container's events that have coordinates."""
    found: dict[str, Place] = {}
    for site in {touch.site for touch in touches if touch.site}:
        row = rows.get(Site, site)
        if row and row["latitude"] is not None and row["longitude"] is not None:
            found[site] = Place(float(row["latitude"]), float(row["longitude"]))
    return found


def _batch_row(record: Record) -> dict[str, Any]:
    event = record.event
    body = event.body
    return {
        "batch": body["batch"],
        "org": body.get("unit", event.org),
        "waste_code": body["waste_code"],
        "edition": body["edition"],
        "waste_name": body["waste_name"],
        "form": body["form"],
        "weight_kg": Decimal(str(body["weight_kg"])),
        "facility": body.get("facility", ""),
        "produced_at": event.claimed_at,
        "idx": record.idx,
    }


def _container_row(
    code: str, present: Present, record: Record, before: dict[str, Any] | None
) -> dict[str, Any]:
    parsed = digital_id.parse(code)
    return {
        "container": code,
        "unit": str(parsed.unit),
        "waste_code": str(parsed.waste),
        "batch": present.batch,
        "state": present.state.value,
        "holder": present.holder,
        "site": present.site,
        "manifest": present.manifest,
        "issued": present.issued,
        "rotation": present.rotation,
        "mark": present.mark,
        "volume_l": present.volume_l,
        "declared_kg": present.declared_kg,
        "dispatched_kg": present.dispatched_kg,
        "received_kg": present.received_kg,
        "method": present.method,
        "first_idx": before["first_idx"] if before else record.idx,
        "last_idx": record.idx,
        "changed_at": present.changed_at or record.event.claimed_at,
    }
