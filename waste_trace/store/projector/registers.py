"""Plans, licences, qualifications, contracts and approvals from what is said at the desk."""

import json
from typing import Any

from sqlalchemy import func, select

from waste_trace.compliance.transfer.province import approval_ends
from waste_trace.custody.vocabulary import REGULATOR
from waste_trace.store.projector.record import Record
from waste_trace.store.projector.transfer_facts import shanghai_day
from waste_trace.store.projector.transfers import settle_again
from waste_trace.store.projector.work import Handler, Work
from waste_trace.store.tables import (
    Contract,
    Organisation,
    Permit,
    Plan,
    Qualification,
    TransferApplication,
)
from waste_trace.store.writing import table_of

Body = dict[str, Any]


def project_plan(record: Record, work: Work) -> None:
    """``file_plan`` and ``amend_plan``: the newest is the plan of its year."""
    event, body = record.event, dict(record.event.body)
    before = work.rows.get(Plan, event.org, body["year"])
    row = {
        "org": event.org,
        "year": body["year"],
        "level": body["level"],
        "body": json.dumps(body, ensure_ascii=False, sort_keys=True),
        "filed_at": before["filed_at"] if before else event.claimed_at,
        "filed_idx": before["filed_idx"] if before else record.idx,
        "idx": record.idx,
    }
    work.rows.put(Plan, row)
    settle_again(event.org, record, work)


def project_permit(record: Record, work: Work) -> None:
    """``register_permit``: by a bureau, or by the holder for itself."""
    event, body = record.event, dict(record.event.body)
    confirmed = _is_bureau(event.org, work)
    before = work.rows.get(Permit, body["permit"])
    own = event.org == body["org"] and (before is None or before["org"] == event.org)
    if not confirmed and (not own or (before is not None and before["confirmed"])):
        return  # nobody licenses another, or changes what a bureau has registered
    row = {
        "permit": body["permit"],
        "org": body["org"],
        "kind": body["kind"],
        "wastes": json.dumps(body["wastes"], ensure_ascii=False),
        "valid_from": body["valid_from"],
        "valid_to": body["valid_to"],
        "confirmed": confirmed,
        "suspended_from": "",
        "suspended_to": "",
        "idx": record.idx,
    }
    work.rows.put(Permit, row)
    settle_again(str(body["org"]), record, work)


def project_suspension(record: Record, work: Work) -> None:
    """``suspend_permit``: the licence stays known, and is not valid meanwhile."""
    body = dict(record.event.body)
    before = work.rows.get(Permit, body["permit"])
    if before is None:
        return
    ends = body.get("valid_to") or ""
    suspended = {"suspended_from": body["valid_from"], "suspended_to": ends, "idx": record.idx}
    work.rows.put(Permit, {**before, **suspended})
    settle_again(before["org"], record, work)


def project_qualification(record: Record, work: Work) -> None:
    """``register_qualification``: by a bureau, or by a carrier for itself."""
    event, body = record.event, dict(record.event.body)
    confirmed = _is_bureau(event.org, work)
    if not confirmed and event.org != body["org"]:
        return
    row = {
        "org": body["org"],
        "kind": body["kind"],
        "subject": body["subject"],
        "number": body.get("number", ""),
        "valid_from": body["valid_from"],
        "valid_to": body["valid_to"],
        "confirmed": confirmed,
        "idx": record.idx,
    }
    work.rows.put(Qualification, row)
    settle_again(str(body["org"]), record, work)


def project_contract(record: Record, work: Work) -> None:
    """``sign_contract``: as the sender states it."""
    event, body = record.event, dict(record.event.body)
    row = {
        "org": event.org,
        "contract": body["contract"],
        "partner": body["partner"],
        "role": body["role"],
        "codes": json.dumps(body.get("codes", [])),
        "valid_from": body["valid_from"],
        "valid_to": body["valid_to"],
        "idx": record.idx,
    }
    work.rows.put(Contract, row)
    settle_again(event.org, record, work)


def project_application(record: Record, work: Work) -> None:
    """``apply_transfer``: it waits for the bureaus."""
    event, body = record.event, dict(record.event.body)
    row = {
        "idx": record.idx,
        "org": event.org,
        "receiver": body["receiver"],
        "lines": json.dumps(body["lines"], ensure_ascii=False),
        "valid_from": body["valid_from"],
        "valid_to": body["valid_to"],
        "permit": body["permit"],
        "contract": body["contract"],
        "status": "applied",
        "number": "",
        "approved_to": "",
        "applied_at": event.claimed_at,
        "opinion_at": None,
        "replied_at": None,
        "decided_at": None,
    }
    work.rows.put(TransferApplication, row)
    settle_again(event.org, record, work)


#: What an opinion leads to: from the status before it, and the time that it fills.
_STEPS = {
    "preliminary_opinion": ("applied", "endorsed", "opinion_at"),
    "destination_reply": ("endorsed", "agreed", "replied_at"),
    "decide_transfer": ("agreed", "approved", "decided_at"),
}


def project_opinion(record: Record, work: Work) -> None:
    """The three steps of the bureaus in their order; what comes out of turn stays in the ledger."""
    event, body = record.event, dict(record.event.body)
    row = work.rows.get(TransferApplication, body["application"])
    before, after, moment = _STEPS[event.typ]
    if row is None or row["status"] != before:
        return
    agreed = body["opinion"] == "agree"
    row = {**row, "status": after if agreed else "refused", moment: event.claimed_at}
    if event.typ == "decide_transfer" and agreed:
        row |= {"number": body["number"], "approved_to": _approved_to(record, row, work)}
    work.rows.put(TransferApplication, row)
    settle_again(row["org"], record, work)


def _approved_to(record: Record, row: Body, work: Work) -> str:
    work.flush()
    table = table_of(Permit)
    query = select(func.max(table.c.valid_to)).where(table.c.org == row["receiver"])
    licence_to = work.connection.execute(query).scalar() or ""
    decided = shanghai_day(record.event.claimed_at)
    stated = str(record.event.body["valid_to"])
    return approval_ends(decided, stated, row["valid_to"], licence_to)


def _is_bureau(org: str, work: Work) -> bool:
    row = work.rows.get(Organisation, org)
    return row is not None and REGULATOR in row["kinds"].split(",")


HANDLERS: dict[str, Handler] = {
    "file_plan": project_plan,
    "amend_plan": project_plan,
    "register_permit": project_permit,
    "suspend_permit": project_suspension,
    "register_qualification": project_qualification,
    "sign_contract": project_contract,
    "apply_transfer": project_application,
    "preliminary_opinion": project_opinion,
    "destination_reply": project_opinion,
    "decide_transfer": project_opinion,
}
