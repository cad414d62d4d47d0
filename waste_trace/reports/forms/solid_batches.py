"""一般工业固体废物台账 附表4 to 7, batch by batch (公告2021年第82号, 选填): one shape, four steps.

Like 附表1 to 3 recalled, not read: 未核实.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from waste_trace.reports.cells import tonnes
from waste_trace.reports.form import Column, Form, Kind, Title, column, tabulate
from waste_trace.reports.forms.filing import Filing
from waste_trace.reports.forms.solid_waste import SolidWaste, title_of


class Step(StrEnum):
    """The step that a table records; the value is the verb in its heads."""

    PRODUCED = "产生"
    STORED = "贮存"
    USED = "自行利用"
    DISPOSED = "自行处置"


TITLES: Mapping[Step, Title] = {
    Step.PRODUCED: title_of(4, "产生环节记录表", "produced"),
    Step.STORED: title_of(5, "贮存环节记录表", "stored"),
    Step.USED: title_of(6, "自行利用环节记录表", "used on site"),
    Step.DISPOSED: title_of(7, "自行处置环节记录表", "disposed of on site"),
}


@dataclass(frozen=True, slots=True)
class SolidBatch:
    """A batch of one waste at one step; fields that a step has not are empty."""

    waste: SolidWaste
    at: datetime
    weight_kg: Decimal
    facility: str
    handler: str
    entries: tuple[int, ...]
    destination: str = ""
    method: str = ""
    finished_at: datetime | None = None


def _columns(step: Step) -> tuple[Column[SolidBatch], ...]:
    shared: tuple[Column[SolidBatch], ...] = (
        column("code", "代码", "Code", lambda one: one.waste.code, width=6.4),
        column("name", "名称", "Name", lambda one: one.waste.name, width=9),
        column("category", "类别", "Class", lambda one: one.waste.category, width=3.6),
        column("at", f"{step}时间", "At", lambda one: one.at, Kind.TIME),
        column("tonnes", f"{step}数量", "Quantity", lambda one: tonnes(one.weight_kg),
               Kind.TONNES, total=True),
        column("facility", f"{step}设施编码", "Facility", lambda one: one.facility),
    )  # fmt: skip
    return (*shared, *_own_columns(step), column("handler", "经办人", "Handler", _handler))


def _own_columns(step: Step) -> tuple[Column[SolidBatch], ...]:
    if step in (Step.PRODUCED, Step.STORED):
        return (column("destination", "去向", "Destination", lambda one: one.destination, width=8),)
    return (
        column("method", f"{step}方式", "Method", lambda one: one.method, width=8),
        column("finished_at", f"{step}完毕时间", "Finished", lambda one: one.finished_at,
               Kind.TIME),
    )  # fmt: skip


def _handler(batch: SolidBatch) -> str:
    return batch.handler


def solid_batches_form(step: Step, facts: Sequence[SolidBatch], filing: Filing) -> Form:
    """Fill the table of a step."""
    rows = sorted(facts, key=lambda one: (one.at, one.waste.code))
    return filing.form(TITLES[step], tabulate(_columns(step), rows, lambda one: one.entries))
