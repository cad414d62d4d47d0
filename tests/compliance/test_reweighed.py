"""A container on another scale: scale noise is nothing, lost kilograms are a finding."""

from decimal import Decimal
from typing import Any

import pytest

from tests.cast import CARRIER, FACTORY
from tests.custody.lives import CODE, MANIFEST, touch
from waste_trace.compliance.reweighed import reweighed
from waste_trace.compliance.rule import Raised
from waste_trace.compliance.weight_difference import WeightTolerance
from waste_trace.custody.fold import fold

TOLERANCE = WeightTolerance(10, Decimal("1.000"))


def findings(*steps: tuple[str, str, dict[str, Any]]) -> list[Raised]:
    """What the rule says of a filled container of 100 kg after these steps."""
    begun = [("issue", FACTORY, {}),
             ("fill", FACTORY, {"weight_kg": "100.000"}), *steps]  # fmt: skip
    touches = [
        touch(idx, typ, minutes=10 * idx, org=org, **body)
        for idx, (typ, org, body) in enumerate(begun)
    ]
    return reweighed(CODE, touches, fold(touches).moves, TOLERANCE)


@pytest.mark.parametrize(
    ("weight_kg", "found"),
    [("99.000", 0), ("98.900", 1), ("101.000", 0), ("101.100", 1), ("60.000", 1)],
)
def test_both_sides_of_the_tolerance(weight_kg: str, found: int) -> None:
    raised = findings(("weigh", FACTORY, {"weight_kg": weight_kg}))
    assert len(raised) == found
    for one in raised:
        assert (one.subject, one.org) == (CODE, FACTORY)
        assert one.facts["after_kg"] == weight_kg


def test_the_carrier_weighs_too() -> None:
    loaded = {"weight_kg": "80.000", "manifest": MANIFEST}
    (raised,) = findings(("store_in", FACTORY, {}), ("store_out", FACTORY, {}),
                         ("load", CARRIER, loaded))  # fmt: skip
    assert raised.org == CARRIER
    assert raised.facts["difference_kg"] == "-20.000"


def test_what_was_written_off_is_explained() -> None:
    assert findings(("write_off", FACTORY, {"reason": "spilled"})) == []


def test_the_receivers_scale_has_its_own_rule() -> None:
    assert findings(("weigh_in", CARRIER, {"weight_kg": "80.000", "manifest": MANIFEST})) == []
