"""Shares add up to the whole, whatever the graph; circles are named and end."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from waste_trace.custody.genealogy import Edge, Share, cycles, ends_of, sources_of

KG = st.decimals("0.001", "1000", places=3)


@st.composite
def pourings(draw: st.DrawFn) -> list[Edge]:
    """Edges that only lead to higher numbers, so that there is no circle; each pair once."""
    pairs = draw(
        st.sets(
            st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda pair: pair[0] < pair[1]),
            max_size=25,
        )
    )
    return [Edge(str(parent), str(child), draw(KG)) for parent, child in sorted(pairs)]


def reached(start: str, edges: list[Edge]) -> list[Edge]:
    """The edges out of a node and of all that it leads to."""
    found = [edge for edge in edges if edge.parent == start]
    for edge in found:
        found += [more for more in edges if more.parent == edge.child and more not in found]
    return found


def total(shares: list[Share]) -> Decimal:
    """The sum over the last ones."""
    return sum((one.share for one in shares if one.last and one.share is not None), Decimal(0))


@given(pourings())
def test_all_of_it_is_at_its_ends(edges: list[Edge]) -> None:
    mine = reached("0", edges)
    ends = ends_of("0", mine)
    assert {one.node for one in ends} == {edge.child for edge in mine}
    if ends:
        assert abs(total(ends) - 1) < Decimal("0.0001")
    assert cycles(mine) == []


@given(pourings())
def test_all_of_it_came_from_its_sources(edges: list[Edge]) -> None:
    turned = [Edge(edge.child, edge.parent, edge.weight_kg) for edge in edges]
    mine = [Edge(edge.child, edge.parent, edge.weight_kg) for edge in reached("9", turned)]
    sources = sources_of("9", mine)
    if sources:
        assert abs(total(sources) - 1) < Decimal("0.0001")


def test_shares_are_by_weight() -> None:
    edges = [Edge("a", "m", Decimal(30)), Edge("b", "m", Decimal(10)), Edge("m", "x", Decimal(40))]
    assert sources_of("x", edges) == [
        Share("m", Decimal(1), False),
        Share("a", Decimal("0.75"), True),
        Share("b", Decimal("0.25"), True),
    ]


def test_an_unknown_weight_makes_shares_unknown_and_not_zero() -> None:
    edges = [Edge("a", "m", None), Edge("b", "m", Decimal(10))]
    assert {one.share for one in sources_of("m", edges)} == {None}
    # Where all went one way, the weight does not matter.
    assert ends_of("a", edges[:1]) == [Share("m", Decimal(1), True)]


def test_what_was_treated_on_the_way_is_said() -> None:
    edges = [Edge("a", "b", Decimal(60)), Edge("a", "c", Decimal(40)),
             Edge("b", "ash", Decimal(60), treated=True)]  # fmt: skip
    assert ends_of("a", edges) == [
        Share("b", Decimal("0.6"), False),
        Share("c", Decimal("0.4"), True),
        Share("ash", Decimal("0.6"), True, treated=True),
    ]
    assert sources_of("ash", [edges[2], edges[0]])[-1] == Share("a", Decimal(1), True, True)


def test_a_circle_is_named_without_shares() -> None:
    edges = [Edge(pair[0], pair[1], Decimal(1)) for pair in ("xa", "ab", "ba", "bc")]
    assert cycles(edges) == [("a", "b")]
    assert ends_of("x", edges) == [
        Share("a", None, False),
        Share("b", None, False),
        Share("c", None, True),
    ]
    # Whoever asks from inside the circle is not told of itself.
    assert {one.node for one in ends_of("a", edges)} == {"b", "c"}


def test_two_circles_and_what_leads_to_them() -> None:
    pairs = ("ab", "bc", "ca", "xa", "de", "ed", "cd", "ff")
    edges = [Edge(pair[0], pair[1], None) for pair in pairs]
    assert sorted(cycles(edges)) == [("a", "b", "c"), ("d", "e"), ("f",)]
