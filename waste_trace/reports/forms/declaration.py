"""危险废物申报 (HJ 1259-2022 App. C): monthly, quarterly or yearly, by waste code.

Each waste may have several own methods and several receivers: they stand in lines below each
other, and what is said once for the waste stands in its first line. The balance of the form is
期末 = 期初 + 产生 - 自行 - 委外; what it does not explain is a column of its own.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import zip_longest

from waste_trace.reports.cells import tonnes
from waste_trace.reports.form import (
    Cell,
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
from waste_trace.reports.forms.waste import NAME, STANDARD, Waste

_OWN = Words("自行利用/处置", "On site")
_OTHERS = Words("委外利用/处置", "By others")


class Cadence(StrEnum):
    """How often: 月报, 季报, 年报."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


_ZH = {Cadence.MONTH: "月报", Cadence.QUARTER: "季报", Cadence.YEAR: "年报"}
_EN = {Cadence.MONTH: "monthly", Cadence.QUARTER: "quarterly", Cadence.YEAR: "yearly"}


def title_of(cadence: Cadence) -> Title:
    """The title of the declaration of a cadence."""
    return Title(
        f"hj1259-c-{cadence.value}",
        Words(f"危险废物申报表（{_ZH[cadence]}）", f"Hazardous waste declaration, {_EN[cadence]}"),
        Source(STANDARD, "App. C; 7.2", "P"),
    )


@dataclass(frozen=True, slots=True)
class OwnShare:
    """What of a waste was used or disposed of on site by one method; ``is_use``: 利用, not 处置."""

    method: str
    weight_kg: Decimal
    is_use: bool = False


@dataclass(frozen=True, slots=True)
class OthersShare:
    """What of a waste one other unit took; ``province`` is 省（区、市）."""

    province: str
    name: str
    licence: str
    method: str
    weight_kg: Decimal
    is_use: bool = False


@dataclass(frozen=True, slots=True)
class Declared:
    """One waste in the period; stocks at the end of the day before it, and at its own end.

    ``received_kg``: taken over from others, which a unit has that collects or treats for them.
    """

    waste: Waste
    opening_kg: Decimal
    produced_kg: Decimal
    received_kg: Decimal
    own: tuple[OwnShare, ...]
    others: tuple[OthersShare, ...]
    closing_kg: Decimal
    entries: tuple[int, ...]

    @property
    def unexplained_kg(self) -> Decimal:
        """期末 - (期初 + 产生 + 接收 - 自行 - 委外)."""
        own = sum((share.weight_kg for share in self.own), Decimal(0))
        others = sum((share.weight_kg for share in self.others), Decimal(0))
        return self.closing_kg - (
            self.opening_kg + self.produced_kg + self.received_kg - own - others
        )


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a waste: the first carries the waste's own figures."""

    declared: Declared | None
    own: OwnShare | None
    others: OthersShare | None
    entries: tuple[int, ...]


def _once(value: Callable[[Declared], Cell]) -> Callable[[_Line], Cell]:
    return lambda line: None if line.declared is None else value(line.declared)


def _own(value: Callable[[OwnShare], Cell]) -> Callable[[_Line], Cell]:
    return lambda line: None if line.own is None else value(line.own)


def _others(value: Callable[[OthersShare], Cell]) -> Callable[[_Line], Cell]:
    return lambda line: None if line.others is None else value(line.others)


_COLUMNS: tuple[Column[_Line], ...] = (
    column("common_name", "行业俗称/单位内部名称", "Name in use",
           _once(lambda one: one.waste.common_name), group=NAME, width=6),
    column("catalogue_name", "国家危险废物名录名称", "Name in the list",
           _once(lambda one: one.waste.catalogue_name), group=NAME, width=9),
    column("category", "类别", "Category", _once(lambda one: one.waste.category), width=3.6),
    column("code", "代码", "Code", _once(lambda one: one.waste.code), width=6.4),
    column("opening", "上期末剩余贮存量", "Stock before",
           _once(lambda one: tonnes(one.opening_kg)), Kind.TONNES, width=6, total=True),
    column("produced", "产生量", "Produced",
           _once(lambda one: tonnes(one.produced_kg)), Kind.TONNES, width=6, total=True),
    column("own_method", "方式", "Method", _own(lambda share: share.method), group=_OWN),
    column("own", "数量", "Quantity", _own(lambda share: tonnes(share.weight_kg)), Kind.TONNES,
           group=_OWN, width=6, total=True),
    column("province", "省（区、市）", "Province", _others(lambda share: share.province),
           group=_OTHERS, width=4),
    column("receiver", "单位名称", "Unit", _others(lambda share: share.name), group=_OTHERS,
           width=8),
    column("licence", "许可证编码", "Licence", _others(lambda share: share.licence),
           group=_OTHERS),
    column("method", "方式", "Method", _others(lambda share: share.method), group=_OTHERS),
    column("others", "数量", "Quantity", _others(lambda share: tonnes(share.weight_kg)),
           Kind.TONNES, group=_OTHERS, width=6, total=True),
    column("closing", "本期末剩余贮存量", "Stock at end",
           _once(lambda one: tonnes(one.closing_kg)), Kind.TONNES, width=6, total=True),
    column("received", "其中接收量", "Received",
           _once(lambda one: tonnes(one.received_kg)), Kind.TONNES, width=5, total=True),
    column("unexplained", "未平衡量", "Not balanced",
           _once(lambda one: tonnes(one.unexplained_kg)), Kind.TONNES, width=5, total=True),
)  # fmt: skip
_NOTE = Words(
    "本期末剩余贮存量 = 上期末剩余贮存量 + 产生量 − 自行利用/处置量 − 委外利用/处置量；“其中接收量”"
    "（代收、接收他人的数量）和“未平衡量”（损耗等，不为零时须说明）为表外增列。",
    "Stock at end = stock before + produced - on site - by others. Two columns are added: what was "
    "received from others, and what does not balance (losses).",
)


def declaration_form(facts: Sequence[Declared], cadence: Cadence, filing: Filing) -> Form:
    """Fill the declaration of App. C."""
    lines = [
        line
        for declared in sorted(facts, key=lambda fact: fact.waste.code)
        for line in _lines(declared)
    ]
    table = tabulate(_COLUMNS, lines, lambda line: line.entries, serial=False)
    return filing.form(title_of(cadence), table, notes=(_NOTE,))


def _lines(declared: Declared) -> Iterator[_Line]:
    shares = list(zip_longest(declared.own, declared.others)) or [(None, None)]
    for number, (own, others) in enumerate(shares):
        first = number == 0
        yield _Line(declared if first else None, own, others, declared.entries if first else ())
