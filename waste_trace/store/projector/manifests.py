"""Transfer manifests from the events that carry their number, and what the rules say of them."""

import json
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from waste_trace.compliance.hand_over import HAND_OVER_DIFFERS, hand_over_differs
from waste_trace.compliance.manifest_order import ORDER_RULES, manifest_order
from waste_trace.compliance.rule import Raised
from waste_trace.compliance.weight_difference import (
    WEIGHT_DIFFERENCE,
    weight_difference,
)
from waste_trace.custody.manifest import ManifestPresent, fold_manifest
from waste_trace.custody.manifest_progress import DECIDING
from waste_trace.custody.states import FINAL
from waste_trace.store.projector.bulk import settle_loads
from waste_trace.store.projector.record import Record
from waste_trace.store.projector.transfers import CHECKED_AT, settle_transfer
from waste_trace.store.projector.work import Work
from waste_trace.store.rows import Rows
from waste_trace.store.tables import Container, Manifest, ManifestParty

#: The rules that are settled on a manifest each time that it is folded.
MANIFEST_RULES = (
    WEIGHT_DIFFERENCE.name,
    HAND_OVER_DIFFERS.name,
    *(rule.name for rule in ORDER_RULES),
)


def project_manifest(record: Record, work: Work) -> None:
    """Fold the manifest that the event belongs to. Runs after its containers were folded."""
    number = str(record.event.body["manifest"])
    work.histories.touch_manifest(number, record.touch())
    project_manifest_again(number, record, work)
    if record.event.typ in CHECKED_AT:
        settle_transfer(number, record, work)


def project_manifest_again(number: str, record: Record, work: Work) -> None:
    """Fold a manifest again: an event of it, or of a container on it, has changed what it says."""
    present = fold_again(number, work)
    dispatched_kg = _dispatched(work.rows, present, present.containers)
    settle_loads(number, present, work.rows.get(Manifest, number), record, work)
    work.rows.put(Manifest, _row(number, present, dispatched_kg, record, work))
    for org in present.parties:
        if work.rows.get(ManifestParty, number, org) is None:
            party = {"manifest": number, "org": org, "since_idx": record.idx}
            work.rows.put(ManifestParty, party)
    raised = [
        *_weight_difference(number, present, work),
        *hand_over_differs(number, work.histories.manifest(number)),
        *manifest_order(number, present),
    ]
    work.findings.settle(MANIFEST_RULES, number, raised, record)


def fold_again(number: str, work: Work) -> ManifestPresent:
    """The present of a manifest with what became of its containers."""
    touches = work.histories.manifest(number)
    present = fold_manifest(touches)
    if not present.decisions:
        return present
    work.rows.ahead(Container, [(code,) for code in present.decisions if code])
    ended = {code for code in present.decisions if code and _ended(code, number, work.rows)}
    return fold_manifest(touches, ended) if ended else present


def _ended(code: str, number: str, rows: Rows) -> bool:
    """Treated, packed into another, or on its way again under another manifest."""
    row = rows.get(Container, code)
    return row is not None and (row["state"] in FINAL or row["manifest"] != number)


def _weight_difference(number: str, present: ManifestPresent, work: Work) -> list[Raised]:
    weighed_kg = _dispatched(work.rows, present, present.weighed_containers)
    if present.received_kg is None or weighed_kg is None:
        return []
    events = [touch.idx for touch in present.weighed]
    if present.opened:
        events.insert(0, present.opened.idx)
    receiver = present.receiver or present.weighed[-1].org
    tolerance = work.config.weight_tolerance
    return weight_difference(number, receiver, weighed_kg, present.received_kg, events, tolerance)


def _dispatched(
    rows: Rows, present: ManifestPresent, containers: tuple[str, ...]
) -> Decimal | None:
    """What these containers weighed when they left; None where one has no weight.

    That is what the carrier weighed at loading, else what was declared. It is never taken from
    another manifest: a container may be transferred twice. Loose waste is what its lines say.
    """
    if not present.containers:
        return present.loaded_kg.get("", present.planned_kg)
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
    number: str,
    present: ManifestPresent,
    dispatched_kg: Decimal | None,
    record: Record,
    work: Work,
) -> dict[str, Any]:
    paper = present.paper
    return {
        "manifest": number,
        "kind": present.kind,
        "sender": present.sender,
        "carrier": present.carrier,
        "receiver": present.receiver,
        "state": present.state,
        "lines": _json([dict(line) for line in present.lines]),
        "containers": _json(list(present.containers)),
        "carriers": _json([asdict(part) for part in present.carriers]),
        "decisions": _json({code: asdict(one) for code, one in present.decisions.items()}),
        "outcomes": _json([asdict(one) for one in present.outcomes]),
        "vehicle_plate": present.vehicle_plate,
        "method": present.method,
        "transfer": present.transfer,
        "paper_number": str(paper["number"]) if paper else "",
        "paper_at": datetime.fromisoformat(str(paper["handed_over_at"])) if paper else None,
        "planned_kg": present.planned_kg,
        "dispatched_kg": dispatched_kg,
        "received_kg": present.received_kg,
        "opened_idx": present.opened.idx if present.opened else None,
        "opened_at": present.opened.claimed_at if present.opened else None,
        "arrived_at": _first(number, frozenset({"arrive"}), work),
        "confirmed_at": _first(number, DECIDING, work),
        "last_idx": record.idx,
    }


def _first(number: str, verbs: frozenset[str], work: Work) -> datetime | None:
    times = [touch.claimed_at for touch in work.histories.manifest(number) if touch.typ in verbs]
    return min(times, default=None)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=_text)


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
