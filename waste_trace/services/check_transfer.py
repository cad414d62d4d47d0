"""The checks of a transfer before it is recorded, where the settings say that they refuse."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from waste_trace.compliance.transfer.check import check_transfer
from waste_trace.custody.errors import CustodyError
from waste_trace.custody.fold import Touch
from waste_trace.custody.manifest import fold_manifest
from waste_trace.services.deployment import Deployment
from waste_trace.store.projector.histories import Histories
from waste_trace.store.projector.transfer_facts import (
    read_registers,
    registers_kept,
    transfer_of,
)

_AT = ("open_manifest", "load")
#: After everything that is in the ledger.
_NOT_LOGGED = 2**53 - 1


class TransferRefused(CustodyError):
    """A check of the transfer fails, and the bureau has set that it refuses."""

    code: ClassVar[str] = "transfer-refused"
    default_do_zh = "请先补齐计划、许可、资质或合同；若登记有误，请联系监管部门。"
    default_do_en = "Put plan, licence, qualification or contract right first, or ask the bureau."


def require_transfer(
    deployment: Deployment, typ: str, org: str, body: Mapping[str, object], claimed_at: datetime
) -> None:
    """Refuse to open or load a manifest against a check of ``transfer_refusals``.

    Raises:
        TransferRefused: with every check that fails.
    """
    if typ not in _AT:
        return
    refusing = {name.strip() for name in deployment.settings.transfer_refusals.split(",")}
    if refusing == {""}:
        return
    number = str(body["manifest"])
    touch = Touch(_NOT_LOGGED, typ, "subject", claimed_at, org, "", body)
    with deployment.engine.connect() as connection:
        histories = Histories(connection)
        present = fold_manifest([*histories.manifest(number), touch])
        transfer = transfer_of(connection, number, present, histories)
        if transfer is None:
            return
        registers = read_registers(connection, transfer, registers_kept(connection))
    raised = [one for one in check_transfer(transfer, registers) if one.rule.name in refusing]
    if raised:
        raise TransferRefused(
            "".join(one.zh for one in raised),
            " ".join(one.en for one in raised),
            checks=[one.rule.name for one in raised],
        )
