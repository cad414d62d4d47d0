"""Deliveries that are each within tolerance, and short every time, are found by the review."""

from tests.cast import FACTORY, PLANT, Cast
from tests.devices import Clock
from tests.services.lives import drum
from tests.services.test_desk_and_corrections import the_same_after_a_rebuild
from tests.services.test_projection import open_findings
from waste_trace.services.review_deadlines import review_deadlines


def test_a_gram_at_a_time(cast: Cast, clock: Clock) -> None:
    for _ in range(11):
        drum(cast, clock, received_kg="179.000", treated=False)
    assert "weight_difference" not in open_findings(cast.deployment)
    assert "weight_bias" not in open_findings(cast.deployment)
    review_deadlines(cast.deployment)
    assert open_findings(cast.deployment)["weight_bias"] == f"{FACTORY}>{PLANT}"
    # Honest weighings again: the one side is no longer that much fuller than the other.
    for _ in range(4):
        drum(cast, clock, received_kg="180.500", treated=False)
    clock.forward(days=1)
    review_deadlines(cast.deployment)
    assert "weight_bias" not in open_findings(cast.deployment)
    assert the_same_after_a_rebuild(cast.deployment)
