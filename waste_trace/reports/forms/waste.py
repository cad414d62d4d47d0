"""The columns that every ledger table of HJ 1259-2022 App. B has, and the facts below them."""

from dataclasses import dataclass
from typing import Protocol, TypeVar

from waste_trace.reports.form import Cell, Column, Kind, Table, Words, column, tabulate

STANDARD = "HJ 1259-2022"
#: A row names so many containers; where there are more they stand in a table of their own.
MOST_CONTAINERS = 3
NAME = Words("危险废物名称", "Hazardous waste")
PACKING = Words("容器/包装", "Container or package")


@dataclass(frozen=True, slots=True)
class Waste:
    """A waste (危险废物) as the forms name it: twice, by category and by code."""

    code: str
    category: str
    common_name: str
    catalogue_name: str


@dataclass(frozen=True, slots=True)
class Packing:
    """What the waste is in: container codes (数字识别码), kind, how many."""

    codes: tuple[str, ...] = ()
    kind: str = ""

    @property
    def named(self) -> Cell:
        """The codes, or how many there are where a row has no room for them."""
        if len(self.codes) <= MOST_CONTAINERS:
            return self.codes
        return (f"{len(self.codes)} 个，见容器清单",)


class Entry(Protocol):
    """A fact of App. B: one batch of one waste."""

    @property
    def batch(self) -> str: ...
    @property
    def waste(self) -> Waste: ...
    @property
    def packing(self) -> Packing: ...
    @property
    def entries(self) -> tuple[int, ...]: ...


AnEntry = TypeVar("AnEntry", bound=Entry)


def waste_columns(_: type[AnEntry]) -> tuple[Column[AnEntry], ...]:
    """危险废物名称 twice, 类别, 代码, 计量单位, 容器/包装 编码, 类型, 数量."""
    return (
        column("common_name", "行业俗称/单位内部名称", "Name in use",
               lambda fact: fact.waste.common_name, group=NAME, width=6),
        column("catalogue_name", "国家危险废物名录名称", "Name in the list",
               lambda fact: fact.waste.catalogue_name, group=NAME, width=9),
        column("category", "类别", "Category", lambda fact: fact.waste.category, width=3.6),
        column("code", "代码", "Code", lambda fact: fact.waste.code, width=6.2),
        column("unit", "计量单位", "Unit", lambda fact: "吨", width=2.6),
        column("container_codes", "编码", "Codes", lambda fact: fact.packing.named,
               group=PACKING, width=11.4),
        column("container_kind", "类型", "Kind", lambda fact: fact.packing.kind,
               group=PACKING, width=3.6),
        column("container_count", "数量", "Count", lambda fact: len(fact.packing.codes) or None,
               Kind.COUNT, group=PACKING, width=2.8, total=True),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Listed:
    batch: str
    code: str
    entries: tuple[int, ...]


def container_list(facts: tuple[AnEntry, ...]) -> tuple[Table, ...]:
    """容器清单: the containers of the rows that have no room for them; no table where none is."""
    listed = [
        _Listed(fact.batch, code, fact.entries)
        for fact in facts
        if len(fact.packing.codes) > MOST_CONTAINERS
        for code in fact.packing.codes
    ]
    if not listed:
        return ()
    columns: tuple[Column[_Listed], ...] = (
        column("batch", "批次编码", "Batch", lambda one: one.batch, width=14),
        column("container", "容器编码", "Container", lambda one: one.code, width=26),
    )
    title = Words("附：容器清单", "Containers")
    return (tabulate(columns, listed, lambda one: one.entries, title=title),)
