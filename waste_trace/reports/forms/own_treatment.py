"""表B.4 危险废物自行利用/处置环节记录表 (HJ 1259-2022 App. B)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from waste_trace.reports.cells import tonnes
from waste_trace.reports.form import Column, Form, Kind, Source, Title, Words, column, tabulate
from waste_trace.reports.forms.filing import Filing
from waste_trace.reports.forms.waste import STANDARD, Packing, Waste, container_list, waste_columns

TITLE = Title(
    "hj1259-b4",
    Words("表B.4 危险废物自行利用/处置环节记录表", "Table B.4 Used or disposed of on site"),
    Source(STANDARD, "App. B, Table B.4", "P"),
)


@dataclass(frozen=True, slots=True)
class OwnTreatment:
    """A batch used or disposed of on site.

    ``method``: its code and name (HJ 1033 App. F). ``is_use``: 利用, not 处置.
    """

    batch: str
    treated_at: datetime
    finished_at: datetime
    waste: Waste
    weight_kg: Decimal
    packing: Packing
    facility: str
    method: str
    handler: str
    before: tuple[str, ...]
    entries: tuple[int, ...]
    is_use: bool = False


_COLUMNS: tuple[Column[OwnTreatment], ...] = (
    column("batch", "自行利用/处置批次编码", "Batch", lambda fact: fact.batch, width=11.2),
    column("treated_at", "自行利用/处置时间", "Treated at", lambda fact: fact.treated_at, Kind.TIME,
           width=6),
    *waste_columns(OwnTreatment)[:5],
    column("tonnes", "自行利用/处置量", "Quantity", lambda fact: tonnes(fact.weight_kg),
           Kind.TONNES, width=5.6, total=True),
    *waste_columns(OwnTreatment)[5:],
    column("facility", "自行利用/处置设施编码", "Facility", lambda fact: fact.facility, width=4.6),
    column("method", "自行利用/处置方式", "Method", lambda fact: fact.method, width=6),
    column("finished_at", "自行利用/处置完毕时间", "Finished at", lambda fact: fact.finished_at,
           Kind.TIME, width=6),
    column("handler", "自行利用/处置部门经办人", "Handler", lambda fact: fact.handler, width=4.4),
    column("before", "产生批次编码/出库批次编码", "Produced or stored out as",
           lambda fact: fact.before, width=10),
)  # fmt: skip


def own_treatment_form(facts: Sequence[OwnTreatment], filing: Filing) -> Form:
    """Fill Table B.4."""
    rows = tuple(sorted(facts, key=lambda fact: (fact.treated_at, fact.batch)))
    table = tabulate(_COLUMNS, rows, lambda fact: fact.entries)
    return filing.form(TITLE, table, *container_list(rows))
