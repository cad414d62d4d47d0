"""All checks of a transfer, as one list."""

from waste_trace.compliance.rule import Raised
from waste_trace.compliance.transfer.carrier import CARRIER_UNQUALIFIED, carrier_qualified
from waste_trace.compliance.transfer.contract import NO_CONTRACT, under_contract
from waste_trace.compliance.transfer.crew import (
    DRIVER_UNQUALIFIED,
    ESCORT_UNQUALIFIED,
    crew_qualified,
)
from waste_trace.compliance.transfer.facts import Registers, Transfer
from waste_trace.compliance.transfer.form import WRONG_FORM, right_form
from waste_trace.compliance.transfer.label import (
    LABEL_DIFFERS,
    SEVERAL_SENDERS,
    labels_agree,
    one_sender,
)
from waste_trace.compliance.transfer.plan import PLAN_NOT_COVERING, QUANTITY_OVER_PLAN, plan_covers
from waste_trace.compliance.transfer.province import (
    NO_TRANSFER_APPROVAL,
    QUANTITY_OVER_APPROVAL,
    province_approved,
)
from waste_trace.compliance.transfer.receiver import (
    CLOSED_RECEIVER,
    EXPIRED_PERMIT,
    QUANTITY_OVER_PERMIT,
    UNLICENSED_RECEIVER,
    receiver_licensed,
)

TRANSFER_RULES = (
    PLAN_NOT_COVERING,
    QUANTITY_OVER_PLAN,
    UNLICENSED_RECEIVER,
    EXPIRED_PERMIT,
    CLOSED_RECEIVER,
    QUANTITY_OVER_PERMIT,
    CARRIER_UNQUALIFIED,
    DRIVER_UNQUALIFIED,
    ESCORT_UNQUALIFIED,
    NO_CONTRACT,
    LABEL_DIFFERS,
    SEVERAL_SENDERS,
    WRONG_FORM,
    NO_TRANSFER_APPROVAL,
    QUANTITY_OVER_APPROVAL,
)


def check_transfer(transfer: Transfer, registers: Registers) -> list[Raised]:
    """Everything that speaks against moving it, in the order of the rules."""
    return [
        *plan_covers(transfer, registers),
        *receiver_licensed(transfer, registers),
        *carrier_qualified(transfer, registers),
        *crew_qualified(transfer, registers),
        *under_contract(transfer, registers),
        *labels_agree(transfer),
        *one_sender(transfer),
        *right_form(transfer),
        *province_approved(transfer, registers),
    ]
