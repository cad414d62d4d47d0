"""Every rule by its name: what a finding's ``rule`` refers to."""

from collections.abc import Mapping

from waste_trace.compliance.copied_label import COPIED_LABEL
from waste_trace.compliance.custody_gap import CUSTODY_GAP, UNKNOWN_CONTAINER
from waste_trace.compliance.device_fork import DEVICE_FORK
from waste_trace.compliance.filing_deadlines import LATE_FILING
from waste_trace.compliance.finding_life import FINDING_OVERDUE
from waste_trace.compliance.forecast_deviation import FORECAST_DEVIATION
from waste_trace.compliance.frame_verdict import CAMERA_IMPAIRED, STOCK_MISMATCH
from waste_trace.compliance.genealogy import GENEALOGY_CYCLE, OVERDRAWN
from waste_trace.compliance.hand_over import HAND_OVER_DIFFERS, HAND_OVER_UNANSWERED
from waste_trace.compliance.impossible_travel import IMPOSSIBLE_TRAVEL
from waste_trace.compliance.incompatible import INCOMPATIBLE_NEIGHBOURS
from waste_trace.compliance.manifest_deadlines import (
    LATE_BACK_ENTRY,
    LATE_CONFIRMATION,
    OPEN_MANIFEST,
)
from waste_trace.compliance.manifest_order import ORDER_RULES
from waste_trace.compliance.mass_balance import MASS_BALANCE_GAP
from waste_trace.compliance.packing_difference import PACKING_DIFFERENCE
from waste_trace.compliance.proven_time import OTHER_HISTORY, TIME_OUTSIDE_PROOF
from waste_trace.compliance.province_deadlines import PROVINCE_RULES
from waste_trace.compliance.record_quality import DEVICE_GAP, FORGED_LABEL, LATE_EVENT
from waste_trace.compliance.reweighed import REWEIGHED
from waste_trace.compliance.route_deviation import ROUTE_DEVIATION, TIME_DEVIATION
from waste_trace.compliance.rule import Rule
from waste_trace.compliance.silence import (
    CAMERA_BLINDED,
    CAMERA_SILENT,
    NO_COLLECTION,
    SILENT_DEVICE,
)
from waste_trace.compliance.stock_difference import STOCK_DIFFERENCE
from waste_trace.compliance.storage_amount import CAPACITY, STORAGE_AMOUNT
from waste_trace.compliance.storage_time import (
    MEDICAL_STORAGE,
    PRODUCER_STORAGE_TIME,
    STORAGE_TIME,
)
from waste_trace.compliance.transfer.check import TRANSFER_RULES
from waste_trace.compliance.unlabelled import UNLABELLED_CONTAINER
from waste_trace.compliance.weight_bias import WEIGHT_BIAS
from waste_trace.compliance.weight_difference import WEIGHT_DIFFERENCE

RULES: Mapping[str, Rule] = {
    rule.name: rule
    for rule in (
        CAMERA_BLINDED,
        CAMERA_IMPAIRED,
        CAMERA_SILENT,
        CAPACITY,
        COPIED_LABEL,
        CUSTODY_GAP,
        DEVICE_FORK,
        DEVICE_GAP,
        FINDING_OVERDUE,
        FORECAST_DEVIATION,
        FORGED_LABEL,
        GENEALOGY_CYCLE,
        HAND_OVER_DIFFERS,
        HAND_OVER_UNANSWERED,
        IMPOSSIBLE_TRAVEL,
        INCOMPATIBLE_NEIGHBOURS,
        LATE_BACK_ENTRY,
        LATE_CONFIRMATION,
        LATE_EVENT,
        MASS_BALANCE_GAP,
        LATE_FILING,
        MEDICAL_STORAGE,
        NO_COLLECTION,
        OPEN_MANIFEST,
        OTHER_HISTORY,
        OVERDRAWN,
        PACKING_DIFFERENCE,
        PRODUCER_STORAGE_TIME,
        REWEIGHED,
        ROUTE_DEVIATION,
        SILENT_DEVICE,
        STOCK_DIFFERENCE,
        STOCK_MISMATCH,
        STORAGE_AMOUNT,
        STORAGE_TIME,
        TIME_DEVIATION,
        TIME_OUTSIDE_PROOF,
        UNKNOWN_CONTAINER,
        UNLABELLED_CONTAINER,
        WEIGHT_BIAS,
        WEIGHT_DIFFERENCE,
        *ORDER_RULES,
        *PROVINCE_RULES,
        *TRANSFER_RULES,
    )
}
