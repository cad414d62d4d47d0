"""The life of a finding (问题发现、整改闭环): who may take which step, and by when.

A finding is raised by a rule. The party explains or rectifies it; the bureau accepts, sends back or
closes. A step that does not fit is recorded and changes nothing. Apart from all this, a finding is
*cleared* when the record itself no longer shows it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from waste_trace.compliance.calendar import WorkingCalendar
from waste_trace.compliance.rule import SEVERITY_ZH, Raised, Rule, Severity

FINDING_OVERDUE = Rule(
    "finding_overdue",
    "问题逾期未处理",
    "Finding not answered in time",
    "own rule (整改闭环); the deadlines by severity are configuration",
    "M",
    Severity.WARNING,
    ("answer_working_days_serious", "answer_working_days_warning", "answer_working_days_notice"),
)


class Status(StrEnum):
    """How far a finding is."""

    OPEN = "open"
    EXPLAINED = "explained"
    ACCEPTED = "accepted"
    SENT_BACK = "sent_back"
    RECTIFIED = "rectified"
    CLOSED = "closed"


STATUS_ZH: Mapping[Status, str] = MappingProxyType(
    {
        Status.OPEN: "待处理",
        Status.EXPLAINED: "已说明",
        Status.ACCEPTED: "说明已采纳",
        Status.SENT_BACK: "已退回",
        Status.RECTIFIED: "已整改",
        Status.CLOSED: "已办结",
    }
)
#: The party's turn: here a deadline runs.
WAITS_FOR_PARTY = frozenset({Status.OPEN, Status.SENT_BACK})


@dataclass(frozen=True, slots=True)
class LifeStep:
    """A row of the table. ``by_party``: taken by whom the finding is on; else by the bureau."""

    typ: str
    by_party: bool
    before: frozenset[Status]
    after: Status


_S = Status
LIFE: Mapping[str, LifeStep] = MappingProxyType(
    {
        step.typ: step
        for step in (
            LifeStep("explain_finding", True,
                     frozenset({_S.OPEN, _S.EXPLAINED, _S.SENT_BACK}), _S.EXPLAINED),
            LifeStep("rectify_finding", True,
                     frozenset({_S.OPEN, _S.EXPLAINED, _S.SENT_BACK, _S.RECTIFIED}), _S.RECTIFIED),
            LifeStep("accept_explanation", False, frozenset({_S.EXPLAINED}), _S.ACCEPTED),
            LifeStep("send_back", False,
                     frozenset({_S.EXPLAINED, _S.RECTIFIED, _S.ACCEPTED, _S.CLOSED}),
                     _S.SENT_BACK),
            LifeStep("close_finding", False,
                     frozenset({_S.OPEN, _S.EXPLAINED, _S.ACCEPTED, _S.RECTIFIED, _S.SENT_BACK}),
                     _S.CLOSED),
        )
    }
)  # fmt: skip


def next_status(typ: str, status: Status, *, is_party: bool, is_bureau: bool) -> Status | None:
    """What the finding becomes by the step; None where it does not fit or is not theirs to take."""
    step = LIFE[typ]
    allowed = is_party if step.by_party else is_bureau
    return step.after if allowed and status in step.before else None


def steps_open_to(status: Status, *, is_party: bool, is_bureau: bool) -> list[str]:
    """Which steps somebody may take now."""
    return [
        typ
        for typ in LIFE
        if next_status(typ, status, is_party=is_party, is_bureau=is_bureau) is not None
    ]


@dataclass(frozen=True, slots=True)
class AnswerDays:
    """Working days that a party has to answer, by severity. 未核实: set by the bureau."""

    serious: int = 3
    warning: int = 5
    notice: int = 10

    def of(self, severity: str) -> int:
        """The days for ``serious``, ``warning`` or ``notice``."""
        return int(getattr(self, severity))


def due_at(since: datetime, severity: str, days: AnswerDays, calendar: WorkingCalendar) -> datetime:
    """Until when the party has to answer what was raised, or sent back, at ``since``."""
    return calendar.deadline(since, days.of(severity))


@dataclass(frozen=True, slots=True)
class WaitingFinding:
    """A finding that waits for its party. ``since``: when it was raised or last sent back."""

    key: str
    org: str
    severity: str
    zh: str
    since: datetime
    raised_idx: int


def finding_overdue(
    waiting: WaitingFinding, now: datetime, days: AnswerDays, calendar: WorkingCalendar
) -> list[Raised]:
    """A finding on a finding that its party has not answered in time."""
    due = due_at(waiting.since, waiting.severity, days, calendar)
    if now < due:
        return []
    allowed = days.of(waiting.severity)
    severity_zh = SEVERITY_ZH[waiting.severity]
    return [
        Raised(
            FINDING_OVERDUE,
            f"{FINDING_OVERDUE.name}:{waiting.key}",
            f"finding:{waiting.key}",
            waiting.org,
            f"{severity_zh}问题超过 {allowed} 个工作日未说明、未整改：{waiting.zh}",
            f"A {waiting.severity} finding has had no answer for more than {allowed} working days.",
            {"finding": waiting.key, "event": waiting.raised_idx, "due": due.isoformat()},
        )
    ]


def mermaid() -> str:
    """The table as a Mermaid state diagram, for the documentation."""
    lines = ["stateDiagram-v2", f"    [*] --> {Status.OPEN.value}"]
    lines += [
        f"    {before.value} --> {step.after.value}: {step.typ}"
        for step in LIFE.values()
        for before in sorted(step.before)
        if before is not step.after
    ]
    return "\n".join(lines) + "\n"
