"""Waste that stands too long (贮存超期): with an operator, where it arose, and medical waste."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from waste_trace.compliance.rule import Raised, Rule, Severity
from waste_trace.compliance.thresholds import Thresholds

STORAGE_TIME = Rule(
    "storage_time",
    "经营单位贮存超期",
    "Stored too long by an operator",
    "固废法 81 (持证单位贮存不超过一年)",
    "P",
    Severity.SERIOUS,
    ("storage_days_operator",),
)
PRODUCER_STORAGE_TIME = Rule(
    "producer_storage_time",
    "产废单位贮存超期",
    "Stored too long where it arose",
    "own rule by analogy with 固废法 81; the number of days is configuration",
    "M",
    Severity.WARNING,
    ("storage_days_producer",),
)
MEDICAL_STORAGE = Rule(
    "medical_storage",
    "医疗废物暂存超过两天",
    "Medical waste stored for more than two days",
    "医疗废物管理条例 17",
    "P",
    Severity.SERIOUS,
    ("medical_storage_hours",),
)
STORAGE_TIME_RULES = (STORAGE_TIME, PRODUCER_STORAGE_TIME, MEDICAL_STORAGE)
#: 医疗废物 are the class HW01: their codes end so.
MEDICAL_SUFFIX = "-01"


@dataclass(frozen=True, slots=True)
class Standing:
    """A container that stands with a holder.

    What was poured into it there (拼装、分装、倒装) has stood since it came in another container.

    Attributes:
        producer: the holder is the unit whose waste it is.
        since: since when the holder has had the oldest of it; ``since_idx``: the ledger entry that
            says so. source: the container that it was in then, "" if this one.
    """

    container: str
    waste_code: str
    org: str
    site: str
    producer: bool
    since: datetime
    since_idx: int
    source: str = ""


def storage_time(standing: Standing, now: datetime, limits: Thresholds) -> list[Raised]:
    """A finding for a container that has stood longer than its holder may keep it."""
    rule, limit = _limit(standing, limits)
    stood = now - standing.since
    if stood <= limit:
        return []
    if rule is MEDICAL_STORAGE:
        long, most = f"{_hours(stood)} 小时", f"{_hours(limit)} 小时"
        long_en, most_en = f"{_hours(stood)} hours", f"{_hours(limit)}"
    else:
        long, most = f"{stood.days} 天", f"{limit.days} 天"
        long_en, most_en = f"{stood.days} days", f"{limit.days}"
    from_zh = f"（自来源容器 {standing.source} 起算）" if standing.source else ""
    from_en = f", counted from container {standing.source} on" if standing.source else ""
    return [
        Raised(
            rule,
            f"{rule.name}:{standing.container}:{standing.since_idx}",
            standing.container,
            standing.org,
            f"该容器已贮存 {long}{from_zh}，上限 {most}。",
            f"The container has stood for {long_en}{from_en}, the limit is {most_en}.",
            {
                "event": standing.since_idx,
                "site": standing.site,
                "since": standing.since.isoformat(),
                "source": standing.source,
                "limit_hours": _hours(limit),
            },
        )
    ]


def _limit(standing: Standing, limits: Thresholds) -> tuple[Rule, timedelta]:
    if not standing.producer:
        return STORAGE_TIME, limits.operator_storage
    if standing.waste_code.endswith(MEDICAL_SUFFIX):
        return MEDICAL_STORAGE, limits.medical_storage
    return PRODUCER_STORAGE_TIME, limits.producer_storage


def _hours(span: timedelta) -> int:
    return int(span / timedelta(hours=1))
