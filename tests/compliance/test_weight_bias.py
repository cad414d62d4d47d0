"""Weights that are wrong to one side: chance is counted exactly, and small matters are left."""

from decimal import Decimal

import pytest

from waste_trace.compliance.weight_bias import BiasLimits, Delivery, is_no_chance, weight_bias

LIMITS = BiasLimits()


def deliveries(*differences: str) -> list[Delivery]:
    """Deliveries of 1000 kg with these differences."""
    return [
        Delivery(f"M{n}", n, Decimal(1000), Decimal(1000) + Decimal(difference))
        for n, difference in enumerate(differences)
    ]


@pytest.mark.parametrize(
    ("short", "of", "no_chance"),
    [(10, 10, False), (11, 11, True), (0, 11, True), (13, 14, False), (14, 15, True),
     (17, 20, False), (18, 20, True), (10, 20, False), (0, 0, False)],
)  # fmt: skip
def test_the_sign_test_is_exact(short: int, of: int, no_chance: bool) -> None:
    assert is_no_chance(short, of, 1000) is no_chance


def test_small_thefts_within_tolerance_are_found_together() -> None:
    (found,) = weight_bias("A", "B", deliveries(*["-8"] * 11), LIMITS)
    assert (found.subject, found.org) == ("A>B", "B")
    assert found.facts["difference_kg"] == "-88"
    assert "少" in found.zh
    assert weight_bias("A", "B", deliveries(*["-8"] * 10), LIMITS) == []


def test_more_again_and_again_is_no_chance_either() -> None:
    (found,) = weight_bias("A", "B", deliveries(*["8"] * 12), LIMITS)
    assert "多" in found.zh


def test_a_scale_that_is_a_little_off_does_not_matter() -> None:
    assert weight_bias("A", "B", deliveries(*["-1"] * 20), LIMITS) == []


def test_honest_noise_is_nothing() -> None:
    assert weight_bias("A", "B", deliveries(*["-3", "4", "2", "-1", "0"] * 4), LIMITS) == []


def test_many_small_ones_against_one_large_one_are_no_bias() -> None:
    assert weight_bias("A", "B", deliveries(*["-1"] * 15, "400"), LIMITS) == []


def test_only_the_last_ones_count() -> None:
    old = deliveries(*["-8"] * 15, *["5", "-5"] * 10)
    assert weight_bias("A", "B", old, LIMITS) == []
