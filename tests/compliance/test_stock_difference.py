"""A stocktake against the books, and books that have less than nothing."""

from decimal import Decimal

import pytest

from waste_trace.compliance.mass_balance import BookedWaste, mass_balance_gap
from waste_trace.compliance.stock_difference import stock_difference
from waste_trace.compliance.weight_difference import WeightTolerance
from waste_trace.custody.bulk import Heap
from waste_trace.custody.movements import Account

TEN_PERMILLE = WeightTolerance(10, Decimal(1))
HEAP = Heap(Account("91330482MA2CUX11X3", "TS001"), "900-099-S03")


@pytest.mark.parametrize(
    ("booked", "counted", "found"),
    [("1000", "990", False), ("1000", "1010", False), ("1000", "989.999", True),
     ("1000", "1010.001", True), ("0", "1", False), (None, "1.001", True)],
)  # fmt: skip
def test_a_difference_beyond_the_tolerance_is_a_finding(
    booked: str | None, counted: str, found: bool
) -> None:
    booked_kg = None if booked is None else Decimal(booked)
    raised = stock_difference(9, HEAP, booked_kg, Decimal(counted), TEN_PERMILLE)
    assert bool(raised) == found
    for one in raised:
        assert (one.subject, one.org) == ("#9", HEAP.account.org)
        assert counted in one.zh
        assert counted in one.en
        assert one.facts["events"] == [9]


def test_a_tank_below_nothing_is_not_made_good_by_full_drums() -> None:
    nothing = Decimal(0)
    booked = BookedWaste("A", "900-249-08", Decimal(200), nothing, nothing, Decimal(1000),
                         Decimal(-300))  # fmt: skip
    (raised,) = mass_balance_gap(booked, TEN_PERMILLE)
    assert "散装账面库存为 -300 kg" in raised.zh
    assert raised.facts["loose_kg"] == "-300"
