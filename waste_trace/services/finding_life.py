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
from waste_trace.custody.bodies.findings import STATEMENT, StatedBody
from waste_trace.custody.vocabulary import REGULATOR, event_type
from waste_trace.errors import WasteTraceError
from waste_trace.services.deployment import Deployment
from waste_trace.services.look_up import name_organisations, view_finding_row
from waste_trace.services.record_at_desk import record_at_desk
from waste_trace.services.rule_book import rule_book
from waste_trace.services.sign_in import Person
from waste_trace.services.statements import Statement, read_statements
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


class StatementMissing(WasteTraceError):
    """The step says nothing without a statement."""

    code: ClassVar[str] = "statement-missing"
    default_do_zh: ClassVar[str] = "请填写说明后再提交。"
    default_do_en: ClassVar[str] = "Write what there is to say, then send it."


class StepNotOpen(WasteTraceError):
    """The step does not fit the finding's status, or is the other side's to take."""

    code: ClassVar[str] = "step-not-open"
    default_do_zh: ClassVar[str] = "请刷新页面，按当前状态办理。"
    default_do_en: ClassVar[str] = "Load the page again and act by the present status."


def find_finding(deployment: Deployment, person: Person, key: str) -> Row:
    """One finding with ``status``, ``due_at``, ``open_steps`` and its ``steps``, oldest first.

    A step has what was said in words as ``statement``, and in ``statement_kept`` whether that is
    there (`Kept`); the showing is written down.

    Raises:
        UnknownFinding
    """
    found, step = _find(deployment, person, key), table_of(FindingStep)
    with deployment.engine.connect() as connection:
        query = select(step).where(step.c.key == key).order_by(step.c.idx)
        steps = [dict(one) for one in connection.execute(query).mappings()]
    names = name_organisations(deployment)
    said = read_statements(deployment, person, steps)
    return view_finding_row(found, names) | {
        "due_at": _due(deployment, found),
        "open_steps": _open_steps(found, person),
        "steps": [_step(one, names, said.get(one["idx"], Statement())) for one in steps],
    }


def take_step(
    deployment: Deployment,
    person: Person,
    typ: str,
    key: str,
    said: Mapping[str, Any],
    statement: str = "",
) -> Recorded:
    """Record a step of a finding's life.

    Args:
        typ: one of `LIFE`. said: the fields of its body, without the finding.
        statement: what the person says in words; kept beside the ledger.

    Raises:
        UnknownFinding, StepNotOpen, StatementMissing, and what `record_at_desk` raises.
    """
    found = _find(deployment, person, key)
    status, open_steps = Status(found["status"] or Status.OPEN), _open_steps(found, person)
    if typ not in open_steps:
        raise StepNotOpen(
            f"该问题“{STATUS_ZH[status]}”，现在不能办理此步骤。",
            f"The finding is {status.value!r}: this step is not open to you now.",
            status=status.value,
            open=open_steps,
        )
    if not statement and issubclass(event_type(typ).body, StatedBody):
        raise StatementMissing("此步骤须写明情况。", "This step needs a statement.")
    body = {"finding": key, **said}
    return record_at_desk(deployment, person, typ, body, personal={STATEMENT: statement})


def _find(deployment: Deployment, person: Person, key: str) -> Row:
    """The finding's row with its life's status and since when. Raises UnknownFinding."""
    finding, life = table_of(Finding), table_of(FindingLife)
    query = (
        select(finding, life.c.status, life.c.since)
        .outerjoin(life, life.c.key == finding.c.key)
        .where(finding.c.key == key, visible_findings(person))
    )
    with deployment.engine.connect() as connection:
        row = connection.execute(query).mappings().first()
    if row is None:
        raise UnknownFinding("没有这个问题。", "There is no such finding.")
    return dict(row)


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


def _step(row: Row, names: Mapping[str, str], said: Statement) -> Row:
    return {
        **row,
        "statement": said.text,
        "statement_kept": said.kept.value,
        "evidence": json.loads(row["evidence"]),
        "org_name": names.get(row["org"], ""),
        "after_zh": STATUS_ZH[LIFE[row["typ"]].after] if row["applied"] else "",
    }
