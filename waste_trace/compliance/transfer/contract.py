"""The sender has a written contract with the receiver (转移管理办法 art. 10)."""

from waste_trace.compliance.rule import Raised, Rule, Severity
from waste_trace.compliance.transfer.facts import CONTRACTS, Registers, Transfer, covers

NO_CONTRACT = Rule(
    "no_contract",
    "无有效书面合同",
    "No valid written contract",
    "危险废物转移管理办法 art. 10",
    "P",
    Severity.WARNING,
)


def under_contract(transfer: Transfer, registers: Registers) -> list[Raised]:
    """A finding for each waste that no contract with the receiver covers on that day."""
    if CONTRACTS not in registers.kept:
        return []
    valid = [
        one
        for one in registers.contracts
        if one.partner == transfer.receiver
        and one.role == "receiver"
        and one.valid.holds(transfer.day)
    ]
    return [
        Raised(
            NO_CONTRACT,
            f"{NO_CONTRACT.name}:{transfer.manifest}:{code}",
            transfer.manifest,
            transfer.sender,
            f"与接受单位没有涵盖 {code} 的有效合同。",
            f"No valid contract with the receiver covers {code}.",
            {"waste_code": code, "receiver": transfer.receiver},
        )
        for code in transfer.kilograms
        if not any(not one.codes or covers(one.codes, code) for one in valid)
    ]
