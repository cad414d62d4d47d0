"""A finding is explained, sent back, rectified and closed, each step by whose turn it is."""

from typing import Any

import pytest

from tests.cast import BUREAU, FACTORY, GARAGE, PLANT, Cast, fill, person
from tests.devices import Clock
from tests.services.test_desk_and_corrections import the_same_after_a_rebuild
from tests.services.test_projection import rows
from tests.services.test_reviews import review, standing
from waste_trace.services.evidence import (
    UnfitEvidence,
    UnknownEvidence,
    find_evidence,
    keep_evidence,
)
from waste_trace.services.finding_life import (
    StatementMissing,
    StepNotOpen,
    UnknownFinding,
    find_finding,
    take_step,
)
from waste_trace.services.look_up import list_findings
from waste_trace.services.record_at_desk import record_at_desk
from waste_trace.store.tables import FindingLife, FindingStep

PICTURE = b"\x89PNG\r\n\x1a\n" + b"a picture of the repaired scale"
EXPLAINED = {"reason": "no_network"}


def gap(cast: Cast) -> str:
    """A finding on the factory: a container that it stores and never filled."""
    (code,) = cast.containers()
    cast.device(FACTORY).tell("store_in", {"containers": [code]})
    (found,) = standing(cast, "custody_gap")
    return str(found["key"])


def step(cast: Cast, org: str, typ: str, key: str, *, statement: str = "", **said: Any) -> str:
    """Take a step; the status after it."""
    take_step(cast.deployment, person(org), typ, key, said, statement)
    return str(find_finding(cast.deployment, person(BUREAU), key)["status"])


def overdue(cast: Cast) -> set[str]:
    """The keys of findings that say that another has had no answer."""
    return {row["key"] for row in standing(cast, "finding_overdue")}


def test_a_finding_from_its_raising_to_its_end(cast: Cast, clock: Clock) -> None:
    key = gap(cast)
    before = find_finding(cast.deployment, person(FACTORY), key)
    assert (before["status"], before["steps"]) == ("open", [])
    assert before["open_steps"] == ["explain_finding", "rectify_finding"]
    # a warning on Monday the 23rd: five working days end with Monday the 30th
    assert before["due_at"].isoformat() == "2026-12-01T00:00:00+08:00"
    assert (
        step(cast, FACTORY, "explain_finding", key, statement="地下库无信号", **EXPLAINED)
        == "explained"
    )
    assert find_finding(cast.deployment, person(FACTORY), key)["due_at"] is None
    assert step(cast, BUREAU, "send_back", key, statement="请附照片") == "sent_back"
    clock.forward(days=1)
    evidence = [keep_evidence(cast.deployment, PICTURE)]
    said = {"statement": "已补装桶记录"}
    assert step(cast, FACTORY, "rectify_finding", key, evidence=evidence, **said) == "rectified"
    assert step(cast, BUREAU, "close_finding", key) == "closed"
    after = find_finding(cast.deployment, person(FACTORY), key)
    assert [one["typ"] for one in after["steps"]] == [
        "explain_finding", "send_back", "rectify_finding", "close_finding",
    ]  # fmt: skip
    assert after["steps"][0]["statement"] == "地下库无信号"
    assert after["steps"][2]["evidence"] == evidence
    assert after["open_steps"] == []
    (listed,) = [
        one for one in list_findings(cast.deployment, person(FACTORY)) if one["key"] == key
    ]
    assert (listed["status"], listed["status_zh"]) == ("closed", "已办结")
    assert the_same_after_a_rebuild(cast.deployment)


def test_a_step_that_is_not_open_is_refused_with_what_is(cast: Cast) -> None:
    key = gap(cast)
    with pytest.raises(StepNotOpen) as caught:
        take_step(cast.deployment, person(BUREAU), "accept_explanation", key, {})
    assert caught.value.facts["open"] == ["close_finding"]
    with pytest.raises(StepNotOpen):
        take_step(cast.deployment, person(FACTORY), "close_finding", key, {})


def test_a_step_that_needs_words_is_not_taken_without(cast: Cast) -> None:
    key = gap(cast)
    with pytest.raises(StatementMissing):
        step(cast, FACTORY, "rectify_finding", key, evidence=["0" * 64])
    assert rows(cast.deployment, FindingStep) == []


def test_who_is_not_concerned_does_not_see_it(cast: Cast) -> None:
    key = gap(cast)
    for org in (GARAGE, PLANT):
        with pytest.raises(UnknownFinding):
            find_finding(cast.deployment, person(org), key)
        with pytest.raises(UnknownFinding):
            take_step(cast.deployment, person(org), "explain_finding", key, EXPLAINED)


def test_a_step_of_somebody_else_is_recorded_and_changes_nothing(cast: Cast) -> None:
    key = gap(cast)
    body = {"finding": key, **EXPLAINED}
    record_at_desk(cast.deployment, person(GARAGE), "explain_finding", body)
    nowhere = {"finding": "no_such:finding:1", **EXPLAINED}
    record_at_desk(cast.deployment, person(GARAGE), "explain_finding", nowhere)
    assert [row["applied"] for row in rows(cast.deployment, FindingStep)] == [False, False]
    assert rows(cast.deployment, FindingLife) == []
    assert find_finding(cast.deployment, person(FACTORY), key)["status"] == "open"


def test_what_is_not_answered_in_time_is_a_finding_until_it_is(cast: Cast, clock: Clock) -> None:
    key = gap(cast)
    review(cast, clock, days=7)
    assert standing(cast, "finding_overdue") == []
    review(cast, clock, days=1)
    (late,) = standing(cast, "finding_overdue")
    assert (late["key"], late["org"]) == (f"finding_overdue:{key}", FACTORY)
    # a finding on a finding is not asked for in its turn
    review(cast, clock, days=30)
    assert not [row for row in standing(cast, "finding_overdue") if "overdue:finding" in row["key"]]
    step(cast, FACTORY, "explain_finding", key, **EXPLAINED)
    review(cast, clock, days=1)
    assert late["key"] not in overdue(cast)
    step(cast, BUREAU, "send_back", key, statement="不充分")
    review(cast, clock, days=1)
    assert late["key"] not in overdue(cast)
    review(cast, clock, days=9)
    assert late["key"] in overdue(cast)
    assert the_same_after_a_rebuild(cast.deployment)


def test_what_was_settled_and_comes_again_is_open_again(cast: Cast, clock: Clock) -> None:
    (code,) = cast.containers()
    factory = cast.device(FACTORY)
    factory.tell("fill", fill(code))
    factory.tell("store_in", {"containers": [code]})
    picture = {"camera": "CAM-1", "sha256": "0" * 64, "media_type": "image/png"}
    factory.tell("capture_frame", picture)
    review(cast, clock, days=4)
    (silent,) = standing(cast, "camera_silent")
    assert step(cast, BUREAU, "close_finding", silent["key"]) == "closed"
    factory.tell("capture_frame", {**picture, "sha256": "1" * 64})
    review(cast, clock, days=1)
    assert standing(cast, "camera_silent") == []
    review(cast, clock, days=4)
    assert len(standing(cast, "camera_silent")) == 1
    again = find_finding(cast.deployment, person(FACTORY), silent["key"])
    assert again["status"] == "open"
    assert again["due_at"] > cast.deployment.now()
    assert the_same_after_a_rebuild(cast.deployment)


def test_evidence_is_seen_by_who_sees_the_finding(cast: Cast) -> None:
    key, digest = gap(cast), keep_evidence(cast.deployment, PICTURE)
    with pytest.raises(UnknownEvidence):
        find_evidence(cast.deployment, person(FACTORY), digest)
    step(cast, FACTORY, "rectify_finding", key, statement="已整改", evidence=[digest])
    for org in (FACTORY, BUREAU):
        assert find_evidence(cast.deployment, person(org), digest) == (PICTURE, "image/png")
    with pytest.raises(UnknownEvidence):
        find_evidence(cast.deployment, person(GARAGE), digest)


@pytest.mark.parametrize("data", [b"", b"<svg onload=alert(1)>", b"MZ"])
def test_evidence_is_a_picture_or_a_document(cast: Cast, data: bytes) -> None:
    with pytest.raises(UnfitEvidence):
        keep_evidence(cast.deployment, data)
