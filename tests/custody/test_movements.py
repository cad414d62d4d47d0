"""The books: nothing comes from nowhere, nothing is lost, whatever happens in whatever order."""

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.cast import CARRIER, FACTORY, GARAGE, PLANT, PLATFORM
from tests.custody.lives import CODE, MANIFEST, OTHER, life, touch
from tests.custody.test_fold import lawful_lives
from waste_trace.custody.fold import Present, Touch, fold
from waste_trace.custody.movements import Account, Kind
from waste_trace.custody.stated import stated_kg

KG = Decimal


def books(present: Present) -> dict[tuple[str, str], Decimal]:
    """(organisation, kind) to the sum of what was booked."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for move in present.moves:
        sums[move.account.org, move.kind.value] += move.weight_kg
    return {key: weight_kg for key, weight_kg in sums.items() if weight_kg}


def balance(present: Present) -> dict[Account, Decimal]:
    """What each account has, where it is not nothing."""
    sums: dict[Account, Decimal] = defaultdict(Decimal)
    for move in present.moves:
        sums[move.account] += move.weight_kg
    return {account: weight_kg for account, weight_kg in sums.items() if weight_kg}


def test_what_came_out_of_a_treated_container_is_not_in_it() -> None:
    body = {"containers": ["C"], "batch": "B", "weight_kg": "45.000"}
    assert stated_kg(body, "C", "source") is None
    assert stated_kg(body, "C", "subject") == Decimal("45.000")


def test_the_usual_life_leaves_nothing_behind() -> None:
    """Declared 180, 181 at loading, 179.5 on the receiver's scale, all of it treated."""
    present = fold(life())
    assert books(present) == {
        (FACTORY, "produced"): KG("180.000"),
        (FACTORY, "loss"): KG("1.000"),  # the truck's scale found a kilogram more
        (FACTORY, "dispatched"): KG("-181.000"),
        (CARRIER, "received"): KG("181.000"),
        (CARRIER, "loss"): KG("-1.500"),
        (CARRIER, "dispatched"): KG("-179.500"),
        (PLANT, "received"): KG("179.500"),
        (PLANT, "treated"): KG("-179.500"),
    }
    assert balance(present) == {}


def test_a_truck_is_an_account_too() -> None:
    on_the_road = fold(life()[:7])
    assert balance(on_the_road) == {Account(CARRIER): KG("181.000")}
    assert on_the_road.content_kg == KG("181.000")


@given(lawful_lives(), st.data())
def test_the_books_are_what_is_in_the_container(touches: list[Touch], data: st.DataObject) -> None:
    weights = data.draw(st.lists(st.integers(1, 999), min_size=len(touches), max_size=len(touches)))
    weighed = [
        replace(one, body={**one.body, "weight_kg": f"{kg}.000"} if kg % 2 else one.body)
        for one, kg in zip(touches, weights, strict=True)
    ]
    for known in range(len(weighed) + 1):
        present = fold(weighed[:known])
        here = {present.account: present.content_kg} if present.content_kg else {}
        assert balance(present) == here


@given(st.permutations(range(11)))
def test_the_books_do_not_depend_on_the_order_of_arrival(order: list[int]) -> None:
    touches = life()
    shuffled = [replace(touches[place], idx=idx) for idx, place in enumerate(order)]
    assert books(fold(shuffled)) == books(fold(touches))


def test_what_a_platform_fills_at_the_door_was_the_producers() -> None:
    told = [
        touch(0, "issue"),
        touch(1, "fill", org=PLATFORM, minutes=1, weight_kg="18.000"),
        touch(2, "collect", org=PLATFORM, minutes=2, from_org=GARAGE, weight_kg="18.000"),
    ]
    expected = {
        (GARAGE, "produced"): KG("18.000"),
        (GARAGE, "dispatched"): KG("-18.000"),
        (PLATFORM, "received"): KG("18.000"),
    }
    assert books(fold(told)) == expected
    named = [told[0], replace(told[1], body={**told[1].body, "unit": GARAGE}), told[2]]
    assert books(fold(named)) == expected


def test_waste_without_a_beginning_is_of_unknown_source() -> None:
    found = fold([touch(0, "weigh_in", org=PLANT, weight_kg="5.000")])
    assert books(found) == {(PLANT, Kind.FOUND.value): KG("5.000")}


def test_a_weight_of_its_own_among_several() -> None:
    weights = [{"container": CODE, "weight_kg": "7.000"}, {"container": OTHER, "weight_kg": "9"}]
    both = touch(1, "weigh_in", minutes=1, containers=(CODE, OTHER), weight_kg="16.000",
                 weights=weights)  # fmt: skip
    assert fold([both]).received_kg == KG("7.000")
    assert fold([both]).together == {}


def test_several_on_one_scale_are_remembered_as_that() -> None:
    both = touch(2, "weigh_in", minutes=2, containers=(CODE, OTHER), weight_kg="400.000")
    present = fold([touch(0, "issue"), touch(1, "fill", minutes=1), both])
    assert present.together == {2: KG("180.000")}
    assert present.content_kg == KG("180.000")


def test_a_refused_container_goes_back() -> None:
    told = [*life()[:9]]
    told.append(touch(9, "reject", org=PLANT, minutes=100, manifest=MANIFEST))
    told.append(touch(10, "return", org=CARRIER, minutes=110, manifest=MANIFEST))
    told.append(touch(11, "take_back", org=FACTORY, minutes=120, manifest=MANIFEST))
    present = fold(told)
    assert (present.state.value, present.missing) == ("returned", ())
    assert balance(present) == {Account(FACTORY, f"SITE-{FACTORY[-4:]}"): KG("179.500")}
