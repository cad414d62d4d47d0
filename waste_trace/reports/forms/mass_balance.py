"""物料平衡证明: every kilogram of an account over a period, with the events behind every figure.

A form of our own. The identity is that of HJ 1259-2022 App. C (期末 = 期初 + 产生 - 自行 - 委外),
written out for units that also receive, move and repack; in kilograms, as weighed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from waste_trace.custody.balance import LOOSE, SIGN, Balance, Figure, Item
from waste_trace.reports.form import Column, Form, Kind, Source, Title, Words, column, tabulate
from waste_trace.reports.forms.filing import Filing
from waste_trace.reports.forms.waste import STANDARD, Waste

TITLE = Title(
    "mass-balance",
    Words("物料平衡证明", "Mass-balance certificate"),
    Source(STANDARD, "App. C（期末 = 期初 + 产生 − 自行 − 委外）", "P"),
)
ITEM_WORDS: Mapping[Item, Words] = {
    Item.OPENING: Words("期初", "Opening"),
    Item.PRODUCED: Words("产生", "Produced"),
    Item.RECEIVED: Words("接收", "Received"),
    Item.MOVED: Words("移库净额", "Moved, net"),
    Item.DISPATCHED: Words("移出", "Dispatched"),
    Item.TREATED: Words("利用处置", "Treated"),
    Item.EXPORTED: Words("出口", "Exported"),
    Item.LOSS: Words("损耗", "Loss"),
    Item.PACKED: Words("拼分装净额", "Packed, net"),
    Item.FOUND: Words("来源不明", "Of unknown origin"),
}
_MOST_INDICES = 12


@dataclass(frozen=True, slots=True)
class Named:
    """A balance, and what its waste is called."""

    waste: Waste
    balance: Balance


@dataclass(frozen=True, slots=True)
class _Evidence:
    """One figure of one waste, with its events."""

    code: str
    item: Item
    figure: Figure


def _figures() -> Iterator[Column[Named]]:
    for item, words in ITEM_WORDS.items():
        sign = "＋" if SIGN[item] > 0 else "－"
        zh = words.zh if item is Item.OPENING else f"{sign}{words.zh}"
        yield column(item.value, zh, words.en, _weight_of(item), Kind.KILOGRAMS, total=True)


def _weight_of(item: Item) -> Callable[[Named], Decimal]:
    return lambda one: one.balance.figures[item].weight_kg


_COLUMNS: tuple[Column[Named], ...] = (
    column("code", "代码", "Code", lambda one: one.waste.code, width=6.4),
    column("name", "废物名称", "Waste", lambda one: one.waste.common_name, width=7),
    *_figures(),
    column("closing", "＝期末", "Closing", lambda one: one.balance.closing_kg, Kind.KILOGRAMS,
           total=True),
    column("on_hand", "容器内及散装", "In containers and loose", lambda one: one.balance.on_hand_kg,
           Kind.KILOGRAMS, total=True),
    column("unassigned", "账实差", "Not in containers", lambda one: one.balance.unassigned_kg,
           Kind.KILOGRAMS, total=True),
)  # fmt: skip
_EVIDENCE: tuple[Column[_Evidence], ...] = (
    column("code", "代码", "Code", lambda one: one.code, width=6.4),
    column("item", "项目", "Figure", lambda one: ITEM_WORDS[one.item].zh, width=6),
    column("weight_kg", "数量", "Quantity", lambda one: one.figure.weight_kg, Kind.KILOGRAMS),
    column("count", "事件数", "Events", lambda one: len(one.figure.entries), Kind.COUNT, width=4),
    column("entries", "台账条目", "Ledger entries", lambda one: _named(one.figure.entries),
           width=30),
)  # fmt: skip
_STOCK: tuple[Column[tuple[str, str, Decimal]], ...] = (
    column("code", "代码", "Code", lambda one: one[0], width=6.4),
    column(
        "container",
        "容器编码",
        "Container",
        lambda one: "散装（无容器）" if one[1] == LOOSE else one[1],
        width=26,
    ),
    column("weight_kg", "数量", "Quantity", lambda one: one[2], Kind.KILOGRAMS, total=True),
)
_NOTES = (
    Words(
        "期末 = 期初 + 产生 + 接收 ± 移库 − 移出 − 利用处置 − 出口 − 损耗 ± 拼分装 + 来源不明；"
        "损耗为负即盈余。每个数字所依据的台账条目见第二表，可用 waste-trace balance check 复核。",
        "The identity; a negative loss is a surplus. Recompute it: waste-trace balance check.",
    ),
    Words(
        "散装废物没有容器，库存即账面数，以盘点校正，差额计入损耗。",
        "Loose waste is in no container: its stock is what the books have, and a stocktake that "
        "finds otherwise books the difference as loss.",
    ),
    Words(
        "“来源不明”为无人登记来源而被称出的数量；“账实差”为多件合称时无法归于某一容器的差额。",
        "Unknown origin: weighed, but nobody recorded where it came from. Not in containers: "
        "differences of several weighed together.",
    ),
)


def mass_balance_form(found: Sequence[Named], filing: Filing) -> Form:
    """Fill the certificate: figures, the events behind them, the stock at the end."""
    evidence = [
        _Evidence(one.waste.code, item, figure)
        for one in found
        for item, figure in one.balance.figures.items()
        if figure.entries
    ]
    stock = [
        (one.waste.code, container, weight_kg)
        for one in found
        for container, weight_kg in one.balance.stock.items()
    ]
    return filing.form(
        TITLE,
        tabulate(_COLUMNS, found, _all_entries, title=Words("平衡", "Balance"), serial=False),
        tabulate(
            _EVIDENCE,
            evidence,
            lambda one: one.figure.entries,
            title=Words("依据", "Events"),
            serial=False,
        ),
        tabulate(_STOCK, stock, title=Words("期末库存", "Stock at the end")),
        notes=_NOTES,
    )


def _all_entries(one: Named) -> tuple[int, ...]:
    return tuple(index for figure in one.balance.figures.values() for index in figure.entries)


def _named(entries: tuple[int, ...]) -> str:
    """The indices, or the first of them; all stand in the certificate and in the workbook."""
    listed = ", ".join(f"#{index}" for index in entries[:_MOST_INDICES])
    more = len(entries) - _MOST_INDICES
    return f"{listed} … 另 {more} 条" if more > 0 else listed
