"""危险废物管理计划 A.1 to A.7 (HJ 1259-2022 App. A): one document of up to seven tables.

Which tables a site files follows from its management class (App. A; 5.2): 重点 all, 简化 without
A.2 and A.5, 登记 only A.1, A.3 and A.7.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from waste_trace.reports.cells import tonnes
from waste_trace.reports.form import (
    Column,
    Form,
    Kind,
    Source,
    Table,
    Title,
    Words,
    column,
    tabulate,
)
from waste_trace.reports.forms.filing import Filing
from waste_trace.reports.forms.waste import NAME, STANDARD, Waste

TITLE = Title(
    "hj1259-a",
    Words("危险废物管理计划", "Hazardous waste management plan"),
    Source(STANDARD, "App. A, Tables A.1 to A.7", "P"),
)


class ManagementClass(StrEnum):
    """管理类别 (HJ 1259-2022 4.2)."""

    KEY = "环境重点监管单位"
    SIMPLIFIED = "简化管理单位"
    REGISTERED = "登记管理单位"


TABLES: Mapping[ManagementClass, tuple[int, ...]] = {
    ManagementClass.KEY: (1, 2, 3, 4, 5, 6, 7),
    ManagementClass.SIMPLIFIED: (1, 3, 4, 6, 7),
    ManagementClass.REGISTERED: (1, 3, 7),
}


_KEY_KG, _SIMPLIFIED_KG = Decimal(100_000), Decimal(10_000)


def management_class(yearly_kg: Decimal, *, treats: bool) -> ManagementClass:
    """The class that a site belongs to, unless the city's bureau has said another (4.2).

    Args:
        yearly_kg: the yearly amount of hazardous waste. treats: whether the site uses or disposes
            of hazardous waste itself, or holds an operating licence.
    """
    if treats or yearly_kg >= _KEY_KG:
        return ManagementClass.KEY
    return ManagementClass.SIMPLIFIED if yearly_kg >= _SIMPLIFIED_KG else ManagementClass.REGISTERED


@dataclass(frozen=True, slots=True)
class Facility:
    """A line of A.2: the facility in its unit and process, and what goes in and out."""

    unit: str
    process: str
    name: str
    code: str
    parameters: str
    capacity: str
    products: str
    materials: str
    pollution_control: str


@dataclass(frozen=True, slots=True)
class PlannedWaste:
    """A waste in A.3; quantities for the plan's year."""

    waste: Waste
    facility: str
    step: str
    harmful: str
    form: str
    hazards: str
    produced_kg: Decimal
    own_facility: str
    own_capacity: str
    store: str


@dataclass(frozen=True, slots=True)
class PlannedReduction:
    """What is hoped for in A.6, for all wastes together."""

    produced_kg: Decimal
    reduced_kg: Decimal


@dataclass(frozen=True, slots=True)
class PlannedStore:
    """What is to stand in a store (A.4); ``waste`` where the plan names it."""

    waste: Waste | None
    store: str
    store_kind: str
    packing: str
    stock_kg: Decimal


@dataclass(frozen=True, slots=True)
class PlannedTreatment:
    """Use or disposal on site (A.5); ``waste`` where the plan names it."""

    waste: Waste | None
    facility_kind: str
    facility: str
    method: str
    weight_kg: Decimal


@dataclass(frozen=True, slots=True)
class PlannedTransfer:
    """A transfer (A.7); ``reach`` is 省内, 跨省 or 境外."""

    waste: Waste
    reach: str
    weight_kg: Decimal
    method: str
    receiver_kind: str
    receiver: str
    licence: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A management plan of a year.

    Attributes:
        about: the captioned values of A.1, in the order of the form.
        measures: 减量化计划和措施 in words, below A.6.
        drafted: filled from what was recorded, not by the unit: a form to go on from.
    """

    management_class: ManagementClass
    about: tuple[tuple[str, str], ...]
    facilities: tuple[Facility, ...]
    wastes: tuple[PlannedWaste, ...]
    stores: tuple[PlannedStore, ...]
    treatments: tuple[PlannedTreatment, ...]
    transfers: tuple[PlannedTransfer, ...]
    reductions: tuple[PlannedReduction, ...]
    measures: str
    entries: tuple[int, ...]
    drafted: bool = False


_DRAFTED = Words(
    "本表为预填稿：数量取自所选期间的台账，空白处及计划数由单位填写，经修改确认后方可报备。",
    "A draft: quantities are those of the chosen period; the unit fills in the rest and confirms.",
)


def _name(waste: Waste | None) -> str:
    return waste.common_name if waste else ""


def _code(waste: Waste | None) -> str:
    return waste.code if waste else ""


_ABOUT: tuple[Column[tuple[str, str]], ...] = (
    column("item", "项目", "Item", lambda pair: pair[0], width=14),
    column("value", "内容", "Value", lambda pair: pair[1], width=40),
)
_FACILITIES: tuple[Column[Facility], ...] = (
    column("unit", "主要生产单元名称", "Unit", lambda one: one.unit),
    column("process", "主要工艺名称", "Process", lambda one: one.process),
    column("name", "生产设施名称", "Facility", lambda one: one.name),
    column("code", "生产设施编码", "Code", lambda one: one.code),
    column("parameters", "设施参数", "Parameters", lambda one: one.parameters),
    column("capacity", "生产能力", "Capacity", lambda one: one.capacity),
    column("products", "中间/最终产品", "Products", lambda one: one.products, width=8),
    column("materials", "原辅材料", "Materials", lambda one: one.materials, width=8),
    column("control", "污染防治设施参数", "Pollution control", lambda one: one.pollution_control,
           width=8),
)  # fmt: skip
_WASTES: tuple[Column[PlannedWaste], ...] = (
    column("facility", "产生危险废物设施编码", "Facility", lambda one: one.facility, width=5),
    column("step", "产生环节", "Step", lambda one: one.step),
    column("common_name", "行业俗称/单位内部名称", "Name in use",
           lambda one: one.waste.common_name, group=NAME),
    column("catalogue_name", "国家危险废物名录名称", "Name in the list",
           lambda one: one.waste.catalogue_name, group=NAME, width=9),
    column("category", "类别", "Category", lambda one: one.waste.category, width=3.6),
    column("code", "代码", "Code", lambda one: one.waste.code, width=6.4),
    column("harmful", "有害成分", "Harmful components", lambda one: one.harmful),
    column("form", "形态", "State", lambda one: one.form, width=3),
    column("hazards", "危险特性", "Hazards", lambda one: one.hazards, width=4),
    column("produced", "预计产生量", "Expected", lambda one: tonnes(one.produced_kg), Kind.TONNES,
           total=True),
    column("own_facility", "自行利用/处置设施编码", "Own facility", lambda one: one.own_facility),
    column("own_capacity", "设计能力", "Capacity", lambda one: one.own_capacity, width=5),
    column("store", "贮存设施编码", "Store", lambda one: one.store, width=5),
)  # fmt: skip
_STORES: tuple[Column[PlannedStore], ...] = (
    column("store", "贮存设施编码", "Store", lambda one: one.store),
    column("kind", "贮存设施类型", "Kind", lambda one: one.store_kind),
    column("name", "危险废物名称", "Waste", lambda one: _name(one.waste), width=9),
    column("code", "代码", "Code", lambda one: _code(one.waste), width=6.4),
    column("packing", "包装形式", "Packing", lambda one: one.packing),
    column("stock", "本年度预计剩余贮存量", "Expected stock", lambda one: tonnes(one.stock_kg),
           Kind.TONNES, width=8, total=True),
)  # fmt: skip
_TREATMENTS: tuple[Column[PlannedTreatment], ...] = (
    column("kind", "设施类型", "Kind", lambda one: one.facility_kind),
    column("facility", "设施编码", "Facility", lambda one: one.facility),
    column("name", "危险废物名称", "Waste", lambda one: _name(one.waste), width=9),
    column("code", "代码", "Code", lambda one: _code(one.waste), width=6.4),
    column("method", "自行利用/处置方式代码", "Method", lambda one: one.method),
    column("tonnes", "预计自行利用/处置量", "Expected", lambda one: tonnes(one.weight_kg),
           Kind.TONNES, width=8, total=True),
)  # fmt: skip
_REDUCED: tuple[Column[PlannedReduction], ...] = (
    column("produced", "本年度预计产生量", "Expected", lambda one: tonnes(one.produced_kg),
           Kind.TONNES, width=8),
    column("reduced", "本年度预计减少量", "Reduction", lambda one: tonnes(one.reduced_kg),
           Kind.TONNES, width=8),
)  # fmt: skip
_TRANSFERS: tuple[Column[PlannedTransfer], ...] = (
    column("reach", "转移类型", "Reach", lambda one: one.reach, width=4),
    column("name", "危险废物名称", "Waste", lambda one: one.waste.common_name, width=9),
    column("code", "代码", "Code", lambda one: one.waste.code, width=6.4),
    column("tonnes", "预计转移量", "Expected", lambda one: tonnes(one.weight_kg), Kind.TONNES,
           total=True),
    column("method", "利用/处置方式代码", "Method", lambda one: one.method),
    column("receiver_kind", "拟接收单位类型", "Kind of receiver", lambda one: one.receiver_kind),
    column("receiver", "单位名称", "Receiver", lambda one: one.receiver, width=12),
    column("licence", "许可证编码", "Licence", lambda one: one.licence, width=8),
)  # fmt: skip


def management_plan_form(plan: Plan, filing: Filing) -> Form:
    """Fill the tables that the plan's management class files."""
    wanted = TABLES[plan.management_class]
    tables = [table for number, table in _tables(plan) if number in wanted]
    notes = [_DRAFTED] if plan.drafted else []
    if plan.measures and 6 in wanted:
        notes.append(Words(f"减量化计划和措施：{plan.measures}", plan.measures))
    return filing.form(TITLE, *tables, notes=tuple(notes))


def _tables(plan: Plan) -> Sequence[tuple[int, Table]]:
    titles = (
        Words("表A.1 危险废物产生单位基本信息表", "Table A.1 The unit"),
        Words("表A.2 设施信息表", "Table A.2 Facilities"),
        Words("表A.3 危险废物产生情况信息表", "Table A.3 What is produced"),
        Words("表A.4 危险废物贮存情况信息表", "Table A.4 Storage"),
        Words("表A.5 危险废物自行利用/处置情况信息表", "Table A.5 Use and disposal on site"),
        Words("表A.6 危险废物减量化计划和措施信息表", "Table A.6 Reduction"),
        Words("表A.7 危险废物转移情况信息表", "Table A.7 Transfers"),
    )
    entries = plan.entries
    return (
        (1, tabulate(_ABOUT, plan.about, lambda _: entries, title=titles[0])),
        (2, tabulate(_FACILITIES, plan.facilities, lambda _: entries, title=titles[1])),
        (3, tabulate(_WASTES, plan.wastes, lambda _: entries, title=titles[2])),
        (4, tabulate(_STORES, plan.stores, lambda _: entries, title=titles[3])),
        (5, tabulate(_TREATMENTS, plan.treatments, lambda _: entries, title=titles[4])),
        (6, tabulate(_REDUCED, plan.reductions, lambda _: entries, title=titles[5])),
        (7, tabulate(_TRANSFERS, plan.transfers, lambda _: entries, title=titles[6])),
    )
