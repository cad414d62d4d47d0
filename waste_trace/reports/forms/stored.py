"""表B.2 入库 and 表B.3 出库 (HJ 1259-2022 App. B): a row for each batch and waste."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from waste_trace.reports.cells import tonnes
from waste_trace.reports.form import Column, Form, Kind, Source, Title, Words, column, tabulate
from waste_trace.reports.forms.filing import Filing
from waste_trace.reports.forms.waste import STANDARD, Packing, Waste, container_list, waste_columns

STORED_IN = Title(
    "hj1259-b2",
    Words("表B.2 危险废物入库环节记录表", "Table B.2 Hazardous waste stored in"),
    Source(STANDARD, "App. B, Table B.2", "P"),
)
STORED_OUT = Title(
    "hj1259-b3",
    Words("表B.3 危险废物出库环节记录表", "Table B.3 Hazardous waste stored out"),
    Source(STANDARD, "App. B, Table B.3", "P"),
)


@dataclass(frozen=True, slots=True)
class StoreMove:
    """A batch that went into or out of a store.

    Attributes:
        facility, facility_kind: 贮存设施编码 and 类型 (贮存库, 贮存场, 贮存池, 贮存罐区, 贮存点).
        before: the batch codes of the step before: 产生批次 for B.2, 入库批次 for B.3.
        carried_by, kept_by: 运送部门经办人; 贮存部门 or 出库部门经办人.
        destination: 去向; B.2 has none.
    """

    batch: str
    moved_at: datetime
    waste: Waste
    weight_kg: Decimal
    packing: Packing
    facility: str
    facility_kind: str
    carried_by: str
    kept_by: str
    before: tuple[str, ...]
    entries: tuple[int, ...]
    destination: str = ""


def _first_columns(verb: str, verb_en: str) -> tuple[Column[StoreMove], ...]:
    return (
        column("batch", f"{verb}批次编码", "Batch", lambda fact: fact.batch, width=10),
        column("moved_at", f"{verb}时间", f"{verb_en} at", lambda fact: fact.moved_at, Kind.TIME,
               width=6),
        *waste_columns(StoreMove)[:5],
        column("tonnes", f"{verb}量", "Quantity", lambda fact: tonnes(fact.weight_kg), Kind.TONNES,
               width=5.6, total=True),
        *waste_columns(StoreMove)[5:],
        column("facility", "贮存设施编码", "Store", lambda fact: fact.facility, width=5),
        column("facility_kind", "贮存设施类型", "Kind of store", lambda fact: fact.facility_kind,
               width=3.8),
    )  # fmt: skip


_CARRIED = column(
    "carried_by", "运送部门经办人", "Carried by", lambda fact: fact.carried_by, width=4.2
)  # type: Column[StoreMove]
_IN: tuple[Column[StoreMove], ...] = (
    *_first_columns("入库", "Stored in"),
    _CARRIED,
    column("kept_by", "贮存部门经办人", "Kept by", lambda fact: fact.kept_by, width=4.2),
    column("produced_batch", "产生批次编码", "Produced as", lambda fact: fact.before, width=10),
)
_OUT: tuple[Column[StoreMove], ...] = (
    *_first_columns("出库", "Stored out"),
    column("kept_by", "出库部门经办人", "Given out by", lambda fact: fact.kept_by, width=4.2),
    _CARRIED,
    column("stored_batch", "入库批次编码", "Stored as", lambda fact: fact.before, width=10),
    column("destination", "去向", "Destination", lambda fact: fact.destination, width=4.6),
)


def stored_in_form(facts: Sequence[StoreMove], filing: Filing) -> Form:
    """Fill Table B.2."""
    return _form(STORED_IN, _IN, facts, filing)


def stored_out_form(facts: Sequence[StoreMove], filing: Filing) -> Form:
    """Fill Table B.3."""
    return _form(STORED_OUT, _OUT, facts, filing)


def _form(
    title: Title,
    columns: tuple[Column[StoreMove], ...],
    facts: Sequence[StoreMove],
    filing: Filing,
) -> Form:
    rows = tuple(sorted(facts, key=lambda fact: (fact.moved_at, fact.batch)))
    table = tabulate(columns, rows, lambda fact: fact.entries)
    return filing.form(title, table, *container_list(rows))
