"""Balances: whatever is booked, they close, and one period's end is the next one's beginning."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.cast import FACTORY, PLANT
from waste_trace.custody.balance import SIGN, Balance, Booking, Item, balances
from waste_trace.custody.movements import Account, Kind, Movement

START = datetime(2026, 11, 1, tzinfo=UTC)
CODES = ("900-214-08", "900-300-34")
NEVER, FOREVER = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)

bookings = st.lists(
    st.builds(
        lambda idx, subject, code, kind, org, site, grams, hours: Booking(
            subject,
            code,
            Movement(
                idx, kind, Account(org, site), Decimal(grams) / 1000, START + timedelta(hours=hours)
            ),
        ),
        idx=st.integers(0, 50),
        subject=st.sampled_from(["A", "B", "#7"]),
        code=st.sampled_from(CODES),
        kind=st.sampled_from(Kind),
        org=st.sampled_from([FACTORY, PLANT]),
        site=st.sampled_from(["", "TS001"]),
        grams=st.integers(-(10**9), 10**9),
        hours=st.integers(0, 100),
    ),
    max_size=30,
)


def weight(found: list[Booking]) -> Decimal:
    return sum((one.movement.weight_kg for one in found), Decimal(0))


def by_code(found: tuple[Balance, ...]) -> dict[str, Balance]:
    return {one.waste_code: one for one in found}


@given(bookings)
def test_the_closing_stock_is_everything_that_was_booked(booked: list[Booking]) -> None:
    for code, balance in by_code(balances(booked, FACTORY, None, START, FOREVER)).items():
        ours = [b for b in booked if b.movement.account.org == FACTORY and b.waste_code == code]
        assert balance.closing_kg == weight(ours)
        assert balance.unassigned_kg == weight([b for b in ours if b.is_shared])
        named = {index for figure in balance.figures.values() for index in figure.entries}
        assert named == {b.movement.idx for b in ours}


@given(bookings, st.integers(1, 99))
def test_the_end_of_one_period_opens_the_next(booked: list[Booking], hours: int) -> None:
    middle = START + timedelta(hours=hours)
    first = by_code(balances(booked, FACTORY, None, NEVER, middle))
    second = by_code(balances(booked, FACTORY, None, middle, FOREVER))
    for code, balance in first.items():
        later = [
            b
            for b in booked
            if b.waste_code == code
            and b.movement.account.org == FACTORY
            and b.movement.at >= middle
            and b.movement.kind is Kind.OPENING
        ]
        # Stock that is recorded as having been there before counts as opening whenever it is.
        opening = second[code].figures[Item.OPENING].weight_kg - weight(later)
        assert balance.closing_kg == opening


@given(bookings)
def test_sites_add_up_to_their_organisation(booked: list[Booking]) -> None:
    whole = by_code(balances(booked, FACTORY, None, START, FOREVER))
    parts = [by_code(balances(booked, FACTORY, site, START, FOREVER)) for site in ("", "TS001")]
    for code, balance in whole.items():
        for item in Item:
            total = sum((p[code].figures[item].weight_kg for p in parts if code in p), Decimal(0))
            assert balance.figures[item].weight_kg == total


def test_figures_out_are_written_as_positive_numbers() -> None:
    move = Movement(3, Kind.TREATED, Account(PLANT, ""), Decimal("-180.500"), START)
    (balance,) = balances([Booking("A", CODES[0], move)], PLANT, None, START, FOREVER)
    assert balance.figures[Item.TREATED].weight_kg == Decimal("180.500")
    assert SIGN[Item.TREATED] == -1
    assert balance.closing_kg == Decimal("-180.500")
