"""Corrections (更正): pending until another party of the event agrees; both versions stay."""

import json
from collections.abc import Mapping
from typing import Any

from waste_trace.custody.correcting import applies, who_must_agree
from waste_trace.custody.manifest_progress import MANIFEST_VERBS
from waste_trace.custody.vocabulary import VOCABULARY, parse_body
from waste_trace.store.projector.custody import refold
from waste_trace.store.projector.manifests import project_manifest_again
from waste_trace.store.projector.record import Record
from waste_trace.store.projector.transfers import settle_transfer
from waste_trace.store.projector.work import Handler, Work
from waste_trace.store.tables import CorrectionRow

PENDING, CONFIRMED, DISPUTED, VOID = "pending", "confirmed", "disputed", "void"


def project_correction(record: Record, work: Work) -> None:
    """``correct``: keep it, and let it take effect at once where nobody else is concerned."""
    body = record.event.body
    target = work.event(int(str(body["corrects"])))
    others: list[str] = []
    status = VOID
    if target is not None and applies(target["typ"], json.loads(target["body"]), body):
        others = _others(target, record.event.org, work)
        status = PENDING if others else CONFIRMED
    row = {
        "idx": record.idx,
        "corrects": body["corrects"],
        "org": record.event.org,
        "field": body["field"],
        "old": body["old"],
        "new": body["new"],
        "reason": body["reason"],
        "others": ",".join(others),
        "status": status,
        "answered_idx": None,
        "answered_by": "",
    }
    work.rows.put(CorrectionRow, row)
    if target is not None:
        _show(record, target, work)
    if status == CONFIRMED and target is not None:
        _take_effect(row, target, record, work)


def project_answer(record: Record, work: Work) -> None:
    """``confirm_correction`` or ``dispute_correction`` by one of the parties that were waited for.

    A dispute does not end it: whoever disputed may still agree later.
    """
    row = work.rows.get(CorrectionRow, record.event.body["correction"])
    if row is None or row["status"] not in (PENDING, DISPUTED):
        return
    if record.event.org not in row["others"].split(","):
        return
    agreed = record.event.typ == "confirm_correction"
    answered = {
        **row,
        "status": CONFIRMED if agreed else DISPUTED,
        "answered_idx": record.idx,
        "answered_by": record.event.org,
    }
    work.rows.put(CorrectionRow, answered)
    target = work.event(row["corrects"])
    if target is not None:
        _show(record, target, work)
        if agreed:
            _take_effect(answered, target, record, work)


def _take_effect(
    row: dict[str, Any], target: Mapping[str, Any], record: Record, work: Work
) -> None:
    containers = list(_roles(target))
    manifests = [target["manifest"]] if target["typ"] in MANIFEST_VERBS else []
    work.histories.ahead(containers, manifests)
    work.histories.correct(row["corrects"], str(row["field"]), str(row["new"]))
    numbers = {*manifests, *refold(containers, record, work)}
    for number in sorted(numbers):
        project_manifest_again(number, record, work)
    for number in manifests:
        settle_transfer(number, record, work)


def _show(record: Record, target: Mapping[str, Any], work: Work) -> None:
    """The correction stands in the history of what it is about."""
    for code in _roles(target):
        work.histories.touch_container(code, record.touch("correction", code))


def _others(target: Mapping[str, Any], corrector: str, work: Work) -> list[str]:
    """Who must agree: the signer, if somebody else corrects it; else any other party."""
    work.histories.ahead(_roles(target), [target["manifest"]] if target["manifest"] else [])
    touches = [t for code in _roles(target) for t in work.histories.container(code)]
    if target["manifest"]:
        touches += work.histories.manifest(target["manifest"])
    return who_must_agree(target["org"], corrector, touches)


def _roles(target: Mapping[str, Any]) -> dict[str, str]:
    """The containers of an event; none of the ledger's own, which somebody may name by mistake."""
    if target["typ"] not in VOCABULARY:
        return {}
    return parse_body(target["typ"], json.loads(target["body"])).roles()


HANDLERS: dict[str, Handler] = {
    "correct": project_correction,
    "confirm_correction": project_answer,
    "dispute_correction": project_answer,
}
