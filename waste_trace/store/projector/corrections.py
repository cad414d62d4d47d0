"""Corrections (更正): pending until another party of the event agrees; both versions stay."""

from typing import Any

from waste_trace.custody.correcting import applies, who_must_agree
from waste_trace.custody.fold import Touch
from waste_trace.custody.vocabulary import VOCABULARY
from waste_trace.store.projector.histories import roles_of
from waste_trace.store.projector.record import Record
from waste_trace.store.projector.retelling import tell_again
from waste_trace.store.projector.work import Handler, Work
from waste_trace.store.tables import CorrectionRow

PENDING, CONFIRMED, DISPUTED, VOID = "pending", "confirmed", "disputed", "void"


def project_correction(record: Record, work: Work) -> None:
    """``correct``: keep it, and let it take effect at once where nobody else is concerned."""
    body = record.event.body
    target = work.signed(int(str(body["corrects"])))
    others: list[str] = []
    status = VOID
    if target is not None and applies(target, body):
        others = _others(target, str(body["new"]), record.event.org, work)
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
    if target is not None:
        _show(record, target, work)
    if status == CONFIRMED and target is not None:
        row = _take_effect(row, target, record, work)
    work.rows.put(CorrectionRow, row)


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
    target = work.signed(row["corrects"])
    if target is not None:
        _show(record, target, work)
        if agreed:
            answered = _take_effect(answered, target, record, work)
    work.rows.put(CorrectionRow, answered)


def _take_effect(row: dict[str, Any], target: Touch, record: Record, work: Work) -> dict[str, Any]:
    """Let the event read as agreed; void where that is no event beside what was agreed before."""
    told = work.histories.correct(target, str(row["field"]), str(row["new"]))
    if told is None:
        return {**row, "status": VOID}
    work.rows.put(CorrectionRow, row)  # what is read again from now on reads so
    tell_again(*told, record, work)
    return row


def _show(record: Record, target: Touch, work: Work) -> None:
    """The correction stands in the history of what it is about."""
    for code in _roles(target, work):
        work.histories.touch_container(code, record.touch("correction", code))


def _others(target: Touch, new: str, corrector: str, work: Work) -> list[str]:
    """Who must agree: the signer, if somebody else corrects it; else any other party."""
    number = str(target.body.get("manifest", ""))
    codes = [*_roles(target, work), new]
    work.histories.ahead(codes, [number] if number else [])
    touches = [target, *(t for code in codes for t in work.histories.container(code))]
    if number:
        touches += work.histories.manifest(number)
    return who_must_agree(target.org, corrector, touches)


def _roles(target: Touch, work: Work) -> dict[str, str]:
    """The containers of an event; none of the ledger's own, which somebody may name by mistake."""
    return roles_of(work.histories.told(target)) if target.typ in VOCABULARY else {}


HANDLERS: dict[str, Handler] = {
    "correct": project_correction,
    "confirm_correction": project_answer,
    "dispute_correction": project_answer,
}
