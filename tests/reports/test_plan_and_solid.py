"""The management plan, the tables of general industrial waste, the platform's statement."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.reports.samples import FILING, OIL, codes
from waste_trace.reports.form import record
from waste_trace.reports.forms.management_plan import (
    ManagementClass,
    Plan,
    PlannedTransfer,
    management_class,
    management_plan_form,
)
from waste_trace.reports.forms.platform_statement import (
    ClientStatement,
    Collected,
    platform_statement_form,
)
from waste_trace.reports.forms.solid_batches import SolidBatch, Step, solid_batches_form
from waste_trace.reports.forms.solid_waste import (
    Flow,
    Outgoing,
    SolidWaste,
    flows_form,
    outgoing_form,
)

SLAG = SolidWaste("900-099-S59", "其他工业固体废物", "SW59")
THEN = datetime(2026, 11, 3, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("management_class", "tables"),
    [
        (ManagementClass.KEY, ["A.1", "A.2", "A.3", "A.4", "A.5", "A.6", "A.7"]),
        (ManagementClass.SIMPLIFIED, ["A.1", "A.3", "A.4", "A.6", "A.7"]),
        (ManagementClass.REGISTERED, ["A.1", "A.3", "A.7"]),
    ],
)
def test_the_management_class_decides_which_tables_are_filed(
    management_class: ManagementClass, tables: list[str]
) -> None:
    transfer = PlannedTransfer(OIL, "省内", Decimal(1500), "R9", "许可证持有单位", "甲", "号")
    plan = Plan(
        management_class, (("单位名称", "平湖"),), (), (), (), (), (transfer,), (), "回用", (7,)
    )
    form = management_plan_form(plan, FILING)
    assert [table.title.zh[1:4] for table in form.tables if table.title] == tables
    assert bool(form.notes) == ("A.6" in tables)
    last = form.tables[-1]
    assert record(last.headings, last.totals)["tonnes"] == Decimal("1.5")
    assert form.entries == (7,)


@pytest.mark.parametrize(
    ("tonnes", "treats", "expected"),
    [
        ("99.999", False, ManagementClass.SIMPLIFIED),
        ("100", False, ManagementClass.KEY),
        ("10", False, ManagementClass.SIMPLIFIED),
        ("9.999", False, ManagementClass.REGISTERED),
        ("0", True, ManagementClass.KEY),
    ],
)
def test_the_yearly_amount_and_own_facilities_decide_the_class(
    tonnes: str, treats: bool, expected: ManagementClass
) -> None:
    assert management_class(Decimal(tonnes) * 1000, treats=treats) is expected


def test_flows_of_general_waste_are_summed_by_column() -> None:
    def flow(produced: int, used: int) -> Flow:
        nothing = Decimal(0)
        return Flow(SLAG, Decimal(produced), nothing, Decimal(5), "", nothing, "制砖",
                    Decimal(used), nothing, nothing, (1,))  # fmt: skip

    table = flows_form([flow(1000, 400), flow(2000, 600)], FILING).tables[0]
    totals = record(table.headings, table.totals)
    assert (totals["produced"], totals["others_use_quantity"]) == (Decimal(3), Decimal(1))
    assert totals["own_use"] is None


def test_each_load_that_leaves_is_a_row() -> None:
    load = Outgoing(SLAG, THEN, Decimal(2500), "张三", "运输甲", "浙F12345", "公路", "砖厂", "省内",
                    (4,))  # fmt: skip
    table = outgoing_form([load], FILING).tables[0]
    row = record(table.headings, table.rows[0].cells)
    assert (row["tonnes"], row["reach"], row["vehicle"]) == (Decimal("2.5"), "省内", "浙F12345")


@pytest.mark.parametrize("step", list(Step))
def test_batch_tables_differ_by_their_step(step: Step) -> None:
    batch = SolidBatch(SLAG, THEN, Decimal(10), "MF0001", "张三", (1,), "贮存", "制砖", THEN)
    form = solid_batches_form(step, [batch], FILING)
    keys = [heading.key for heading in form.tables[0].headings]
    assert ("destination" in keys) != ("method" in keys)
    assert form.tables[0].headings[4].words.zh == f"{step.value}时间"
    assert form.title.source.unconfirmed


def test_a_platform_states_to_each_producer_what_it_took() -> None:
    taken = Collected(THEN, OIL, codes(2), Decimal("36.500"), "李四", (9,))
    form = platform_statement_form(
        [ClientStatement("乙厂", "B", (taken,)), ClientStatement("甲厂", "A", (taken, taken))],
        FILING,
    )
    assert [table.title.zh for table in form.tables if table.title] == ["甲厂（A）", "乙厂（B）"]
    totals = record(form.tables[0].headings, form.tables[0].totals)
    assert (totals["kilograms"], totals["count"]) == (Decimal("73.000"), 4)
