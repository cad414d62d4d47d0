"""Driver and escort must be qualified with their carrier on that day (art. 13: do not load)."""

from collections.abc import Mapping

from waste_trace.compliance.rule import Raised, Rule, Severity
from waste_trace.compliance.transfer.facts import (
    DRIVERS,
    ESCORTS,
    Crew,
    QualificationFact,
    Registers,
    Transfer,
)

DRIVER_UNQUALIFIED = Rule(
    "driver_unqualified",
    "驾驶员无有效从业资格",
    "Driver is not qualified",
    "危险废物转移管理办法 art. 13; JT/T 617 (驾驶员从业资格)",
    "P",
    Severity.SERIOUS,
)
ESCORT_UNQUALIFIED = Rule(
    "escort_unqualified",
    "押运员无有效从业资格",
    "Escort is not qualified",
    "危险废物转移管理办法 art. 13; JT/T 617 (押运员从业资格)",
    "M",
    Severity.SERIOUS,
)
_RULES: Mapping[str, Rule] = {DRIVERS: DRIVER_UNQUALIFIED, ESCORTS: ESCORT_UNQUALIFIED}
_ZH: Mapping[str, str] = {DRIVERS: "驾驶员", ESCORTS: "押运员"}
_EN: Mapping[str, str] = {DRIVERS: "driver", ESCORTS: "escort"}


def crew_qualified(transfer: Transfer, registers: Registers) -> list[Raised]:
    """A finding for each of them who is unnamed, unknown, out of term or another carrier's."""
    if not transfer.hazardous:
        return []
    return [
        _raise(transfer, one, *problem)
        for one in transfer.crew
        if one.kind in registers.kept and (problem := _problem(transfer, registers, one))
    ]


def _problem(transfer: Transfer, registers: Registers, one: Crew) -> tuple[str, str] | None:
    zh, en = _ZH[one.kind], _EN[one.kind]
    if not one.person:
        return f"承运单位 {one.org} 未填写{zh}。", f"Carrier {one.org} names no {en}."
    known = [
        fact
        for fact in registers.qualifications
        if (fact.kind, fact.subject) == (one.kind, one.person)
    ]
    own = [fact for fact in known if fact.org == one.org]
    if any(fact.valid.holds(transfer.day) for fact in own):
        return None
    if own:
        return _outside(transfer, one, own)
    if known:
        orgs = "、".join(sorted({fact.org for fact in known}))
        return (
            f"{zh} {one.person} 的从业资格登记在 {orgs}，不在承运单位 {one.org}。",
            f"The {en} {one.person} is qualified with {orgs}, not with carrier {one.org}.",
        )
    return (
        f"{zh} {one.person} 未登记从业资格。",
        f"No qualification of the {en} {one.person} is registered.",
    )


def _outside(transfer: Transfer, one: Crew, own: list[QualificationFact]) -> tuple[str, str]:
    terms = [f"{fact.valid.first}/{fact.valid.last}" for fact in own]
    zh, en = "、".join(terms), ", ".join(terms)
    return (
        f"{_ZH[one.kind]} {one.person} 的从业资格有效期为 {zh}，转移日为 {transfer.day}。",
        f"The {_EN[one.kind]} {one.person} is qualified {en}; the transfer is on {transfer.day}.",
    )


def _raise(transfer: Transfer, one: Crew, zh: str, en: str) -> Raised:
    rule = _RULES[one.kind]
    return Raised(
        rule,
        f"{rule.name}:{transfer.manifest}:{one.org}:{one.person}",
        transfer.manifest,
        one.org,
        zh,
        en,
        {"carrier": one.org, "person": one.person},
    )
