"""Books that do not close: each way on its own, within tolerance and beyond."""

from decimal import Decimal

import pytest

from waste_trace.compliance.mass_balance import BookedWaste, mass_balance_gap
from waste_trace.compliance.weight_difference import WeightTolerance

TOLERANCE = WeightTolerance(permille=10, kg=Decimal(1))
ORG, WASTE = "91330482MA2CUX11X3", "900-214-08"


def booked(
    stock: str = "100", shared: str = "0", found: str = "0", turnover: str = "1000"
) -> BookedWaste:
    return BookedWaste(ORG, WASTE, Decimal(stock), Decimal(shared), Decimal(found),
                       Decimal(turnover))  # fmt: skip


def test_books_that_close_are_no_finding() -> None:
    assert mass_balance_gap(booked(), TOLERANCE) == []
    assert mass_balance_gap(booked(stock="0", turnover="0"), TOLERANCE) == []


@pytest.mark.parametrize(
    ("within", "beyond", "words"),
    [
        (booked(found="10"), booked(found="10.001"), "来源不明"),
        (booked(shared="-10"), booked(shared="-10.001"), "合称差额"),
        (booked(shared="10"), booked(shared="11"), "合称差额"),
        (booked(stock="-10"), booked(stock="-10.5"), "账面库存"),
    ],
)
def test_each_way_not_to_close(within: BookedWaste, beyond: BookedWaste, words: str) -> None:
    assert mass_balance_gap(within, TOLERANCE) == []
    (raised,) = mass_balance_gap(beyond, TOLERANCE)
    assert words in raised.zh
    assert raised.subject == f"{ORG}:{WASTE}"
    assert raised.org == ORG


def test_several_ways_are_one_finding() -> None:
    (raised,) = mass_balance_gap(booked(stock="-50", shared="-60", found="70"), TOLERANCE)
    assert [word in raised.zh for word in ("来源不明", "合称差额", "账面库存")] == [True] * 3
