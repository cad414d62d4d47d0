"""Checklist scores, risk scores and the life of a finding, as tables and as sums."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cast import FACTORY
from tests.compliance.test_rules import read_by_people
from waste_trace.compliance.calendar import packaged
from waste_trace.compliance.checklist import (
    GRADE_ZH,
    Grade,
    UnfitScores,
    assess,
    packaged_checklist,
)
from waste_trace.compliance.finding_life import (
    LIFE,
    STATUS_ZH,
    WAITS_FOR_PARTY,
    AnswerDays,
    Status,
    WaitingFinding,
    finding_overdue,
    next_status,
    steps_open_to,
)
from waste_trace.compliance.risk import RISK_ZH, RiskLevel, packaged_weights, score_risk

CHECKLIST = packaged_checklist()
ITEMS = CHECKLIST.items
FULL = dict.fromkeys(ITEMS, 2)
USUAL = [key for key, item in ITEMS.items() if not item.key_item]
KEY = [key for key, item in ITEMS.items() if item.key_item]
WEIGHTS = packaged_weights()


def test_the_checklist_has_the_twelve_institutions_and_says_that_it_is_unconfirmed() -> None:
    assert len(CHECKLIST.groups) == 12
    assert CHECKLIST.certainty == "M"
    assert CHECKLIST.cut_offs_certainty == "?"
    assert all(item.zh and item.en for item in ITEMS.values())
    assert set(GRADE_ZH) == set(Grade)


def test_full_points_are_the_standard_and_half_points_are_not() -> None:
    assert assess(CHECKLIST, FULL).grade is Grade.STANDARD
    assert assess(CHECKLIST, FULL).permille == 1000
    assert assess(CHECKLIST, dict.fromkeys(ITEMS, 1)).grade is Grade.BELOW


@pytest.mark.parametrize(
    ("lost", "grade"),
    # of ten items: 20 points; cut-offs at 16 and 12
    [(4, Grade.STANDARD), (5, Grade.BASIC), (8, Grade.BASIC), (9, Grade.BELOW)],
)
def test_the_grade_changes_at_the_cut_offs(lost: int, grade: Grade) -> None:
    scores = dict.fromkeys(USUAL[:10], 2)
    for key in USUAL[: lost // 2]:
        scores[key] = 0
    if lost % 2:
        scores[USUAL[9]] = 1
    result = assess(CHECKLIST, scores)
    assert (result.points, result.possible) == (20 - lost, 20)
    assert result.grade is grade


@pytest.mark.parametrize("key", KEY)
def test_a_key_item_that_fails_decides_alone(key: str) -> None:
    result = assess(CHECKLIST, FULL | {key: 0})
    assert result.grade is Grade.BELOW
    assert result.failed_key_items == (key,)
    assert assess(CHECKLIST, FULL | {key: 1}).grade is Grade.STANDARD


def test_what_does_not_apply_is_left_out_and_counts_nothing() -> None:
    without = {key: score for key, score in FULL.items() if key != KEY[0]}
    assert assess(CHECKLIST, without).possible == 2 * len(ITEMS) - 2
    assert assess(CHECKLIST, without).grade is Grade.STANDARD


@pytest.mark.parametrize("scores", [{}, {"nothing": 2}, {"plan_filed": 3}, {"plan_filed": -1}])
def test_scores_that_do_not_fit_are_refused(scores: dict[str, int]) -> None:
    with pytest.raises(UnfitScores):
        assess(CHECKLIST, scores)


COUNTS = st.fixed_dictionaries({w.key: st.integers(0, 50) for w in WEIGHTS.reasons})


@given(COUNTS)
def test_a_score_is_the_sum_of_its_reasons(counts: dict[str, int]) -> None:
    risk = score_risk(counts, WEIGHTS)
    assert risk.score == min(100, sum(reason.points for reason in risk.reasons))
    assert all(reason.count == counts[reason.key] > 0 for reason in risk.reasons)
    points = [reason.points for reason in risk.reasons]
    assert points == sorted(points, reverse=True)


@given(COUNTS, st.sampled_from([w.key for w in WEIGHTS.reasons]))
def test_more_of_anything_never_lowers_the_score(counts: dict[str, int], key: str) -> None:
    more = counts | {key: counts[key] + 1}
    assert score_risk(more, WEIGHTS).score >= score_risk(counts, WEIGHTS).score


def test_levels_begin_at_their_cut_offs() -> None:
    assert score_risk({}, WEIGHTS).level is RiskLevel.LOW
    thirty = {"serious_findings": 2}
    assert score_risk(thirty, WEIGHTS).level is RiskLevel.MEDIUM
    assert score_risk({"warning_findings": 4, "stock_tonnes": 9}, WEIGHTS).level is RiskLevel.LOW
    assert score_risk({"serious_findings": 3, "overdue_findings": 2}, WEIGHTS).score == 65
    assert score_risk({"serious_findings": 4, "overdue_findings": 2}, WEIGHTS).level is (
        RiskLevel.HIGH
    )
    assert set(RISK_ZH) == set(RiskLevel)


PARTY = {"is_party": True, "is_bureau": False}
BUREAU = {"is_party": False, "is_bureau": True}


def walk(*steps: str) -> Status:
    """The status after steps, each taken by whose it is."""
    status = Status.OPEN
    for typ in steps:
        who = PARTY if LIFE[typ].by_party else BUREAU
        status = next_status(typ, status, **who) or status
    return status


@pytest.mark.parametrize(
    ("steps", "status"),
    [
        ((), Status.OPEN),
        (("explain_finding", "accept_explanation"), Status.ACCEPTED),
        (("explain_finding", "send_back"), Status.SENT_BACK),
        (("explain_finding", "send_back", "rectify_finding", "close_finding"), Status.CLOSED),
        (("rectify_finding", "send_back", "rectify_finding"), Status.RECTIFIED),
        (("close_finding", "send_back"), Status.SENT_BACK),
        # what does not fit changes nothing
        (("accept_explanation",), Status.OPEN),
        (("send_back",), Status.OPEN),
        (("close_finding", "explain_finding"), Status.CLOSED),
    ],
)
def test_a_finding_lives_by_the_table(steps: tuple[str, ...], status: Status) -> None:
    assert walk(*steps) is status


@pytest.mark.parametrize("typ", LIFE)
@pytest.mark.parametrize("status", Status)
def test_nobody_takes_the_other_sides_step(typ: str, status: Status) -> None:
    other = BUREAU if LIFE[typ].by_party else PARTY
    assert next_status(typ, status, **other) is None
    assert next_status(typ, status, is_party=False, is_bureau=False) is None


def test_each_status_has_a_way_on() -> None:
    assert set(STATUS_ZH) == set(Status)
    for status in Status:
        assert steps_open_to(status, is_party=True, is_bureau=True)
    assert steps_open_to(Status.OPEN, **PARTY) == ["explain_finding", "rectify_finding"]
    assert steps_open_to(Status.EXPLAINED, **BUREAU) == [
        "accept_explanation", "send_back", "close_finding",
    ]  # fmt: skip
    assert {Status.OPEN, Status.SENT_BACK} == WAITS_FOR_PARTY


def test_an_answer_is_due_by_severity_in_working_days() -> None:
    # raised on Friday 20 November 2026: three working days end on Wednesday the 25th
    raised_at = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
    waiting = WaitingFinding("custody_gap:x:1", FACTORY, "serious", "缺失。", raised_at, 12)
    due = datetime(2026, 11, 25, 16, 0, tzinfo=UTC)
    days, calendar = AnswerDays(), packaged()
    assert finding_overdue(waiting, due - timedelta(seconds=1), days, calendar) == []
    (raised,) = finding_overdue(waiting, due, days, calendar)
    read_by_people(raised)
    assert raised.key == "finding_overdue:custody_gap:x:1"
    assert finding_overdue(replace(waiting, severity="notice"), due, days, calendar) == []
