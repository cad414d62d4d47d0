"""What the record says about how it was made: late, with gaps, with labels that are not genuine."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from waste_trace.compliance.rule import Raised, Rule, Severity

LATE_EVENT = Rule(
    "late_event",
    "事件迟报",
    "Event logged late",
    "HJ 1259-2022 6.2 (如实记录); the number of hours is configuration",
    "M",
    Severity.NOTICE,
    ("late_event_hours",),
)
DEVICE_GAP = Rule(
    "device_gap",
    "设备记录缺号",
    "A device's record has a gap",
    "own rule: each device numbers its events without gaps",
    "P",
    Severity.WARNING,
)
FORGED_LABEL = Rule(
    "forged_label",
    "标签签名无效",
    "Label is not genuine",
    "own rule: labels carry the issuer's signature (HJ 1276-2022 一物一码)",
    "P",
    Severity.SERIOUS,
)


def late_event(
    idx: int, org: str, claimed_at: datetime, logged_at: datetime, allowed: timedelta
) -> list[Raised]:
    """A notice for an event that came later than ``allowed`` after its claimed time."""
    delay = logged_at - claimed_at
    if delay <= allowed:
        return []
    hours = int(delay / timedelta(hours=1))
    return [
        Raised(
            LATE_EVENT,
            f"late_event:{idx}",
            f"#{idx}",
            org,
            f"事件在所称时间 {hours} 小时后才入账。",
            f"The event reached the ledger {hours} hours after its claimed time.",
            {"event": idx, "hours": hours},
        )
    ]


def device_gap(dev: str, org: str, missing: Sequence[tuple[int, int]]) -> list[Raised]:
    """A finding while sequence numbers of a device are missing.

    Args:
        missing: ranges (first, last) of the missing numbers, both inclusive.
    """
    if not missing:
        return []
    text = ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in missing)
    return [
        Raised(
            DEVICE_GAP,
            f"device_gap:{dev}",
            dev,
            org,
            f"设备缺少第 {text} 号记录，可能尚未上传或被丢弃。",
            f"Records {text} of the device are missing: not yet uploaded, or dropped.",
            {"device": dev, "missing": [list(pair) for pair in missing]},
        )
    ]


def forged_label(idx: int, org: str, label: str, reason_zh: str, reason_en: str) -> Raised:
    """A finding for a scanned label whose signature does not verify."""
    return Raised(
        FORGED_LABEL,
        f"forged_label:{idx}:{hashlib.sha256(label.encode()).hexdigest()[:12]}",
        f"#{idx}",
        org,
        f"扫描到的标签不真：{reason_zh}",
        f"A scanned label is not genuine: {reason_en}",
        {"event": idx, "label": label},
    )
