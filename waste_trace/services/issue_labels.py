"""Issue signed container codes: numbered and written into the ledger in one transaction.

The number comes from the ledger's own table inside the sequencer's transaction, so that codes have
no gaps and no doubles however many ask at once (HJ 1276-2022: 001 to 999 a unit, code and day).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from sqlalchemy import Connection, func, select

from waste_trace.codes import digital_id, uscc, waste_code
from waste_trace.codes.label_token import LabelToken, sign
from waste_trace.codes.signature import key_id
from waste_trace.custody.vocabulary import parse_body
from waste_trace.errors import WasteTraceError
from waste_trace.services.deployment import Deployment
from waste_trace.services.trace_container import UnknownContainer
from waste_trace.store.sequencer import Draft, Recorded
from waste_trace.store.tables import Container
from waste_trace.store.writing import table_of


class CodesUsedUp(WasteTraceError):
    """The 999 codes of a unit, waste code and day are used up."""

    code: ClassVar[str] = "codes-used-up"
    default_do_zh = "请改用次日日期赋码，或合并装入较大容器。"
    default_do_en = "Issue under the next day's date, or use larger containers."


@dataclass(frozen=True, slots=True)
class Issued:
    """Signed labels and the event that issued them."""

    tokens: tuple[LabelToken, ...]
    recorded: Recorded


def issue_labels(
    deployment: Deployment,
    unit: str,
    waste: str,
    day: date,
    count: int = 1,
    *,
    asked_by: str = "",
) -> Issued:
    """Issue ``count`` codes (1 to 200) of a unit (产生或收集单位), waste code and day.

    Args:
        asked_by: the organisation that asks, where a platform asks for a producer's waste.

    Raises:
        InvalidCode: of unit or waste code. CodesUsedUp: fewer than ``count`` numbers are left.
    """
    parsed_unit, parsed_waste = uscc.parse(unit), waste_code.parse(waste)
    issued: list[digital_id.DigitalId] = []

    def build(connection: Connection) -> Sequence[Draft]:
        issued.clear()  # a batch that is tried again starts anew
        draft, codes = draft_issue(
            deployment, connection, parsed_unit, parsed_waste, day, count, asked_by
        )
        issued.extend(codes)
        return [draft]

    recorded = deployment.sequencer.compose("issuer", build)[0]
    return Issued(tuple(sign_label(deployment, code, 0) for code in issued), recorded)


def draft_issue(
    deployment: Deployment,
    connection: Connection,
    unit: uscc.Uscc,
    waste: waste_code.WasteCode,
    day: date,
    count: int,
    asked_by: str = "",
) -> tuple[Draft, list[digital_id.DigitalId]]:
    """The next ``count`` codes, and the event that gives them out; in the writer's transaction.

    Raises:
        CodesUsedUp: fewer than ``count`` numbers are left.
    """
    prefix = str(digital_id.build(unit, waste, day, 1))[:-3]
    last = _last_number(connection, prefix)
    left = digital_id.MAX_SEQUENCE - last
    if count > left:
        raise CodesUsedUp(
            f"{day:%Y-%m-%d} 该单位该代码的 999 个顺序号只剩 {left} 个。",
            f"Only {left} of the 999 numbers of {day:%Y-%m-%d} are left.",
            left=left,
        )
    codes = [
        digital_id.build(unit, waste, day, number) for number in range(last + 1, last + count + 1)
    ]
    body: dict[str, object] = {
        "containers": [str(code) for code in codes],
        "org": str(unit),
        "key_id": key_id(deployment.service_key("issuer").public_key),
        "rotation": 0,
    }
    return Draft("issue", body, org=asked_by or str(unit)), codes


def reissue_label(deployment: Deployment, code: str, reason: str, asked_by: str) -> Issued:
    """A new label for a container (补发): the next rotation; earlier ones no longer count.

    Args:
        reason: "lost", "damaged" or "copied".

    Raises:
        UnknownContainer: the code was not issued here. MalformedBody: another reason.
    """
    parsed = digital_id.parse(code)
    rotation: list[int] = []

    def build(connection: Connection) -> Sequence[Draft]:
        rotation.clear()
        table = table_of(Container)
        row = connection.execute(
            select(table.c.rotation, table.c.unit).where(table.c.container == code, table.c.issued)
        ).first()
        if row is None:
            raise UnknownContainer(f"容器 {code} 未赋码。", f"{code} was not issued.", code=code)
        rotation.append(row.rotation + 1)
        body: dict[str, object] = {
            "containers": [code],
            "org": row.unit,
            "key_id": key_id(deployment.service_key("issuer").public_key),
            "rotation": rotation[0],
            "reason": reason,
        }
        parse_body("reissue", body)
        return [Draft("reissue", body, org=asked_by)]

    recorded = deployment.sequencer.compose("issuer", build)[0]
    return Issued((sign_label(deployment, parsed, rotation[0]),), recorded)


def sign_label(deployment: Deployment, code: digital_id.DigitalId, rotation: int) -> LabelToken:
    """The signed text of a label; the same code and rotation give the same text."""
    issuer = deployment.service_key("issuer")
    return sign(code, rotation, issuer, deployment.settings.label_host)


def _last_number(connection: Connection, prefix: str) -> int:
    table = table_of(Container)
    # Only what was issued counts: a device that reports a code nobody issued must not use it up.
    greatest = connection.execute(
        select(func.max(table.c.container)).where(
            table.c.issued, table.c.container.between(f"{prefix}000", f"{prefix}999")
        )
    ).scalar()
    return int(str(greatest)[-3:]) if greatest else 0
