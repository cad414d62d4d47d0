"""Who is inspected is drawn as announced; a visit is scored; the risk score names its reasons."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from tests.cast import BUREAU, CARRIER, DAY, FACTORY, GARAGE, PLANT, PLATFORM, Cast, fill, person
from tests.devices import Clock
from tests.services.test_desk_and_corrections import the_same_after_a_rebuild
from tests.services.test_finding_life import gap
from tests.services.test_reviews import review, standing
from waste_trace.compliance.checklist import UnfitScores, packaged_checklist
from waste_trace.compliance.selection import Announcement, ImpossibleSelection, select_visits
from waste_trace.ledger.checkpoint import Checkpoint
from waste_trace.ledger.encoding import decode_b64
from waste_trace.services.inspections import (
    OnlineOnly,
    UnknownInspection,
    UnknownSelection,
    announce_selection,
    draw_selection,
    find_inspection,
    find_selection,
    inspect_org,
    list_inspections,
    list_positive,
)
from waste_trace.services.rank_risk import rank_risk
from waste_trace.services.record_at_desk import record_at_desk
from waste_trace.store.tree import root_at

LISTED = [FACTORY, GARAGE, PLATFORM, CARRIER, PLANT]
INSPECTORS = ["usr_c", "usr_a", "usr_b"]
FULL = dict.fromkeys(packaged_checklist().items, 2)


def announce(cast: Cast, **more: Any) -> int:
    """An announcement of two visits; its entry."""
    asked: dict[str, Any] = {
        "purpose": "routine",
        "candidates": LISTED,
        "inspectors": INSPECTORS,
        "orgs": 2,
        "per_org": 2,
        "entries_ahead": 3,
        **more,
    }
    return announce_selection(cast.deployment, person(BUREAU), **asked).index


def grow(cast: Cast, entries: int) -> None:
    """Let the ledger get new entries."""
    for code in cast.containers(entries):
        cast.device(FACTORY).tell("label", {"containers": [code]})


def recomputed(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a stranger gets from what is public."""
    announced = Announcement(
        found["purpose"], found["at_size"], tuple(found["candidates"]),
        tuple(found["inspectors"]), found["orgs"], found["per_org"], found["beacon"],
    )  # fmt: skip
    tree = Checkpoint(found["origin"], found["at_size"], decode_b64(found["root"]))
    visits = select_visits(announced, tree, found["beacon_value"])
    return [{"org": one.org, "inspectors": list(one.inspectors)} for one in visits]


def drawn(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The visits as recorded."""
    return [{"org": one["org"], "inspectors": one["inspectors"]} for one in found["visits"]]


def test_a_draw_follows_from_its_announcement_and_a_stranger_gets_the_same(cast: Cast) -> None:
    announcement = announce(cast)
    with pytest.raises(ImpossibleSelection):
        draw_selection(cast.deployment, person(BUREAU), announcement)
    grow(cast, 4)
    draw_selection(cast.deployment, person(BUREAU), announcement)
    found = find_selection(cast.deployment, announcement)
    assert (found["verdict"], len(found["visits"])) == ("true", 2)
    assert drawn(found) == recomputed(found)
    with cast.deployment.engine.connect() as connection:
        assert decode_b64(found["root"]) == root_at(connection, found["at_size"])
    with pytest.raises(ImpossibleSelection):
        draw_selection(cast.deployment, person(BUREAU), announcement)
    assert standing(cast, "false_selection") == []
    assert the_same_after_a_rebuild(cast.deployment)


@pytest.mark.parametrize("wrong", ["root", "visits", "order", "early"])
def test_a_draw_that_does_not_follow_is_a_finding_and_the_true_one_counts(
    cast: Cast, wrong: str
) -> None:
    announcement = announce(cast, entries_ahead=9 if wrong == "early" else 3)
    grow(cast, 4)
    visits = [{"org": org, "inspectors": INSPECTORS[:2]} for org in LISTED[:2]]
    body: dict[str, Any] = {"announcement": announcement, "root": "A" * 43 + "=", "visits": visits}
    if wrong in ("visits", "order"):
        draw_selection(cast.deployment, person(BUREAU), announcement)
        found = find_selection(cast.deployment, announcement)
        body["root"] = found["root"]
        body["visits"] = drawn(found)[::-1] if wrong == "order" else visits
    record_at_desk(cast.deployment, person(BUREAU), "draw_selection", body)
    (finding,) = standing(cast, "false_selection")
    assert finding["org"] == BUREAU
    verdict = find_selection(cast.deployment, announcement)["verdict"]
    assert verdict == ("true" if wrong in ("visits", "order") else "false")
    assert the_same_after_a_rebuild(cast.deployment)


def test_an_announcement_of_a_size_that_is_already_there_cannot_be_drawn(cast: Cast) -> None:
    with pytest.raises(ImpossibleSelection):
        announce(cast, entries_ahead=1)
    grow(cast, 2)
    body = {
        "purpose": "other", "at_size": 3, "candidates": LISTED, "inspectors": INSPECTORS,
        "orgs": 1, "per_org": 1,
    }  # fmt: skip
    idx = record_at_desk(cast.deployment, person(BUREAU), "announce_selection", body).index
    assert find_selection(cast.deployment, idx)["verdict"] == "impossible"
    with pytest.raises(UnknownSelection):
        find_selection(cast.deployment, idx + 1)


def test_a_visit_is_scored_by_the_checklist(cast: Cast) -> None:
    scores = FULL | {"signs_container": 0}
    idx = inspect_org(
        cast.deployment, person(BUREAU), FACTORY, mode="on_site", day=DAY, scores=scores
    ).index
    found = find_inspection(cast.deployment, person(FACTORY), idx)
    assert (found["grade"], found["grade_zh"]) == ("below", "不达标")
    assert found["failed"] == ["signs_container"]
    assert found["points"] == found["possible"] - 2
    with pytest.raises(UnknownInspection):
        find_inspection(cast.deployment, person(GARAGE), idx)
    assert list_inspections(cast.deployment, person(GARAGE)) == []
    with pytest.raises(UnfitScores):
        inspect_org(
            cast.deployment, person(BUREAU), FACTORY, mode="online", day=DAY, scores={"x": 2}
        )
    assert the_same_after_a_rebuild(cast.deployment)


def test_a_checklist_of_another_edition_is_kept_without_a_grade(cast: Cast) -> None:
    body = {
        "org": FACTORY, "mode": "online", "day": "2026-11-23", "edition": "2031",
        "scores": {"new_item": 2},
    }  # fmt: skip
    idx = record_at_desk(cast.deployment, person(BUREAU), "inspect_org", body).index
    assert find_inspection(cast.deployment, person(BUREAU), idx)["grade_zh"] == "未评级"


def test_who_is_on_the_positive_list_is_inspected_online_only(cast: Cast) -> None:
    body = {"org": FACTORY, "listed": True, "until": "2026-12-31", "reason": "good_record"}
    record_at_desk(cast.deployment, person(BUREAU), "set_positive_list", body)
    assert [row["org"] for row in list_positive(cast.deployment)] == [FACTORY]
    visit: dict[str, Any] = {"day": DAY, "scores": FULL}
    with pytest.raises(OnlineOnly):
        inspect_org(cast.deployment, person(BUREAU), FACTORY, mode="on_site", **visit)
    inspect_org(cast.deployment, person(BUREAU), FACTORY, mode="online", **visit)
    after = {**visit, "day": DAY + timedelta(days=40)}
    inspect_org(cast.deployment, person(BUREAU), FACTORY, mode="on_site", **after)
    off = {**body, "listed": False, "reason": "findings"}
    record_at_desk(cast.deployment, person(BUREAU), "set_positive_list", off)
    assert list_positive(cast.deployment) == []
    inspect_org(cast.deployment, person(BUREAU), FACTORY, mode="on_site", **visit)


def test_a_risk_score_is_the_sum_of_what_the_record_says(cast: Cast, clock: Clock) -> None:
    gap(cast)
    (code,) = cast.containers()
    cast.device(FACTORY).tell("fill", fill(code, "2500.000"))
    ranked = {one.org: one.risk for one in rank_risk(cast.deployment, person(BUREAU))}
    assert BUREAU not in ranked
    assert {reason.key: reason.points for reason in ranked[FACTORY].reasons} == {
        "warning_findings": 5, "stock_tonnes": 2,
    }  # fmt: skip
    review(cast, clock, days=30)
    inspect_org(
        cast.deployment, person(BUREAU), FACTORY, mode="on_site", day=DAY,
        scores=dict.fromkeys(FULL, 0),
    )  # fmt: skip
    first = rank_risk(cast.deployment, person(BUREAU))[0]
    assert first.org == FACTORY
    assert {reason.key for reason in first.risk.reasons} >= {"overdue_findings", "below_standard"}
    assert first.risk.score == sum(reason.points for reason in first.risk.reasons)
    (own,) = rank_risk(cast.deployment, person(GARAGE))
    assert own.org == GARAGE
