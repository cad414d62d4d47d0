"""表B.1 危险废物产生环节记录表 (HJ 1259-2022 App. B): one row for each production batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from waste_trace.reports.cells import tonnes
from waste_trace.reports.form import Column, Form, Kind, Source, Title, Words, column, tabulate
from waste_trace.reports.forms.filing import Filing
from waste_trace.reports.forms.waste import STANDARD, Packing, Waste, container_list, waste_columns

TITLE = Title(
    "hj1259-b1",
    Words("表B.1 危险废物产生环节记录表", "Table B.1 Hazardous waste produced"),
    Source(STANDARD, "App. B, Table B.1", "P"),
)


@dataclass(frozen=True, slots=True)
class Produced:
    """A production batch (产生批次); ``facility`` is 产生危险废物设施编码."""

    batch: str
    produced_at: datetime
    waste: Waste
    weight_kg: Decimal
    packing: Packing
    facility: str
    handler: str
    destination: str
    entries: tuple[int, ...]


_COLUMNS: tuple[Column[Produced], ...] = (
    column("batch", "产生批次编码", "Batch", lambda fact: fact.batch, width=10),
    column("produced_at", "产生时间", "Produced at", lambda fact: fact.produced_at, Kind.TIME,
           width=6),
    *waste_columns(Produced)[:5],
    column("tonnes", "产生量", "Quantity", lambda fact: tonnes(fact.weight_kg), Kind.TONNES,
           width=5.6, total=True),
    *waste_columns(Produced)[5:],
    column("facility", "产生危险废物设施编码", "Facility", lambda fact: fact.facility, width=5),
    column("handler", "产生部门经办人", "Handler", lambda fact: fact.handler, width=4.6),
    column("destination", "去向", "Destination", lambda fact: fact.destination, width=5),
)  # fmt: skip


def produced_form(facts: Sequence[Produced], filing: Filing) -> Form:
    """Fill Table B.1."""
    rows = tuple(sorted(facts, key=lambda fact: (fact.produced_at, fact.batch)))
    table = tabulate(_COLUMNS, rows, lambda fact: fact.entries)
    return filing.form(TITLE, table, *container_list(rows))
