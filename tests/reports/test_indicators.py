"""Indicators: quotients of what is known, empty where it is not."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.reports.samples import FILING
from waste_trace.reports.form import record
from waste_trace.reports.forms.indicators import Known, indicators_form
from waste_trace.reports.indicators import indicator_set


def indicator(name: str, **known: str) -> Decimal | None:
    found = next(one for one in indicator_set().indicators if one.name == name)
    return found.value({key: Decimal(value) for key, value in known.items()})


def test_the_formulas_by_hand() -> None:
    use = indicator(
        "hazardous_use_rate",
        hazardous_used="60",
        hazardous_produced="100",
        hazardous_used_earlier="20",
    )
    assert use == Decimal("50.0000")
    drop = indicator("landfill_drop", hazardous_landfilled_base="40", hazardous_landfilled="30")
    assert drop == Decimal("25.0000")
    intensity = indicator("solid_intensity", solid_produced="1", industrial_added_value="3")
    assert intensity == Decimal("0.3333")


def test_what_is_not_known_is_not_taken_to_be_nothing() -> None:
    assert indicator("hazardous_use_rate", hazardous_used="60", hazardous_produced="100") is None
    assert indicator("film_recovery_rate", film_recovered="1", film_used="0") is None


def test_every_formula_uses_named_quantities_and_every_quantity_is_used() -> None:
    found = indicator_set()
    used = {n for one in found.indicators for n in (*one.numerator, *one.denominator)}
    assert used == set(found.quantities)
    assert found.certainty == "M"


@given(st.integers(1, 10**6), st.integers(0, 10**6))
def test_a_rate_of_a_part_is_between_nothing_and_all(whole: int, part: int) -> None:
    part = min(part, whole)
    rate = indicator("film_recovery_rate", film_recovered=str(part), film_used=str(whole))
    assert rate is not None
    assert 0 <= rate <= 100


def test_the_form_says_what_is_missing_and_where_figures_come_from() -> None:
    known = {
        "hazardous_produced": Known(Decimal(100), (1, 2)),
        "industrial_added_value": Known(Decimal(50)),
    }
    form = indicators_form(indicator_set(), known, FILING)
    rows = {
        str(row.cells[1]): (record(form.tables[0].headings, row.cells), row.entries)
        for row in form.tables[0].rows
    }
    cells, entries = rows["工业危险废物产生强度"]
    assert cells["value"] == Decimal("2.0000")
    assert cells["formula"] == "危险废物产生量 ÷ 工业增加值"
    assert entries == (1, 2)
    cells, _ = rows["工业危险废物综合利用率"]
    assert cells["value"] is None
    assert cells["missing"] == ("危险废物综合利用量", "综合利用往年贮存量（危险废物）")
    assert form.title.source.unconfirmed
