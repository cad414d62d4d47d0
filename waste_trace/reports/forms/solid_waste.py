"""一般工业固体废物台账 附表1 to 3, which every producer keeps (公告2021年第82号, 必填).

The columns are recalled, not read: every table says 未核实 until somebody compares them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from waste_trace.reports.cells import tonnes
from waste_trace.reports.form import (
    Column,
    Form,
    Kind,
    Source,
    Title,
    Words,
    column,
    tabulate,
)
from waste_trace.reports.forms.filing import Filing

STANDARD = "一般工业固体废物管理台账制定指南（试行），公告2021年第82号"


def title_of(number: int, zh: str, en: str) -> Title:
    """The title of one of the tables."""
    return Title(
        f"solid-{number}",
        Words(f"附表{number} 一般工业固体废物{zh}", f"Table {number} General solid waste: {en}"),
        Source(STANDARD, f"附表{number}", "M"),
    )


LISTED = title_of(1, "产生清单", "what is produced")
FLOWS = title_of(2, "流向汇总表", "where it went")
OUTGOING = title_of(3, "出厂环节记录表", "leaving the site")


@dataclass(frozen=True, slots=True)
class SolidWaste:
    """A general industrial solid waste: code of the list of 2024, name, class (SWnn)."""

    code: str
    name: str
    category: str


@dataclass(frozen=True, slots=True)
class Listed:
    """What a site produces (附表1)."""

    waste: SolidWaste
    step: str
    form: str
    components: str
    pollution: str
    produced_kg: Decimal
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """Where a waste went in the period (附表2)."""

    waste: SolidWaste
    produced_kg: Decimal
    stored_kg: Decimal
    stock_kg: Decimal
    own_use: str
    own_use_kg: Decimal
    others_use: str
    others_use_kg: Decimal
    own_disposal_kg: Decimal
    others_disposal_kg: Decimal
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A load that left the site (附表3); ``reach`` is 省内, 跨省 or 越境."""

    waste: SolidWaste
    left_at: datetime
    weight_kg: Decimal
    handler: str
    carrier: str
    vehicle: str
    way: str
    receiver: str
    reach: str
    entries: tuple[int, ...]


_LISTED: tuple[Column[Listed], ...] = (
    column("code", "代码", "Code", lambda one: one.waste.code, width=6.4),
    column("name", "名称", "Name", lambda one: one.waste.name, width=9),
    column("category", "类别", "Class", lambda one: one.waste.category, width=3.6),
    column("step", "产生环节", "Where it arises", lambda one: one.step, width=8),
    column("form", "物理性状", "State", lambda one: one.form, width=5),
    column("components", "主要成分", "Components", lambda one: one.components, width=9),
    column("pollution", "污染特性", "Pollution", lambda one: one.pollution, width=8),
    column("produced", "产废系数/年产生量", "Yearly quantity",
           lambda one: tonnes(one.produced_kg), Kind.TONNES, width=7, total=True),
)  # fmt: skip
_USE, _OTHERS_USE = Words("自行利用", "Used on site"), Words("委托利用", "Used by others")
_FLOWS: tuple[Column[Flow], ...] = (
    column("code", "代码", "Code", lambda one: one.waste.code, width=6.4),
    column("name", "名称", "Name", lambda one: one.waste.name, width=8),
    column("category", "类别", "Class", lambda one: one.waste.category, width=3.6),
    column("produced", "产生量", "Produced", lambda one: tonnes(one.produced_kg), Kind.TONNES,
           total=True),
    column("stored", "贮存量", "Stored", lambda one: tonnes(one.stored_kg), Kind.TONNES,
           total=True),
    column("stock", "累计贮存量", "In store", lambda one: tonnes(one.stock_kg), Kind.TONNES,
           total=True),
    column("own_use", "方式", "Method", lambda one: one.own_use, group=_USE),
    column("own_use_quantity", "数量", "Quantity", lambda one: tonnes(one.own_use_kg), Kind.TONNES,
           group=_USE, total=True),
    column("others_use", "方式", "Method", lambda one: one.others_use, group=_OTHERS_USE),
    column("others_use_quantity", "数量", "Quantity", lambda one: tonnes(one.others_use_kg),
           Kind.TONNES, group=_OTHERS_USE, total=True),
    column("own_disposal", "自行处置", "Disposed of on site",
           lambda one: tonnes(one.own_disposal_kg), Kind.TONNES, total=True),
    column("others_disposal", "委托处置", "Disposed of by others",
           lambda one: tonnes(one.others_disposal_kg), Kind.TONNES, total=True),
)  # fmt: skip
_OUTGOING: tuple[Column[Outgoing], ...] = (
    column("code", "代码", "Code", lambda one: one.waste.code, width=6.4),
    column("name", "名称", "Name", lambda one: one.waste.name, width=8),
    column("category", "类别", "Class", lambda one: one.waste.category, width=3.6),
    column("left_at", "出厂时间", "Left at", lambda one: one.left_at, Kind.TIME),
    column("tonnes", "出厂数量", "Quantity", lambda one: tonnes(one.weight_kg), Kind.TONNES,
           total=True),
    column("handler", "出厂环节经办人", "Handler", lambda one: one.handler, width=5),
    column("carrier", "运输单位", "Carrier", lambda one: one.carrier, width=8),
    column("vehicle", "运输信息", "Vehicle", lambda one: one.vehicle, width=6),
    column("way", "运输方式", "Way", lambda one: one.way, width=4),
    column("receiver", "接收单位", "Receiver", lambda one: one.receiver, width=8),
    column("reach", "流向类型", "Reach", lambda one: one.reach, width=4),
)  # fmt: skip


def listed_form(facts: Sequence[Listed], filing: Filing) -> Form:
    """Fill 附表1."""
    rows = sorted(facts, key=lambda one: one.waste.code)
    return filing.form(LISTED, tabulate(_LISTED, rows, lambda one: one.entries))


def flows_form(facts: Sequence[Flow], filing: Filing) -> Form:
    """Fill 附表2."""
    rows = sorted(facts, key=lambda one: one.waste.code)
    return filing.form(FLOWS, tabulate(_FLOWS, rows, lambda one: one.entries))


def outgoing_form(facts: Sequence[Outgoing], filing: Filing) -> Form:
    """Fill 附表3."""
    rows = sorted(facts, key=lambda one: (one.left_at, one.waste.code))
    return filing.form(OUTGOING, tabulate(_OUTGOING, rows, lambda one: one.entries))
