"""What was found of what was planted, and what was found where nothing was planted."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.simulate.ground import About, DeviceOf, Planted
from api.simulate.plan import Deed, Shipment

#: Which rules mean which fault.
MEANT: Mapping[str, frozenset[str]] = {
    kind: frozenset(rules)
    for kind, rules in {
        "skimmed_weight": ("weight_bias",),
        "weight_fraud": ("weight_difference",),
        "over_three_tonnes": ("storage_amount",),
        "copied_label": ("copied_label",),
        "missing_scan": ("custody_gap",),
        "late_confirmation": ("late_confirmation",),
        "open_manifest": ("open_manifest",),
        "late_sync": ("late_event",),
        "impossible_travel": ("impossible_travel",),
        "forged_label": ("forged_label",),
        "backdated_event": ("time_outside_proof",),
        "dropped_event": ("device_gap",),
        "silent_device": ("silent_device",),
        "stored_too_long": ("storage_time", "producer_storage_time"),
        "incompatible_neighbours": ("incompatible_neighbours",),
        "not_collected": ("no_collection",),
        "merge_difference": ("packing_difference",),
        "vanished_kilograms": ("reweighed",),
        "unlicensed_receiver": ("unlicensed_receiver",),
        "over_licence": ("quantity_over_permit",),
        "expired_licence": ("expired_permit",),
        "no_contract": ("no_contract",),
        "over_plan": ("quantity_over_plan",),
        "unqualified_driver": ("driver_unqualified",),
        "off_route": ("route_deviation",),
        "camera_off": ("camera_silent",),
        "medical_too_long": ("medical_storage",),
        "from_nowhere": ("mass_balance_gap", "custody_gap"),
    }.items()
}


@dataclass
class Score:
    """Counts by kind; ``false`` by rule, of findings that stand open and that nothing explains."""

    planted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    false: Counter[str] = field(default_factory=Counter)

    def as_value(self) -> dict[str, dict[str, int]]:
        """JSON-ready; a kind of which nothing was found stands there with 0."""
        return {
            "planted": dict(sorted(self.planted.items())),
            "found": {kind: self.found[kind] for kind in sorted(self.planted)},
            "false": dict(sorted(self.false.items())),
        }


def score(
    planted: Sequence[Planted], findings: Iterable[Mapping[str, Any]], ids: Mapping[str, str]
) -> Score:
    """Compare.

    Args:
        findings: rows of the findings table. ids: what the ledger calls each device of the plan.
    """
    rows = list(findings)
    raised = {(str(row["rule"]), str(row["subject"])) for row in rows}
    result = Score()
    explained: set[str] = set()
    meant: set[tuple[str, str]] = set()
    for fault in planted:
        about = {subject for one in fault.about for subject in _subjects(one, ids)}
        if fault.alone:
            meant |= {(rule, subject) for rule in MEANT[fault.kind] for subject in about}
        else:
            explained |= about
        explained |= {subject for one in fault.touched for subject in _subjects(one, ids)}
        result.planted[fault.kind] += 1
        if any((rule, subject) in raised for rule in MEANT[fault.kind] for subject in about):
            result.found[fault.kind] += 1
    # That nobody has answered a finding is no finding of its own here.
    overdue = {
        f"finding:{row['key']}"
        for row in rows
        if row["subject"] in explained or (row["rule"], row["subject"]) in meant
    }
    for row in rows:
        rule, subject = str(row["rule"]), str(row["subject"])
        known = subject in explained or subject in overdue or (rule, subject) in meant
        if row["cleared_idx"] is None and not known:
            result.false[rule] += 1
    return result


def _subjects(about: About, ids: Mapping[str, str]) -> set[str]:
    """What findings call it; a manifest also by its containers and events."""
    if isinstance(about, Deed):
        return {f"#{about.index}", *about.body.get("containers", ())}
    if isinstance(about, Shipment):
        events = {f"#{deed.index}" for deed in about.deeds.values() if deed.index is not None}
        return {about.number, *about.codes, *events}
    if isinstance(about, DeviceOf):
        return {ids[about.name]}
    return {about}
