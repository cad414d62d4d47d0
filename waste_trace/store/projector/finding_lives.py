"""Findings get a life (整改闭环): each step is kept, and changes the status where it fits."""

import json
from collections.abc import Mapping

from waste_trace.compliance.finding_life import LIFE, Status, next_status
from waste_trace.ledger.disclosure import digests_of
from waste_trace.store.projector.record import Record
from waste_trace.store.projector.work import Handler, Work
from waste_trace.store.tables import Finding, FindingLife, FindingStep


def project_step(record: Record, work: Work) -> None:
    """One of the steps of `LIFE`, by a party or by the bureau."""
    event, body = record.event, record.event.body
    key = str(body["finding"])
    finding, life = work.rows.get(Finding, key), work.rows.get(FindingLife, key)
    status = Status(life["status"]) if life else Status.OPEN
    after = None
    if finding is not None:
        # The vocabulary has seen to it that nobody but a bureau takes a bureau's step.
        by_party = LIFE[event.typ].by_party
        ours = event.org == finding["org"]
        after = next_status(event.typ, status, is_party=ours, is_bureau=not by_party)
    work.rows.put(FindingStep, _row(record, key, body, applied=after is not None))
    if after is not None:
        now = {"status": after.value, "since": record.logged_at, "last_idx": record.idx}
        work.rows.put(FindingLife, {"key": key, **now})


def _row(
    record: Record, key: str, body: Mapping[str, object], *, applied: bool
) -> dict[str, object]:
    event = record.event
    return {
        "idx": record.idx,
        "key": key,
        "typ": event.typ,
        "org": event.org,
        "act": event.act,
        "at": record.logged_at,
        "applied": applied,
        "reason": str(body.get("reason", "")),
        "digests": ",".join(digests_of(event)),
        "evidence": json.dumps(body.get("evidence", [])),
    }


HANDLERS: dict[str, Handler] = dict.fromkeys(LIFE, project_step)
