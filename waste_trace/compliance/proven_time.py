"""A claimed time against what the ledger proves of it (backdating), and another history seen.

An event quotes the newest checkpoint that its device had verified. It cannot be older than that
checkpoint, nor newer than its own entry: claimed, proven and logged times are three and stay three.
"""

from datetime import datetime, timedelta

from waste_trace.compliance.rule import Raised, Rule, Severity
from waste_trace.custody.fold import CLOCK_SKEW

TIME_OUTSIDE_PROOF = Rule(
    "time_outside_proof",
    "所称时间与可证时间不符",
    "Claimed time is outside what is proven",
    "own rule: an event is not older than the checkpoint that it quotes, nor newer than its entry",
    "P",
    Severity.WARNING,
)
OTHER_HISTORY = Rule(
    "other_history",
    "设备所见账本与本账本不同",
    "A device has verified another history",
    "own rule: a checkpoint that a device quotes is one that this ledger has signed",
    "P",
    Severity.SERIOUS,
)


def time_outside_proof(
    idx: int, org: str, claimed_at: datetime, proven_after: datetime | None, logged_at: datetime
) -> list[Raised]:
    """A finding for a claim that the proofs exclude, allowing for clocks that differ."""
    early = proven_after - claimed_at if proven_after else timedelta(0)
    late = claimed_at - logged_at
    if max(early, late) <= CLOCK_SKEW:
        return []
    minutes = int(max(early, late) / timedelta(minutes=1))
    backdated = early > late
    zh = f"所称时间早于可证时间 {minutes} 分钟" if backdated else f"所称时间晚于入账 {minutes} 分钟"
    en = "before what is proven" if backdated else "after it was logged"
    return [
        Raised(
            TIME_OUTSIDE_PROOF,
            f"{TIME_OUTSIDE_PROOF.name}:{idx}",
            f"#{idx}",
            org,
            f"{zh}，请核对设备时钟。",
            f"The event claims a time {minutes} minutes {en}; check the device's clock.",
            {
                "event": idx,
                "minutes": minutes,
                "claimed_at": claimed_at.isoformat(),
                "proven_after": proven_after.isoformat() if proven_after else "",
                "logged_at": logged_at.isoformat(),
            },
        )
    ]


def other_history(idx: int, org: str, dev: str, size: int) -> Raised:
    """A finding for an event that quotes a checkpoint which this ledger never signed."""
    return Raised(
        OTHER_HISTORY,
        f"{OTHER_HISTORY.name}:{idx}",
        dev,
        org,
        f"设备引用的第 {size} 条检查点不是本账本签发的：可能存在分叉账本，请立即核查。",
        f"The device quotes a checkpoint at {size} that this ledger never signed: a split view?",
        {"event": idx, "device": dev, "size": size},
    )
