"""Each rule fires on its smallest example, and not on the neighbour."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cast import PLANT
from tests.custody.lives import CODE, MANIFEST, life, touch
from waste_trace.compliance.custody_gap import CUSTODY_GAP, UNKNOWN_CONTAINER, custody_gaps
from waste_trace.compliance.frame_verdict import CAMERA_IMPAIRED, STOCK_MISMATCH, frame_verdict
from waste_trace.compliance.record_quality import (
    DEVICE_GAP,
    FORGED_LABEL,
    LATE_EVENT,
    device_gap,
    forged_label,
    late_event,
)
from waste_trace.compliance.rule import SEVERITY_ZH, Raised, Rule, Severity
from waste_trace.compliance.weight_difference import (
    WEIGHT_DIFFERENCE,
    WeightTolerance,
    weight_difference,
)
from waste_trace.custody.fold import fold
from waste_trace.custody.states import STATE_ZH, transition

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
TOLERANCE = WeightTolerance(permille=10, kg=Decimal("1.000"))
RULES = (
    CAMERA_IMPAIRED, CUSTODY_GAP, DEVICE_GAP, FORGED_LABEL, LATE_EVENT, STOCK_MISMATCH,
    UNKNOWN_CONTAINER, WEIGHT_DIFFERENCE,
)  # fmt: skip


def weighed(dispatched: str, received: str, tolerance: WeightTolerance = TOLERANCE) -> list[Raised]:
    """The rule on two weights."""
    return weight_difference(
        MANIFEST, PLANT, Decimal(dispatched), Decimal(received), [3, 7], tolerance
    )


def read_by_people(raised: Raised) -> None:
    """A finding has both languages, and they are not each other."""
    assert any("一" <= sign <= "鿿" for sign in raised.zh)
    assert raised.en.isascii()
    assert raised.subject
    assert raised.key.startswith(f"{raised.rule.name}:")


@pytest.mark.parametrize(
    ("dispatched", "received", "fires"),
    [
        ("180.000", "180.000", False),
        # up to 100 kg the kilogram decides
        ("50.000", "51.000", False), ("50.000", "51.001", True),
        ("50.000", "49.000", False), ("50.000", "48.999", True),
        ("0", "1.000", False), ("0", "1.001", True),
        # at 100 kg both are the same, above it the ten per mille decide
        ("100.000", "101.000", False), ("100.000", "101.001", True),
        ("1000.000", "1010.000", False), ("1000.000", "1010.001", True),
        ("1000.000", "990.000", False), ("1000.000", "989.999", True),
    ],
)  # fmt: skip
def test_a_weight_difference_starts_beyond_the_tolerance(
    dispatched: str, received: str, fires: bool
) -> None:
    raised = weighed(dispatched, received)
    assert [finding.rule for finding in raised] == [WEIGHT_DIFFERENCE] * fires


def test_a_weight_difference_states_both_witnesses() -> None:
    (raised,) = weighed("180.000", "150.000")
    read_by_people(raised)
    assert raised.facts == {
        "dispatched_kg": "180.000",
        "received_kg": "150.000",
        "difference_kg": "-30.000",
        "permille": "-166.7",
        "tolerance_permille": 10,
        "tolerance_kg": "1.000",
        "events": [3, 7],
    }
    assert (raised.subject, raised.org) == (MANIFEST, PLANT)
    for text in (raised.zh, raised.en):
        assert "180.000" in text
        assert "150.000" in text
        assert "-30.000" in text


WEIGHTS = st.decimals(0, 100_000, places=3)


@given(WEIGHTS, WEIGHTS, st.integers(0, 200), st.decimals(0, 50, places=3))
def test_the_tolerance_is_the_larger_of_the_two(
    dispatched: Decimal, received: Decimal, permille: int, kg: Decimal
) -> None:
    raised = weighed(str(dispatched), str(received), WeightTolerance(permille, kg))
    difference = abs(received - dispatched)
    assert bool(raised) == (difference > kg and difference * 1000 > dispatched * permille)


def test_a_gap_is_raised_for_each_event_that_found_the_wrong_state() -> None:
    issue, _, store_in, store_out, *_ = life()
    (raised,) = custody_gaps(CODE, fold([issue, store_in, store_out]))
    read_by_people(raised)
    assert raised.rule is CUSTODY_GAP
    assert raised.facts == {
        "event": store_in.idx,
        "typ": "store_in",
        "found": "issued",
        "expected": ["accepted", "collected", "filled", "out", "returned"],
    }
    assert raised.org == store_in.org
    assert "入库" in raised.zh
    assert "已赋码" in raised.zh
    assert custody_gaps(CODE, fold(life())) == []


def test_a_container_that_nobody_issued_is_another_finding() -> None:
    (raised,) = custody_gaps(CODE, fold([touch(0, "fill")]))
    read_by_people(raised)
    assert raised.rule is UNKNOWN_CONTAINER
    assert raised.rule.severity is Severity.SERIOUS
    assert custody_gaps(CODE, fold([touch(0, "issue")])) == []


@pytest.mark.parametrize("role", ["input", "output"])
def test_a_gap_in_a_merge_names_what_was_expected_in_that_role(role: str) -> None:
    (raised,) = custody_gaps(CODE, fold([touch(0, "issue"), touch(1, "fill", minutes=10),
                                         touch(2, "merge", role=role, minutes=20)]))  # fmt: skip
    row = transition("merge", role)
    assert row is not None
    assert raised.facts["expected"] == sorted(row.before)
    for state in row.before:
        assert STATE_ZH[state] in raised.zh


@pytest.mark.parametrize(
    ("delay", "hours"),
    [
        (timedelta(0), None),
        (-timedelta(hours=30), None),
        (timedelta(hours=24), None),
        (timedelta(hours=24, milliseconds=1), 24),
        (timedelta(hours=49, minutes=59), 49),
    ],
)
def test_an_event_is_late_after_the_hours_allowed(delay: timedelta, hours: int | None) -> None:
    raised = late_event(5, PLANT, NOON, NOON + delay, timedelta(hours=24))
    assert [finding.facts for finding in raised] == (
        [] if hours is None else [{"event": 5, "hours": hours}]
    )
    for finding in raised:
        read_by_people(finding)
        assert (finding.rule, finding.subject) == (LATE_EVENT, "#5")


def test_a_device_gap_names_the_missing_numbers() -> None:
    assert device_gap("dev-1/0", PLANT, []) == []
    (raised,) = device_gap("dev-1/0", PLANT, [(3, 3), (5, 9)])
    read_by_people(raised)
    assert raised.rule is DEVICE_GAP
    assert raised.facts == {"device": "dev-1/0", "missing": [[3, 3], [5, 9]]}
    for text in (raised.zh, raised.en):
        assert "3, 5-9" in text


def test_each_forged_label_of_an_event_is_its_own_finding() -> None:
    first = forged_label(4, PLANT, "A" * 60, "签名不符。", "The signature does not match.")
    other = forged_label(4, PLANT, "B" + "A" * 59, "签名不符。", "The signature does not match.")
    read_by_people(first)
    assert first.rule is FORGED_LABEL
    assert first.facts == {"event": 4, "label": "A" * 60}
    assert first.key != other.key
    assert first.key == forged_label(4, PLANT, "A" * 60, "x", "y").key


@pytest.mark.parametrize(
    ("verdict", "rule"),
    [("verified", None), ("unobservable", CAMERA_IMPAIRED), ("suspect", STOCK_MISMATCH)],
)
def test_a_verdict_becomes_a_finding(verdict: str, rule: Rule | None) -> None:
    raised = frame_verdict(9, "CAM-1", PLANT, verdict, {"health": "covered"})
    assert [finding.rule for finding in raised] == ([] if rule is None else [rule])
    for finding in raised:
        read_by_people(finding)
        assert finding.facts == {"event": 9, "camera": "CAM-1", "detail": {"health": "covered"}}


def test_the_same_facts_have_the_same_key_and_others_another() -> None:
    keys = [
        weighed("180", "150")[0].key,
        custody_gaps(CODE, fold([touch(0, "treat")]))[0].key,
        custody_gaps(CODE, fold([touch(1, "treat")]))[0].key,
        late_event(5, PLANT, NOON, NOON + timedelta(days=2), timedelta(1))[0].key,
        late_event(6, PLANT, NOON, NOON + timedelta(days=2), timedelta(1))[0].key,
        device_gap("dev-1/0", PLANT, [(1, 1)])[0].key,
        frame_verdict(9, "CAM-1", PLANT, "suspect", {})[0].key,
        frame_verdict(9, "CAM-2", PLANT, "suspect", {})[0].key,
        frame_verdict(9, "CAM-1", PLANT, "unobservable", {})[0].key,
    ]
    assert len(set(keys)) == len(keys)
    assert weighed("180", "140")[0].key == keys[0]


def test_every_rule_says_where_it_comes_from() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.clause
        assert rule.zh
        assert rule.en
        assert rule.certainty in {"P", "2", "1", "M", "?"}
        assert SEVERITY_ZH[rule.severity]
