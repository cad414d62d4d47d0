"""固体废物信息公开附表: what a unit tells the public of its hazardous waste in a year.

After 企业环境信息依法披露 (格式准则, 2021, recalled: 未核实). No container, no person, no batch.
"""

from collections.abc import Sequence
from decimal import Decimal

from waste_trace.reports.cells import tonnes
from waste_trace.reports.form import Column, Form, Kind, Source, Title, Words, column, tabulate
from waste_trace.reports.forms.declaration import Declared
from waste_trace.reports.forms.filing import Filing

TITLE = Title(
    "disclosure",
    Words("固体废物信息公开附表", "Annex on waste for the public"),
    Source("企业环境信息依法披露格式准则", "危险废物", "M"),
)


def _own_kg(fact: Declared) -> Decimal:
    return sum((share.weight_kg for share in fact.own), Decimal(0))


def _others_kg(fact: Declared) -> Decimal:
    return sum((share.weight_kg for share in fact.others), Decimal(0))


def _receivers(fact: Declared) -> tuple[str, ...]:
    return tuple(dict.fromkeys(share.name for share in fact.others))


_COLUMNS: tuple[Column[Declared], ...] = (
    column("name", "废物名称", "Waste", lambda fact: fact.waste.common_name, width=10),
    column("category", "类别", "Category", lambda fact: fact.waste.category, width=3.6),
    column("code", "代码", "Code", lambda fact: fact.waste.code, width=6.4),
    column("produced", "产生量", "Produced", lambda fact: tonnes(fact.produced_kg), Kind.TONNES,
           total=True),
    column("own", "自行利用处置量", "On site", lambda fact: tonnes(_own_kg(fact)), Kind.TONNES,
           total=True),
    column("others", "委外利用处置量", "By others", lambda fact: tonnes(_others_kg(fact)),
           Kind.TONNES, total=True),
    column("receivers", "去向单位", "Receivers", _receivers, width=14),
    column("stock", "期末贮存量", "In store", lambda fact: tonnes(fact.closing_kg), Kind.TONNES,
           total=True),
)  # fmt: skip


def disclosure_form(facts: Sequence[Declared], filing: Filing) -> Form:
    """Fill the annex from the figures of the declaration."""
    rows = sorted(facts, key=lambda fact: fact.waste.code)
    return filing.form(TITLE, tabulate(_COLUMNS, rows, lambda fact: fact.entries))
