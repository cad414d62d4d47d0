"""An event reads differently from now on (更正): all that was made of it is made again."""

from waste_trace.compliance.proven_time import TIME_OUTSIDE_PROOF, time_outside_proof
from waste_trace.compliance.record_quality import LATE_EVENT, late_event
from waste_trace.custody.bulk import BULK_VERBS
from waste_trace.custody.fold import Touch
from waste_trace.custody.manifest_progress import MANIFEST_VERBS
from waste_trace.custody.stated import weighed_together
from waste_trace.custody.vocabulary import DESK
from waste_trace.store.projector import batches, medical, platform_days
from waste_trace.store.projector.bulk import settle_bulk_again
from waste_trace.store.projector.custody import refold
from waste_trace.store.projector.genealogy import DIVIDING, EDGE_VERBS, drop_edges, project_edges
from waste_trace.store.projector.histories import roles_of
from waste_trace.store.projector.manifests import project_manifest_again
from waste_trace.store.projector.packing import settle_packing
from waste_trace.store.projector.record import Record
from waste_trace.store.projector.routes import JOURNEY_VERBS, settle_journey
from waste_trace.store.projector.transfers import CHECKED_AT, settle_transfer
from waste_trace.store.projector.work import Work


def tell_again(before: Touch, after: Touch, record: Record, work: Work) -> None:
    """Bring the read tables from the one reading of an event to the other.

    Args:
        record: the correction or the answer that lets it count.
    """
    _settle_times(after, record, work)
    if before.typ in batches.VERBS:
        batches.project_batch_again(before, after, work)
    if after.typ in BULK_VERBS:
        settle_bulk_again(before, after, record, work)
    old, new = roles_of(before), roles_of(after)
    codes = list({**old, **new})
    if weighed_together(before.body):
        work.bookings.settle(f"#{before.idx}", "", [])
    if before.typ in EDGE_VERBS:
        drop_edges(before, old, work)
    reweighed = refold(codes, record, work)
    if after.typ in EDGE_VERBS:
        for code in new:
            project_edges(code, work.histories.present(code), work)
    if after.typ in DIVIDING:
        settle_packing(after.idx, new, record, work)
    _tell_manifests(after, reweighed, record, work)
    medical.project_boxes_again(codes, work)
    if after.typ in platform_days.CORRECTABLE:
        platform_days.replay(before, after, work)


def _settle_times(after: Touch, record: Record, work: Work) -> None:
    """A time that was claimed wrongly is a finding no more, if the right one is none."""
    row = work.event(after.idx)
    if row is None:
        return
    proven_after = None if row["dev"] == DESK else row["proven_after"]
    logged_at, allowed = row["logged_at"], work.config.late_after
    late = [] if "paper" in after.body else late_event(
        after.idx, after.org, after.claimed_at, logged_at, allowed
    )  # fmt: skip
    outside = time_outside_proof(after.idx, after.org, after.claimed_at, proven_after, logged_at)
    rules = (LATE_EVENT.name, TIME_OUTSIDE_PROOF.name)
    work.findings.settle(rules, f"#{after.idx}", [*late, *outside], record)


def _tell_manifests(after: Touch, reweighed: list[str], record: Record, work: Work) -> None:
    number = str(after.body["manifest"]) if after.typ in MANIFEST_VERBS else ""
    for one in sorted({number, *reweighed} - {""}):
        project_manifest_again(one, record, work)
    if after.typ in CHECKED_AT:
        settle_transfer(number, record, work)
    if after.typ in JOURNEY_VERBS:
        settle_journey(number, record.logged_at, record, work)
