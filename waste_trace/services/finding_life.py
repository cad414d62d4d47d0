"""A finding with its life, and the steps that a person takes in it (问题整改闭环)."""

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from sqlalchemy import select

from waste_trace.compliance.finding_life import (
    LIFE,
    STATUS_ZH,
    WAITS_FOR_PARTY,
    Status,
    due_at,
    steps_open_to,
)
from waste_trace.custody.vocabulary import REGULATOR
from waste_trace.errors import WasteTraceError
from waste_trace.services.deployment import Deployment
from waste_trace.services.look_up import name_organisations, view_finding_row
from waste_trace.services.record_at_desk import record_at_desk
from waste_trace.services.rule_book import rule_book
from waste_trace.services.sign_in import Person
from waste_trace.services.visible import visible_findings
from waste_trace.store.sequencer import Recorded
from waste_trace.store.tables import Finding, FindingLife, FindingStep
from waste_trace.store.writing import table_of

Row = dict[str, Any]


class UnknownFinding(WasteTraceError):
    """There is no such finding, or none that this person sees."""

    code: ClassVar[str] = "unknown-finding"
    default_do_zh: ClassVar[str] = "请从问题列表中打开。"
    default_do_en: ClassVar[str] = "Open it from the list of findings."


class StepNotOpen(WasteTraceError):
    """The step does not fit the finding's status, or is the other side's to take."""

    code: ClassVar[str] = "step-not-open"
    default_do_zh: ClassVar[str] = "请刷新页面，按当前状态办理。"
    default_do_en: ClassVar[str] = "Load the page again and act by the present status."


def find_finding(deployment: Deployment, person: Person, key: str) -> Row:
    """One finding with ``status``, ``due_at``, ``open_steps`` and its ``steps``, oldest first.

    Raises:
        UnknownFinding
    """
    finding, life, step = table_of(Finding), table_of(FindingLife), table_of(FindingStep)
    with deployment.engine.connect() as connection:
        row = (
            connection.execute(
                select(finding, life.c.status, life.c.since)
                .outerjoin(life, life.c.key == finding.c.key)
                .where(finding.c.key == key, visible_findings(person))
            )
            .mappings()
            .first()
        )
        if row is None:
            raise UnknownFinding("没有这个问题。", "There is no such finding.")
        steps = (
            connection.execute(select(step).where(step.c.key == key).order_by(step.c.idx))
            .mappings()
            .all()
        )
    names = name_organisations(deployment)
    found = dict(row)
    return view_finding_row(found, names) | {
        "due_at": _due(deployment, found),
        "open_steps": _open_steps(found, person),
        "steps": [_step(dict(one), names) for one in steps],
    }


def take_step(
    deployment: Deployment, person: Person, typ: str, key: str, said: Mapping[str, Any]
) -> Recorded:
    """Record a step of a finding's life.

    Args:
        typ: one of `LIFE`. said: the fields of its body, without the finding.

    Raises:
        UnknownFinding, StepNotOpen, and what `record_at_desk` raises.
    """
    found = find_finding(deployment, person, key)
    if typ not in found["open_steps"]:
        raise StepNotOpen(
            f"该问题“{found['status_zh']}”，现在不能办理此步骤。",
            f"The finding is {found['status']!r}: this step is not open to you now.",
            status=found["status"],
            open=found["open_steps"],
        )
    return record_at_desk(deployment, person, typ, {"finding": key, **said})


def _open_steps(row: Mapping[str, Any], person: Person) -> list[str]:
    status = Status(row["status"] or Status.OPEN)
    is_bureau = person.role == REGULATOR
    return steps_open_to(status, is_party=person.org == row["org"], is_bureau=is_bureau)


def _due(deployment: Deployment, row: Mapping[str, Any]) -> Any:
    """Until when the party has to answer; None while it is not its turn."""
    status = Status(row["status"] or Status.OPEN)
    if row["cleared_idx"] is not None or status not in WAITS_FOR_PARTY:
        return None
    book = rule_book(deployment.settings)
    since = row["since"] or row["raised_at"]
    return due_at(since, row["severity"], book.answer_days, book.calendar)


def _step(row: Row, names: Mapping[str, str]) -> Row:
    return {
        **row,
        "evidence": json.loads(row["evidence"]),
        "org_name": names.get(row["org"], ""),
        "after_zh": STATUS_ZH[LIFE[row["typ"]].after] if row["applied"] else "",
    }
