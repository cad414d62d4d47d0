"""Deadlines of a transfer manifest (联单时限): confirmation, back-entry, and an end at all."""

from dataclasses import dataclass
from datetime import datetime

from waste_trace.compliance.calendar import WorkingCalendar, day_of
from waste_trace.compliance.rule import Raised, Rule, Severity
from waste_trace.compliance.thresholds import Thresholds

LATE_CONFIRMATION = Rule(
    "late_confirmation",
    "联单未按时确认接收",
    "Manifest not confirmed in time",
    "危险废物转移管理办法 18 (自接受之日起五个工作日内)",
    "P",
    Severity.WARNING,
    ("confirm_working_days",),
)
LATE_BACK_ENTRY = Rule(
    "late_back_entry",
    "纸质联单补录超期",
    "Paper manifest entered late",
    "危险废物转移管理办法 20 (转移活动完成后十个工作日内)",
    "P",
    Severity.WARNING,
    ("back_entry_working_days",),
)
OPEN_MANIFEST = Rule(
    "open_manifest",
    "联单长期未办结",
    "Manifest open for too long",
    "own rule (浙江预警实践: 未办结联单); the number of days is configuration",
    "M",
    Severity.WARNING,
    ("open_manifest_days",),
)


@dataclass(frozen=True, slots=True)
class ManifestTimes:
    """When a manifest's steps were, as claimed; None for a step that is not there.

    Attributes:
        events: ledger indices of the steps, for the finding.
        ended: it was accepted, rejected or voided: nothing more is expected.
    """

    manifest: str
    sender: str
    receiver: str
    opened_at: datetime | None
    received_at: datetime | None
    confirmed_at: datetime | None
    ended: bool
    events: tuple[int, ...]


def late_confirmation(
    times: ManifestTimes, now: datetime, calendar: WorkingCalendar, limits: Thresholds
) -> list[Raised]:
    """A finding where the receiver confirmed after the deadline, or has not by ``now``."""
    if times.received_at is None or (times.ended and times.confirmed_at is None):
        return []
    deadline = calendar.deadline(times.received_at, limits.confirm_working_days)
    until = times.confirmed_at or now
    if until < deadline:
        return []
    late = calendar.working_days_between(day_of(times.received_at), day_of(until))
    done_zh = "确认" if times.confirmed_at else "仍未确认"
    done_en = "was confirmed" if times.confirmed_at else "is still not confirmed"
    known = calendar.is_known(day_of(times.received_at), day_of(until))
    return [
        _raise(
            LATE_CONFIRMATION, times, times.receiver,
            f"接受后第 {late} 个工作日{done_zh}，时限 {limits.confirm_working_days} 个工作日。",
            f"The manifest {done_en} on working day {late} after reception; "
            f"{limits.confirm_working_days} are allowed.",
            {"working_days": late, "deadline": deadline.isoformat(), "calendar_known": known},
        )
    ]  # fmt: skip


def late_back_entry(
    manifest: str,
    org: str,
    transferred_at: datetime,
    entered_at: datetime,
    idx: int,
    calendar: WorkingCalendar,
    limits: Thresholds,
) -> list[Raised]:
    """A finding for a transfer on paper that was entered after the deadline."""
    deadline = calendar.deadline(transferred_at, limits.back_entry_working_days)
    if entered_at < deadline:
        return []
    late = calendar.working_days_between(day_of(transferred_at), day_of(entered_at))
    rule = LATE_BACK_ENTRY
    return [
        Raised(
            rule, f"{rule.name}:{manifest}", manifest, org,
            f"转移后第 {late} 个工作日补录，时限 {limits.back_entry_working_days} 个工作日。",
            f"Entered on working day {late} after the transfer; "
            f"{limits.back_entry_working_days} are allowed.",
            {"event": idx, "working_days": late, "deadline": deadline.isoformat(),
             "calendar_known": calendar.is_known(day_of(transferred_at), day_of(entered_at))},
        )
    ]  # fmt: skip


def open_manifest(times: ManifestTimes, now: datetime, limits: Thresholds) -> list[Raised]:
    """A finding while a manifest has no end so long after it was opened."""
    if times.ended or times.opened_at is None or now - times.opened_at <= limits.open_manifest:
        return []
    days = (now - times.opened_at).days
    return [
        _raise(
            OPEN_MANIFEST, times, times.sender,
            f"联单开具 {days} 天后仍未办结，预警值 {limits.open_manifest.days} 天。",
            f"The manifest is still open {days} days after it was opened; "
            f"{limits.open_manifest.days} raise the alarm.",
            {"limit_days": limits.open_manifest.days},
        )
    ]  # fmt: skip


def _raise(
    rule: Rule, times: ManifestTimes, org: str, zh: str, en: str, facts: dict[str, object]
) -> Raised:
    key = f"{rule.name}:{times.manifest}"
    return Raised(rule, key, times.manifest, org, zh, en, {**facts, "events": list(times.events)})
