"""The carrier and its vehicle must be qualified on that day (art. 13: else do not load)."""

from waste_trace.compliance.rule import Raised, Rule, Severity
from waste_trace.compliance.transfer.facts import CARRIERS, VEHICLES, Registers, Transfer

CARRIER_UNQUALIFIED = Rule(
    "carrier_unqualified",
    "承运单位或车辆无有效资质",
    "Carrier or vehicle is not qualified",
    "危险废物转移管理办法 art. 10, 13; JT/T 617",
    "P",
    Severity.SERIOUS,
)


def carrier_qualified(transfer: Transfer, registers: Registers) -> list[Raised]:
    """A finding for each carrier and each vehicle without a valid qualification."""
    if not transfer.hazardous:
        return []
    raised = []
    if CARRIERS in registers.kept:
        raised += [
            _raise(transfer, org, "", f"承运单位 {org} 无有效的道路运输许可。",
                   f"Carrier {org} has no valid transport licence.")
            for org in transfer.carriers
            if not _holds(transfer, registers, CARRIERS, org, "")
        ]  # fmt: skip
    if VEHICLES in registers.kept:
        raised += [
            _raise(transfer, transfer.carriers[0], plate, f"车辆 {plate} 未登记有效资质。",
                   f"Vehicle {plate} has no valid qualification.")
            for plate in transfer.plates
            if transfer.carriers and not _holds(transfer, registers, VEHICLES, "", plate)
        ]  # fmt: skip
    return raised


def _holds(transfer: Transfer, registers: Registers, kind: str, org: str, subject: str) -> bool:
    return any(
        one.kind == kind
        and one.valid.holds(transfer.day)
        and org in ("", one.org)
        and subject in ("", one.subject)
        for one in registers.qualifications
    )


def _raise(transfer: Transfer, org: str, plate: str, zh: str, en: str) -> Raised:
    return Raised(
        CARRIER_UNQUALIFIED,
        f"{CARRIER_UNQUALIFIED.name}:{transfer.manifest}:{plate or org}",
        transfer.manifest,
        org,
        zh,
        en,
        {"carrier": org, "vehicle_plate": plate},
    )
