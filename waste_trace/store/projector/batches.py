"""Production batches (产生批次), and those of secondary waste."""

from decimal import Decimal

from waste_trace.custody.fold import Touch
from waste_trace.store.projector.work import Work
from waste_trace.store.rows import Row
from waste_trace.store.tables import Batch

VERBS = frozenset({"produce", "produce_secondary"})


def project_batch(told: Touch, work: Work) -> None:
    """The batch as its event tells of it; told again, the later telling counts."""
    work.rows.put(Batch, _row(told))


def project_batch_again(before: Touch, after: Touch, work: Work) -> None:
    """The event reads differently: what another event told of the batch later stays."""
    old, new = _row(before), _row(after)
    for row in (old, new):
        there = work.rows.get(Batch, row["batch"], row["org"])
        if there is not None and there["idx"] == after.idx:
            work.rows.drop(Batch, row["batch"], row["org"])
    there = work.rows.get(Batch, new["batch"], new["org"])
    if there is None or there["idx"] < after.idx:
        work.rows.put(Batch, new)


def _row(told: Touch) -> Row:
    body = told.body
    return {
        "batch": body["batch"],
        "org": body.get("unit") or told.org,
        "waste_code": body["waste_code"],
        "edition": body["edition"],
        "waste_name": body["waste_name"],
        "form": body["form"],
        "weight_kg": Decimal(str(body["weight_kg"])),
        "facility": body.get("facility", ""),
        "produced_at": told.claimed_at,
        "idx": told.idx,
    }
