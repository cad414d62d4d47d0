"""表B.5 危险废物委外利用/处置记录表 (HJ 1259-2022 App. B): what left the site, and to whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from waste_trace.reports.cells import tonnes
from waste_trace.reports.form import Column, Form, Kind, Source, Title, Words, column, tabulate
from waste_trace.reports.forms.filing import Filing
from waste_trace.reports.forms.waste import STANDARD, Packing, Waste, container_list, waste_columns

TITLE = Title(
    "hj1259-b5",
    Words("表B.5 危险废物委外利用/处置记录表", "Table B.5 Used or disposed of by others"),
    Source(STANDARD, "App. B, Table B.5", "P"),
)
_LICENSED = Words("危险废物经营许可证持有单位", "Holder of an operating licence")
_EXEMPT = Words("危险废物利用处置环节豁免管理单位", "Exempt unit")
_ABROAD = Words("中华人民共和国境外的危险废物利用处置单位", "Unit abroad")


class ReceiverKind(StrEnum):
    """接收单位类型; the value is what the form prints."""

    LICENSED = "许可证持有单位"
    EXEMPT = "豁免管理单位"
    ABROAD = "境外单位"


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who took the waste; ``permit`` is 许可证编码 or 出口核准通知单编号, "" where not recorded."""

    kind: ReceiverKind
    name: str
    permit: str = ""


@dataclass(frozen=True, slots=True)
class Contracted:
    """A batch that left for use or disposal elsewhere (出厂)."""

    batch: str
    left_at: datetime
    waste: Waste
    weight_kg: Decimal
    packing: Packing
    method: str
    receiver: Receiver
    before: tuple[str, ...]
    entries: tuple[int, ...]


def _if_kind(kind: ReceiverKind, receiver: Receiver, text: str) -> str:
    return text if receiver.kind is kind else ""


_COLUMNS: tuple[Column[Contracted], ...] = (
    column("batch", "委外利用/处置批次编码", "Batch", lambda fact: fact.batch, width=11.2),
    column("left_at", "出厂时间", "Left at", lambda fact: fact.left_at, Kind.TIME, width=6),
    *waste_columns(Contracted)[:5],
    column("tonnes", "委外利用/处置量", "Quantity", lambda fact: tonnes(fact.weight_kg),
           Kind.TONNES, width=6, total=True),
    *waste_columns(Contracted)[5:],
    column("method", "利用/处置方式", "Method", lambda fact: fact.method, width=5),
    column("receiver_kind", "接收单位类型", "Kind of receiver",
           lambda fact: fact.receiver.kind.value, width=4),
    column("licensed_name", "单位名称", "Name", group=_LICENSED, width=6,
           value=lambda fact: _if_kind(ReceiverKind.LICENSED, fact.receiver, fact.receiver.name)),
    column("licence", "许可证编码", "Licence", group=_LICENSED, width=5,
           value=lambda fact: _if_kind(ReceiverKind.LICENSED, fact.receiver, fact.receiver.permit)),
    column("exempt_name", "单位名称", "Name", group=_EXEMPT, width=5,
           value=lambda fact: _if_kind(ReceiverKind.EXEMPT, fact.receiver, fact.receiver.name)),
    column("abroad_name", "单位名称", "Name", group=_ABROAD, width=5,
           value=lambda fact: _if_kind(ReceiverKind.ABROAD, fact.receiver, fact.receiver.name)),
    column("export_approval", "出口核准通知单编号", "Export approval", group=_ABROAD, width=5,
           value=lambda fact: _if_kind(ReceiverKind.ABROAD, fact.receiver, fact.receiver.permit)),
    column("before", "产生批次编码/出库批次编码", "Produced or stored out as",
           lambda fact: fact.before, width=10),
)  # fmt: skip


def contracted_form(facts: Sequence[Contracted], filing: Filing) -> Form:
    """Fill Table B.5."""
    rows = tuple(sorted(facts, key=lambda fact: (fact.left_at, fact.batch)))
    table = tabulate(_COLUMNS, rows, lambda fact: fact.entries)
    return filing.form(TITLE, table, *container_list(rows))
