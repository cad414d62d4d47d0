"""Every rule by its name: what a finding's ``rule`` refers to."""

from collections.abc import Mapping

from waste_trace.compliance.copied_label import COPIED_LABEL
from waste_trace.compliance.custody_gap import CUSTODY_GAP, UNKNOWN_CONTAINER
from waste_trace.compliance.frame_verdict import CAMERA_IMPAIRED, STOCK_MISMATCH
from waste_trace.compliance.impossible_travel import IMPOSSIBLE_TRAVEL
from waste_trace.compliance.mass_balance import MASS_BALANCE_GAP
from waste_trace.compliance.packing_difference import PACKING_DIFFERENCE
from waste_trace.compliance.proven_time import OTHER_HISTORY, TIME_OUTSIDE_PROOF
from waste_trace.compliance.record_quality import DEVICE_GAP, FORGED_LABEL, LATE_EVENT
from waste_trace.compliance.rule import Rule
from waste_trace.compliance.weight_difference import WEIGHT_DIFFERENCE

RULES: Mapping[str, Rule] = {
    rule.name: rule
    for rule in (
        CAMERA_IMPAIRED,
        COPIED_LABEL,
        CUSTODY_GAP,
        DEVICE_GAP,
        FORGED_LABEL,
        IMPOSSIBLE_TRAVEL,
        LATE_EVENT,
        MASS_BALANCE_GAP,
        OTHER_HISTORY,
        PACKING_DIFFERENCE,
        STOCK_MISMATCH,
        TIME_OUTSIDE_PROOF,
        UNKNOWN_CONTAINER,
        WEIGHT_DIFFERENCE,
    )
}
