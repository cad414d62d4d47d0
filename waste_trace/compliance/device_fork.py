"""A device key that has signed two histories: it was copied, or its device was put back."""

from waste_trace.compliance.rule import Raised, Rule, Severity

DEVICE_FORK = Rule(
    "device_fork",
    "设备密钥分叉",
    "A device key has signed two histories",
    "own rule: a device gives each number to one event",
    "P",
    Severity.SERIOUS,
)


def device_fork(dev: str, org: str, seq: int, first: int, evidence: int) -> list[Raised]:
    """A finding on a key, by the first evidence of each number.

    Args:
        dev: the key, as device/epoch. first, evidence: ledger indices of the first event and of the
            entry that quotes the second one.
    """
    return [
        Raised(
            DEVICE_FORK,
            f"device_fork:{dev}:{seq}",
            dev,
            org,
            f"同一密钥为第 {seq} 号签署了两个不同事件：#{first} 与 #{evidence} 所附。"
            "密钥可能被复制，或设备被还原。",
            f"The key signed two different events with number {seq}: #{first}, and the one in "
            f"#{evidence}. It may have been copied, or the device was put back.",
            {"device": dev, "seq": seq, "event": first, "evidence": evidence},
        )
    ]
