"""The receiver must hold a licence for the waste, on that day, for so much (许可证管理办法)."""

from decimal import Decimal

from waste_trace.catalogue.lookup import packaged
from waste_trace.compliance.rule import Raised, Rule, Severity
from waste_trace.compliance.transfer.facts import (
    PERMITS,
    PermitFact,
    Registers,
    Sent,
    Transfer,
    covers,
    sum_of,
)

UNLICENSED_RECEIVER = Rule(
    "unlicensed_receiver",
    "接受单位无相应许可",
    "Receiver has no licence for this waste",
    "固体废物污染环境防治法 art. 80; 危险废物转移管理办法 art. 10",
    "P",
    Severity.SERIOUS,
)
EXPIRED_PERMIT = Rule(
    "expired_permit",
    "经营许可证不在有效期",
    "Licence is not valid on that day",
    "危险废物经营许可证管理办法; 危险废物转移管理办法 art. 10",
    "P",
    Severity.SERIOUS,
)
CLOSED_RECEIVER = Rule(
    "closed_receiver",
    "接受单位许可证被暂停或吊销",
    "Receiver's licence is suspended or revoked",
    "危险废物经营许可证管理办法; 危险废物转移管理办法 art. 10",
    "P",
    Severity.SERIOUS,
)
QUANTITY_OVER_PERMIT = Rule(
    "quantity_over_permit",
    "接受量超出许可证规模",
    "More than the licence allows in a year",
    "危险废物经营许可证管理办法 (年经营规模); counted by calendar year",
    "M",
    Severity.SERIOUS,
)


def receiver_licensed(transfer: Transfer, registers: Registers) -> list[Raised]:
    """Findings for each waste that the receiver may not take on that day, or not so much of."""
    if PERMITS not in registers.kept or not transfer.hazardous:
        return []
    raised = [
        one
        for line in {line.waste_code: line for line in transfer.lines}.values()
        if not _exempt(line)
        for one in _line(transfer, registers, line.waste_code)
    ]
    return [*raised, *_over(transfer, registers)]


def _line(transfer: Transfer, registers: Registers, code: str) -> list[Raised]:
    permits = [
        permit
        for permit in registers.permits
        if any(covers(names, code) for names, _ in permit.groups)
    ]
    if not permits:
        zh = f"接受单位没有经营 {code} 的许可证。"
        return [_raise(UNLICENSED_RECEIVER, transfer, transfer.sender, code, zh,
                       f"The receiver has no licence for {code}.")]  # fmt: skip
    valid = [permit for permit in permits if permit.valid.holds(transfer.day)]
    if not valid:
        ends = max(permit.valid.last for permit in permits)
        zh = f"许可证有效期至 {ends}，转移日为 {transfer.day}。"
        en = f"The licence is valid to {ends}; the transfer is on {transfer.day}."
        return [_raise(EXPIRED_PERMIT, transfer, transfer.receiver, code, zh, en)]
    if all(permit.suspended and permit.suspended.holds(transfer.day) for permit in valid):
        numbers = "、".join(permit.number for permit in valid)
        zh = f"许可证 {numbers} 在 {transfer.day} 已暂停或吊销。"
        en = f"The licence is suspended or revoked on {transfer.day}."
        return [_raise(CLOSED_RECEIVER, transfer, transfer.receiver, code, zh, en)]
    return []


def _over(transfer: Transfer, registers: Registers) -> list[Raised]:
    """Each group of a valid licence: what came this year and this transfer, against its size."""
    raised = []
    for permit in registers.permits:
        for names, annual_kg in permit.groups if permit.valid.holds(transfer.day) else ():
            now_kg = sum_of(transfer.kilograms, names)
            total_kg = sum_of(registers.received_kg, names) + now_kg
            if now_kg and total_kg > annual_kg:
                raised.append(_over_group(transfer, permit, names, (annual_kg, total_kg)))
    return raised


def _over_group(
    transfer: Transfer,
    permit: PermitFact,
    names: tuple[str, ...],
    weights_kg: tuple[Decimal, Decimal],
) -> Raised:
    annual_kg, total_kg = weights_kg
    what = "、".join(names)
    zh = f"{what} 本年累计接受 {total_kg} kg，许可证 {permit.number} 为每年 {annual_kg} kg。"
    en = f"{total_kg} kg are received this year; the licence allows {annual_kg} kg."
    facts = {"annual_kg": str(annual_kg), "total_kg": str(total_kg), "permit": permit.number}
    receiver = transfer.receiver
    return _raise(QUANTITY_OVER_PERMIT, transfer, receiver, names[0], zh, en, **facts)


def _exempt(line: Sent) -> bool:
    """Sent under a row of the exemption list that frees its use or disposal (豁免环节)."""
    if line.exemption is None:
        return False
    rows = packaged().exemptions_for(line.waste_code)
    return any(
        row.sequence == line.exemption
        and any(word in row.stage for word in ("利用", "处置", "全部环节"))
        for row in rows
    )


def _raise(
    rule: Rule, transfer: Transfer, org: str, code: str, zh: str, en: str, **facts: str
) -> Raised:
    return Raised(
        rule,
        f"{rule.name}:{transfer.manifest}:{code}",
        transfer.manifest,
        org,
        zh,
        en,
        {"waste_code": code, "receiver": transfer.receiver, **facts},
    )
