"""Forms as values: columns of the standard, rows from facts, totals that are sums."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reports.samples import ACID, FILING, OIL, codes, contracted, declared, produced, stored
from waste_trace.reports.cells import shanghai_day, shown, table_lines, tonnes
from waste_trace.reports.form import Cell, Form, Kind, record
from waste_trace.reports.forms.contracted import Receiver, ReceiverKind, contracted_form
from waste_trace.reports.forms.declaration import Cadence, declaration_form
from waste_trace.reports.forms.disclosure_annex import disclosure_form
from waste_trace.reports.forms.produced import produced_form
from waste_trace.reports.forms.stored import stored_in_form, stored_out_form
from waste_trace.reports.forms.waste import Packing
from waste_trace.reports.header import head_cells, head_lines


def first_row(form: Form) -> dict[str, Cell]:
    table = form.tables[0]
    return dict(record(table.headings, table.rows[0].cells))


def heads(form: Form) -> list[str]:
    return [heading.words.zh for heading in form.tables[0].headings]


COMMON = ["行业俗称/单位内部名称", "国家危险废物名录名称", "类别", "代码", "计量单位"]
PACKING = ["编码", "类型", "数量"]


def test_b1_has_every_column_of_the_standard_in_its_order() -> None:
    assert heads(produced_form([], FILING)) == [
        "序号", "产生批次编码", "产生时间", *COMMON, "产生量", *PACKING,
        "产生危险废物设施编码", "产生部门经办人", "去向",
    ]  # fmt: skip


def test_b2_and_b3_name_the_batch_of_the_step_before() -> None:
    into, out = heads(stored_in_form([], FILING)), heads(stored_out_form([], FILING))
    assert into == [
        "序号", "入库批次编码", "入库时间", *COMMON, "入库量", *PACKING,
        "贮存设施编码", "贮存设施类型", "运送部门经办人", "贮存部门经办人", "产生批次编码",
    ]  # fmt: skip
    assert out == [
        "序号", "出库批次编码", "出库时间", *COMMON, "出库量", *PACKING,
        "贮存设施编码", "贮存设施类型", "出库部门经办人", "运送部门经办人", "入库批次编码", "去向",
    ]  # fmt: skip


def test_b5_has_the_receiver_in_the_columns_of_its_kind() -> None:
    permits = {
        ReceiverKind.LICENSED: {"licensed_name": "甲", "licence": "号"},
        ReceiverKind.EXEMPT: {"exempt_name": "甲"},
        ReceiverKind.ABROAD: {"abroad_name": "甲", "export_approval": "号"},
    }
    every = {"licensed_name", "licence", "exempt_name", "abroad_name", "export_approval"}
    for kind, expected in permits.items():
        row = first_row(contracted_form([contracted(Receiver(kind, "甲", "号"))], FILING))
        assert {name: row[name] for name in every if row[name]} == expected
        assert row["receiver_kind"] == kind.value


def test_a_row_says_what_its_fact_says() -> None:
    form = produced_form([produced(weight_kg="182.500")], FILING)
    assert first_row(form) == {
        "number": 1,
        "batch": "HWCS20261123001",
        "produced_at": datetime(2026, 11, 23, 0, 1, tzinfo=UTC),
        "common_name": "废机油",
        "catalogue_name": "废润滑油",
        "category": "HW08",
        "code": "900-214-08",
        "unit": "吨",
        "tonnes": Decimal("0.182500"),
        "container_codes": codes(1),
        "container_kind": "200 L",
        "container_count": 1,
        "facility": "MF0001",
        "handler": "张三",
        "destination": "贮存",
    }
    assert form.entries == (11,)
    assert form.head[1] == (form.head[1][0], "91330482MA2CUX11X3")


def test_containers_that_a_row_has_no_room_for_stand_in_a_list_of_their_own() -> None:
    many, few = produced(1, packing=Packing(codes(5))), produced(2, packing=Packing(codes(2)))
    form = produced_form([many, few], FILING)
    table, listed = form.tables
    assert record(table.headings, table.rows[0].cells)["container_codes"] == ("5 个，见容器清单",)
    assert [row.cells[2] for row in listed.rows] == list(codes(5))
    assert len(produced_form([few], FILING).tables) == 1


def test_rows_stand_in_the_order_of_time_and_are_numbered() -> None:
    early = replace(stored(), moved_at=datetime(2026, 11, 2, tzinfo=UTC), batch="HWRK20261102001")
    table = stored_in_form([stored(), early], FILING).tables[0]
    assert [row.cells[:2] for row in table.rows] == [(1, "HWRK20261102001"), (2, "HWRK20261123001")]


def test_the_declaration_writes_once_what_is_said_of_the_waste_and_balances() -> None:
    table = declaration_form([declared()], Cadence.MONTH, FILING).tables[0]
    rows = [record(table.headings, row.cells) for row in table.rows]
    assert [row["opening"] for row in rows] == [Decimal("0.1"), None]
    assert [(row["province"], row["others"]) for row in rows] == [
        ("浙江", Decimal("0.3")),
        ("江苏", Decimal("0.2")),
    ]
    totals = record(table.headings, table.totals)
    assert totals["others"] == Decimal("0.5")
    assert totals["closing"] == Decimal("0.08")
    assert totals["unexplained"] == 0


def test_what_a_declaration_does_not_explain_is_shown() -> None:
    short = declared(closing_kg=Decimal("79.500"))
    row = first_row(declaration_form([short], Cadence.YEAR, FILING))
    assert row["unexplained"] == Decimal("-0.0005")


@pytest.mark.parametrize("cadence", list(Cadence))
def test_each_cadence_is_a_form_with_its_own_name(cadence: Cadence) -> None:
    assert declaration_form([], cadence, FILING).title.name == f"hj1259-c-{cadence.value}"


def test_the_public_annex_names_no_container_and_no_person() -> None:
    form = disclosure_form([declared(), declared(waste=ACID)], FILING)
    row = first_row(form)
    assert row["receivers"] == ("嘉兴环保", "苏州环保")
    assert row["others"] == Decimal("0.5")
    assert form.title.source.unconfirmed


grams = st.integers(0, 10**12).map(lambda whole: Decimal(whole) / 1000)


@given(st.lists(grams, max_size=20))
def test_a_total_is_the_exact_sum_of_the_kilograms(weights: list[Decimal]) -> None:
    facts = [produced(number, str(weight)) for number, weight in enumerate(weights, start=1)]
    table = produced_form(facts, FILING).tables[0]
    total = record(table.headings, table.totals)["tonnes"]
    assert total == sum(weights, Decimal(0)) / 1000


@given(grams)
def test_a_quantity_is_shown_exactly_and_with_four_decimals_at_least(weight: Decimal) -> None:
    text = shown(tonnes(weight), Kind.TONNES)
    assert Decimal(text.replace(",", "")) == weight / 1000
    assert 4 <= len(text.partition(".")[2]) <= 6


def test_quantities_of_a_column_have_the_same_number_of_decimals() -> None:
    table = produced_form([produced(1, "180.125"), produced(2, "180.000")], FILING).tables[0]
    place = [heading.key for heading in table.headings].index("tonnes")
    assert [row[place] for row in table_lines(table)] == [
        ("0.180125",),
        ("0.180000",),
        ("0.360125",),
    ]


def test_a_day_is_that_of_shanghai() -> None:
    assert shanghai_day(datetime(2026, 11, 23, 16, 30, tzinfo=UTC)) == date(2026, 11, 24)
    assert shown(datetime(2026, 11, 23, 16, 30, tzinfo=UTC), Kind.TIME) == "2026-11-24 00:30"


def test_heads_of_a_group_stand_below_it() -> None:
    headings = produced_form([], FILING).tables[0].headings
    assert head_lines(headings) == 2
    cells = head_cells(headings)
    group = next(cell for cell in cells if cell.words.zh == "危险废物名称")
    assert (group.line, group.column, group.wide, group.tall) == (0, 3, 2, 1)
    serial = next(cell for cell in cells if cell.words.zh == "序号")
    assert (serial.tall, serial.wide) == (2, 1)
    covered = sorted(
        (line, column)
        for cell in cells
        for line in range(cell.line, cell.line + cell.tall)
        for column in range(cell.column, cell.column + cell.wide)
    )
    assert covered == [(line, column) for line in range(2) for column in range(len(headings))]


def test_one_batch_of_the_right_waste_is_not_another() -> None:
    rows = produced_form([produced(1), produced(2, waste=ACID)], FILING).tables[0].rows
    assert [row.cells[6] for row in rows] == [OIL.code, ACID.code]
