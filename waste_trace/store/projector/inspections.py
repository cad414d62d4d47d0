"""Selections, visits, the positive list, management classes and filings."""

import json
from datetime import date
from typing import Any

from waste_trace.compliance.checklist import Assessment, UnfitScores, assess
from waste_trace.compliance.false_selection import false_selection
from waste_trace.compliance.selection import (
    Announcement,
    ImpossibleSelection,
    select_visits,
)
from waste_trace.ledger.checkpoint import Checkpoint
from waste_trace.ledger.disclosure import digests_of
from waste_trace.ledger.encoding import b64
from waste_trace.store.projector.record import Record
from waste_trace.store.projector.work import Handler, Work
from waste_trace.store.tables import (
    Filing,
    Inspection,
    OrgClass,
    PositiveListing,
    Selection,
)
from waste_trace.store.tree import root_at

#: What a selection's ``verdict`` says.
WAITING, TRUE, FALSE, IMPOSSIBLE = "", "true", "false", "impossible"


def announced_by(row: dict[str, Any]) -> Announcement:
    """The announcement that a row of ``selection`` holds. Raises ImpossibleSelection."""
    return Announcement(
        purpose=row["purpose"],
        at_size=row["at_size"],
        candidates=tuple(json.loads(row["candidates"])),
        inspectors=tuple(json.loads(row["inspectors"])),
        orgs=row["orgs"],
        per_org=row["per_org"],
        beacon=row["beacon"],
    )


def project_announcement(record: Record, work: Work) -> None:
    """``announce_selection``: it can be drawn if its size lies ahead and its lists allow it."""
    body = record.event.body
    row: dict[str, Any] = {
        "idx": record.idx,
        "org": record.event.org,
        "purpose": body["purpose"],
        "digests": ",".join(digests_of(record.event)),
        "at_size": body["at_size"],
        "candidates": json.dumps(body["candidates"]),
        "inspectors": json.dumps(body["inspectors"]),
        "orgs": body["orgs"],
        "per_org": body["per_org"],
        "beacon": body.get("beacon", ""),
        "announced_at": record.logged_at,
        "drawn_idx": None,
        "root": "",
        "beacon_value": "",
        "visits": "[]",
        "verdict": WAITING,
    }
    work.rows.put(Selection, row | {"verdict": WAITING if _can_be_drawn(row) else IMPOSSIBLE})


def project_draw(record: Record, work: Work) -> None:
    """``draw_selection``: the first true draw counts; every false one is a finding."""
    body = record.event.body
    announcement = int(str(body["announcement"]))
    row = work.rows.get(Selection, announcement)
    why = _why_false(row, record, work)
    if why is not None:
        raised = false_selection(record.idx, record.event.org, announcement, *why)
        work.findings.add([raised], record)
    if row is None or row["verdict"] in (TRUE, IMPOSSIBLE):
        return
    drawn = {
        "drawn_idx": record.idx,
        "root": body["root"],
        "beacon_value": body.get("beacon_value", ""),
        "visits": json.dumps(body["visits"]),
        "verdict": FALSE if why else TRUE,
    }
    work.rows.put(Selection, row | drawn)


def project_inspection(record: Record, work: Work) -> None:
    """``inspect_org``: scored by the checklist in use; another edition is kept without a grade."""
    body = record.event.body
    scores = body["scores"]
    result = _assess(work, str(body["edition"]), scores if isinstance(scores, dict) else {})
    work.rows.put(
        Inspection,
        {
            "idx": record.idx,
            "org": body["org"],
            "act": record.event.act,
            "mode": body["mode"],
            "day": date.fromisoformat(str(body["day"])),
            "selection": body.get("selection"),
            "edition": body["edition"],
            "scores": json.dumps(scores, sort_keys=True),
            "points": result.points if result else 0,
            "possible": result.possible if result else 0,
            "permille": result.permille if result else 0,
            "grade": result.grade.value if result else "",
            "failed": ",".join(result.failed_key_items) if result else "",
            "photographs": json.dumps(body.get("photographs", [])),
        },
    )


def project_positive_list(record: Record, work: Work) -> None:
    """``set_positive_list``: the newest word about an organisation counts."""
    body = record.event.body
    row = {
        "org": body["org"],
        "listed": body["listed"],
        "until": date.fromisoformat(str(body["until"])),
        "reason": body["reason"],
        "idx": record.idx,
    }
    work.rows.put(PositiveListing, row)


def project_class(record: Record, work: Work) -> None:
    """``classify_org``: from now on this class's declarations are due."""
    body = record.event.body
    row = {"org": body["org"], "management": body["management"]}
    work.rows.put(OrgClass, row | {"since": record.logged_at, "idx": record.idx})


def project_filing(record: Record, work: Work) -> None:
    """``file_declaration``: filed is filed, the first time."""
    body, org = record.event.body, record.event.org
    if work.rows.get(Filing, org, body["kind"], body["period"]) is None:
        row = {"org": org, "kind": body["kind"], "period": body["period"]}
        document = body.get("document") or ""
        filed = {"document": document, "filed_at": record.logged_at, "idx": record.idx}
        work.rows.put(Filing, row | filed)


def _can_be_drawn(row: dict[str, Any]) -> bool:
    """The size lies beyond the announcement's own leaf: one more, at least, was unknown then."""
    try:
        announced_by(row)
    except ImpossibleSelection:
        return False
    return int(row["at_size"]) > int(row["idx"]) + 1


def _why_false(row: dict[str, Any] | None, record: Record, work: Work) -> tuple[str, str] | None:
    """Why a draw does not follow from its announcement, in both languages; None where it does."""
    body = record.event.body
    if row is None or row["verdict"] == IMPOSSIBLE:
        return "没有可抽取的公告。", "there is no announcement that can be drawn."
    if row["at_size"] > record.idx:
        return "账本尚未达到公告的大小。", "the ledger did not have the announced size."
    root = root_at(work.connection, row["at_size"])
    if b64(root) != body["root"]:
        return "树根不是公告大小时的树根。", "the root is not that of the announced size."
    checkpoint = Checkpoint(record.event.log, row["at_size"], root)
    try:
        visits = select_visits(announced_by(row), checkpoint, str(body.get("beacon_value", "")))
    except ImpossibleSelection as error:
        return error.zh, error.en
    right = [{"org": visit.org, "inspectors": list(visit.inspectors)} for visit in visits]
    if body["visits"] != right:
        return "名单与复算结果不同。", "the recomputed visits are others."
    return None


def _assess(work: Work, edition: str, scores: dict[str, Any]) -> Assessment | None:
    checklist = work.config.rules.checklist
    try:
        return assess(checklist, scores) if edition == checklist.edition else None
    except UnfitScores:
        return None


HANDLERS: dict[str, Handler] = {
    "announce_selection": project_announcement,
    "draw_selection": project_draw,
    "inspect_org": project_inspection,
    "set_positive_list": project_positive_list,
    "classify_org": project_class,
    "file_declaration": project_filing,
}
