"""Containers, their books and their genealogy from custody events."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from waste_trace.codes import digital_id
from waste_trace.compliance.copied_label import COPIED_LABEL, copied_labels
from waste_trace.compliance.custody_gap import CUSTODY_GAP, UNKNOWN_CONTAINER, custody_gaps
from waste_trace.compliance.impossible_travel import IMPOSSIBLE_TRAVEL, Place, impossible_travel
from waste_trace.compliance.reweighed import REWEIGHED, reweighed
from waste_trace.custody.fold import Present, Touch
from waste_trace.custody.states import FINAL
from waste_trace.custody.vocabulary import container_roles
from waste_trace.store.projector import batches
from waste_trace.store.projector.genealogy import DIVIDING, EDGE_VERBS, project_edges
from waste_trace.store.projector.packing import settle_packing
from waste_trace.store.projector.record import Record
from waste_trace.store.projector.together import settle_together
from waste_trace.store.projector.work import Work
from waste_trace.store.rows import Rows
from waste_trace.store.tables import Container, Site

#: The rules that are settled on a container each time that it is folded.
CONTAINER_RULES = (
    CUSTODY_GAP.name,
    UNKNOWN_CONTAINER.name,
    COPIED_LABEL.name,
    IMPOSSIBLE_TRAVEL.name,
    REWEIGHED.name,
)


def project_custody(record: Record, work: Work) -> list[str]:
    """Fold every container that the event touches.

    Returns:
        The numbers of the manifests that now say something else.
    """
    roles = container_roles(record.event.typ, record.event.body)
    if record.event.typ in batches.VERBS:
        batches.project_batch(record.touch(), work)
    for code, role in roles.items():
        work.histories.touch_container(code, record.touch(role, code))
    return refold(list(roles), record, work)


def refold(codes: Sequence[str], record: Record, work: Work) -> list[str]:
    """Fold containers whose history has changed, with all that follows from it.

    Returns:
        The numbers of the manifests that now say something else.
    """
    reweighed: list[str] = []
    for code in codes:
        reweighed += _fold_one(code, record, work)
    settle_together(codes, work)
    if record.event.typ in DIVIDING:
        settle_packing(record.idx, codes, record, work)
    return reweighed


def _fold_one(code: str, record: Record, work: Work) -> list[str]:
    present = work.histories.present(code)
    touches = work.histories.container(code)
    before = work.rows.get(Container, code)
    row = _container_row(code, present, record, before)
    work.rows.put(Container, row)
    rebooked = work.bookings.settle(code, row["waste_code"], present.moves)
    if rebooked or record.event.typ in EDGE_VERBS:
        project_edges(code, present, work)
    for touch in touches if rebooked else ():
        if touch.role == "input" and touch.idx != record.idx:
            settle_packing(touch.idx, [code], record, work)
    # Who corrects a record need not be where the container is.
    seen = [touch for touch in touches if touch.role != "correction"]
    places = _places(work.rows, seen)
    raised = [
        *custody_gaps(code, present),
        *copied_labels(code, present, seen),
        *impossible_travel(code, seen, places, work.config.travel_limit_kmh),
        *reweighed(code, seen, present.moves, work.config.weight_tolerance),
    ]
    work.findings.settle(CONTAINER_RULES, code, raised, record)
    return work.histories.manifests_of(code) if _tells_manifests(row, before) else []


def _tells_manifests(row: dict[str, Any], before: dict[str, Any] | None) -> bool:
    """True if a manifest that the container was on now says something else."""
    if before is None:
        return row["declared_kg"] is not None
    left = before["manifest"] not in ("", row["manifest"])
    ended = (before["state"] in FINAL) != (row["state"] in FINAL)
    return left or ended or before["declared_kg"] != row["declared_kg"]


def _places(rows: Rows, touches: Sequence[Touch]) -> dict[str, Place]:
    """The sites of a container's events that have coordinates; none where it was at one only."""
    found: dict[str, Place] = {}
    sites = {touch.site for touch in touches}
    for site in sites - {""} if len(sites) > 1 else ():
        row = rows.get(Site, site)
        if row and row["latitude"] is not None and row["longitude"] is not None:
            found[site] = Place(float(row["latitude"]), float(row["longitude"]))
    return found


@lru_cache(maxsize=16384)  # the same code comes back at every step of its life
def _named(code: str) -> tuple[str, str]:
    """The unit and the waste code in a 数字识别码."""
    parsed = digital_id.parse(code)
    return str(parsed.unit), str(parsed.waste)


def _container_row(
    code: str, present: Present, record: Record, before: dict[str, Any] | None
) -> dict[str, Any]:
    unit, waste_code = _named(code)
    return {
        "container": code,
        "unit": unit,
        "waste_code": waste_code,
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
        "content_kg": present.content_kg,
        "method": present.method,
        "first_idx": before["first_idx"] if before else record.idx,
        "last_idx": record.idx,
        "changed_at": present.changed_at or record.claimed_at,
    }
