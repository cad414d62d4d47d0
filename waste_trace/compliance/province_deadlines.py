"""How long the bureaus take over a transfer to another province (跨省转移审批时限).

A finding of these rules is on no party: whoever applied cannot answer for a bureau.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from waste_trace.compliance.calendar import WorkingCalendar, day_of
from waste_trace.compliance.rule import Raised, Rule, Severity
from waste_trace.compliance.thresholds import Thresholds

LATE_OPINION = Rule(
    "late_preliminary_opinion",
    "跨省转移初步意见逾期",
    "Preliminary opinion on a transfer is late",
    "危险废物转移管理办法 art. 21-28 (移出地五个工作日内提出初步意见)",
    "P",
    Severity.NOTICE,
    ("opinion_working_days",),
)
LATE_REPLY = Rule(
    "late_destination_reply",
    "跨省转移移入地复函逾期",
    "Destination's reply on a transfer is late",
    "危险废物转移管理办法 art. 21-28 (移入地十个工作日内复函)",
    "P",
    Severity.NOTICE,
    ("reply_working_days",),
)
LATE_DECISION = Rule(
    "late_transfer_decision",
    "跨省转移审批决定逾期",
    "Decision on a transfer is late",
    "危险废物转移管理办法 art. 21-28 (移出地收到复函后五个工作日内决定)",
    "P",
    Severity.NOTICE,
    ("decision_working_days",),
)
PROVINCE_RULES = (LATE_OPINION, LATE_REPLY, LATE_DECISION)


@dataclass(frozen=True, slots=True)
class ApplicationTimes:
    """When the steps of an application were, as claimed; None: not yet, or not any more.

    Attributes:
        idx: the entry of the application. applicant: who moves the waste out.
        opinion_at, replied_at, decided_at: 初步意见, 移入地复函, 审批.
        refused: one of the steps said no; nothing follows it.
    """

    idx: int
    applicant: str
    applied_at: datetime
    opinion_at: datetime | None
    replied_at: datetime | None
    decided_at: datetime | None
    refused: bool


@dataclass(frozen=True, slots=True)
class _Step:
    rule: Rule
    since: Callable[[ApplicationTimes], datetime | None]
    done: Callable[[ApplicationTimes], datetime | None]
    days: Callable[[Thresholds], int]


_STEPS = (
    _Step(LATE_OPINION, lambda one: one.applied_at, lambda one: one.opinion_at,
          lambda limits: limits.opinion_working_days),
    _Step(LATE_REPLY, lambda one: one.opinion_at, lambda one: one.replied_at,
          lambda limits: limits.reply_working_days),
    _Step(LATE_DECISION, lambda one: one.replied_at, lambda one: one.decided_at,
          lambda limits: limits.decision_working_days),
)  # fmt: skip


def late_province_steps(
    times: ApplicationTimes, now: datetime, calendar: WorkingCalendar, limits: Thresholds
) -> list[Raised]:
    """A finding for each step that came after its last day, or is over it by ``now``."""
    raised = []
    for step in _STEPS:
        since, done = step.since(times), step.done(times)
        if since is None or (done is None and times.refused):
            break
        days = step.days(limits)
        if (done or now) >= calendar.deadline(since, days):
            raised.append(_raise(step.rule, times, (since, done or now), days, calendar))
    return raised


def _raise(
    rule: Rule,
    times: ApplicationTimes,
    span: tuple[datetime, datetime],
    days: int,
    calendar: WorkingCalendar,
) -> Raised:
    since, until = map(day_of, span)
    took = calendar.working_days_between(since, until)
    deadline = calendar.deadline(span[0], days).isoformat()
    return Raised(
        rule,
        f"{rule.name}:{times.idx}",
        str(times.idx),
        "",
        f"跨省转移申请 #{times.idx}：{rule.zh}，已用 {took} 个工作日，时限 {days} 个工作日。",
        f"Application #{times.idx}: {took} working days, {days} are allowed.",
        {"event": times.idx, "applicant": times.applicant, "working_days": took,
         "deadline": deadline, "calendar_known": calendar.is_known(since, until)},
    )  # fmt: skip
