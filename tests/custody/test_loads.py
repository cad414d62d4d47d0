"""Lines of loose waste on a manifest: whatever happens to them, every kilogram has an account."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.cast import CARRIER, FACTORY, PLANT
from waste_trace.custody.balance import LOOSE, Booking, Item, balances
from waste_trace.custody.bulk import Heap, Stocktake, bulk_moves, stocktake_moves
from waste_trace.custody.fold import Touch
from waste_trace.custody.loads import Load, loads
from waste_trace.custody.manifest import fold_manifest
from waste_trace.custody.movements import Account, Kind

MORNING = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
NUMBER = "20263304000001"
SLAG, SLUDGE = "900-099-S03", "900-099-S07"
HEAP = Heap(Account(FACTORY, "F"), SLAG)
WHO = {
    **dict.fromkeys(("open_manifest", "take_back"), (FACTORY, "F")),
    **dict.fromkeys(("load", "depart", "arrive", "return"), (CARRIER, "")),
    **dict.fromkeys(("weigh_in", "accept", "reject"), (PLANT, "P")),
}


def line(code: str, weight_kg: str) -> dict[str, Any]:
    return {"waste_code": code, "edition": "2024", "waste_name": "渣", "weight_kg": weight_kg,
            "packages": 0}  # fmt: skip


def told(*events: tuple[str, dict[str, Any]], lines: int = 1) -> list[Touch]:
    """The manifest's events, ten minutes apart, after the sender's part."""
    listed = [line(SLAG, "100"), line(SLUDGE, "50")][:lines]
    opened = {"carrier": CARRIER, "receiver": PLANT, "lines": listed}
    return [
        Touch(place, typ, "subject", MORNING + timedelta(minutes=10 * place), *WHO[typ],
              {"manifest": NUMBER, **body})
        for place, (typ, body) in enumerate([("open_manifest", opened), *events])
    ]  # fmt: skip


def booked(touches: list[Touch]) -> tuple[Load, ...]:
    return loads(NUMBER, fold_manifest(touches), touches)


def stock(load: Load) -> dict[tuple[str, str], Decimal]:
    """What each account has more or less than before, where that is not nothing."""
    found: dict[tuple[str, str], Decimal] = {}
    for move in load.moves:
        key = (move.account.org, move.account.site)
        found[key] = found.get(key, Decimal(0)) + move.weight_kg
    return {key: weight_kg for key, weight_kg in found.items() if weight_kg}


def test_nothing_leaves_a_heap_before_it_is_loaded() -> None:
    assert booked(told()) == (Load(f"@{NUMBER}/1", SLAG, ()),)


def test_what_leaves_is_what_was_loaded_and_the_road_answers_for_the_rest() -> None:
    way = told(("load", {"weight_kg": "110"}), ("weigh_in", {"weight_kg": "108"}), ("accept", {}))
    (load,) = booked(way)
    assert stock(load) == {(FACTORY, "F"): -110, (PLANT, "P"): 108}
    (loss,) = [move for move in load.moves if move.kind is Kind.LOSS]
    assert (loss.account, loss.weight_kg, loss.idx) == (Account(CARRIER, ""), Decimal(-2), 2)


def test_without_a_scale_the_line_says_what_left() -> None:
    slag, sludge = booked(told(("load", {"weight_kg": "140"}), ("accept", {}), lines=2))
    # A weight of several wastes together is none of theirs.
    assert stock(slag) == {(FACTORY, "F"): -100, (PLANT, "P"): 100}
    assert stock(sludge) == {(FACTORY, "F"): -50, (PLANT, "P"): 50}


def test_a_carrier_whose_clock_is_late_does_not_take_the_load_back() -> None:
    (load,) = booked(told(("load", {}), ("accept", {}), ("arrive", {})))
    assert stock(load) == {(FACTORY, "F"): -100, (PLANT, "P"): 100}


def test_a_refusal_that_was_reconsidered_is_none() -> None:
    (load,) = booked(told(("load", {}), ("reject", {}), ("accept", {}), ("return", {})))
    assert stock(load) == {(FACTORY, "F"): -100, (PLANT, "P"): 100}


def test_a_refused_load_goes_home() -> None:
    (load,) = booked(told(("load", {}), ("reject", {}), ("return", {}), ("take_back", {})))
    assert stock(load) == {}


DECISIONS = st.builds(
    lambda line, decision, kg: {"line": line, "decision": decision, "weight_kg": str(kg)},
    st.integers(1, 2),
    st.sampled_from(["accept", "part", "refuse"]),
    st.integers(0, 200),
)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted(WHO.keys() - {"open_manifest"})),
            st.one_of(
                st.just({}),
                st.builds(lambda kg: {"weight_kg": str(kg)}, st.integers(0, 200)),
                st.builds(lambda one: {"by_line": [one]}, DECISIONS),
            ),
        ),
        max_size=8,
    ),
    st.integers(1, 2),
)
def test_whatever_happens_nothing_comes_or_goes_but_by_a_scale(
    events: list[tuple[str, dict[str, Any]]], lines: int
) -> None:
    # The receiver's weighing always says what it weighed.
    said = [(typ, {"weight_kg": "90", **body} if typ == "weigh_in" else body)
            for typ, body in events]  # fmt: skip
    for load in booked(told(*said, lines=lines)):
        total = sum((move.weight_kg for move in load.moves), Decimal(0))
        lost = sum((m.weight_kg for m in load.moves if m.kind is Kind.LOSS), Decimal(0))
        assert total == lost
        on_the_way = {key: kg for key, kg in stock(load).items() if key != (FACTORY, "F")}
        assert all(weight_kg > 0 for weight_kg in on_the_way.values())


def event(typ: str, weight_kg: str, idx: int = 7, **more: str) -> Touch:
    body = {"waste_code": SLAG, "weight_kg": weight_kg, **more}
    return Touch(idx, typ, "subject", MORNING, FACTORY, "F", body)


def test_each_event_on_a_heap_books_what_it_says() -> None:
    kinds = {
        "produce_bulk": (Kind.PRODUCED, Decimal(5)),
        "open_bulk": (Kind.OPENING, Decimal(5)),
        "treat_bulk": (Kind.TREATED, Decimal(-5)),
    }
    for typ, expected in kinds.items():
        (move,) = bulk_moves(event(typ, "5"))
        assert (move.kind, move.weight_kg) == expected
        assert bulk_moves(event(typ, "0")) == ()
    moved = bulk_moves(event("store_bulk", "5", from_site="W"))
    assert [(m.account.site, m.weight_kg) for m in moved] == [("W", Decimal(-5)), ("F", Decimal(5))]
    assert bulk_moves(event("store_bulk", "5", from_site="F")) == ()
    assert bulk_moves(event("take_stock", "5")) == ()


def test_a_stocktake_makes_the_books_what_was_counted() -> None:
    taken = Stocktake(MORNING, 9, Decimal(90))
    (loss,) = stocktake_moves(taken, HEAP, Decimal(100))
    assert (loss.kind, loss.weight_kg) == (Kind.LOSS, Decimal(-10))
    (found,) = stocktake_moves(taken, HEAP, None)
    assert (found.kind, found.weight_kg) == (Kind.FOUND, Decimal(90))
    assert stocktake_moves(taken, HEAP, Decimal(90)) == ()


def test_loose_stock_is_one_line_of_the_balance() -> None:
    moves = [*bulk_moves(event("produce_bulk", "5")), *bulk_moves(event("treat_bulk", "8", 8))]
    booked = [Booking(f"@{move.idx}", SLAG, move) for move in moves]
    (balance,) = balances(booked, FACTORY, None, MORNING, MORNING + timedelta(days=1))
    assert balance.figures[Item.TREATED].entries == (8,)
    assert balance.stock == {LOOSE: Decimal(-3)}
    assert balance.unassigned_kg == 0
