"""What people say at the desk, and how a wrong record is put right without losing what it said."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from tests.cast import (
    CARRIER,
    FACTORY,
    PLANT,
    PLATFORM,
    Cast,
    fill,
    merge,
    person,
    produce,
    transport,
    weigh_in,
)
from tests.devices import Clock
from tests.services.lives import drum
from tests.services.test_projection import open_findings, rows
from waste_trace.custody.errors import MalformedBody, NotPermitted
from waste_trace.services.deployment import Deployment
from waste_trace.services.list_actions import list_actions
from waste_trace.services.rebuild import rebuild, snapshot
from waste_trace.services.record_at_desk import ClaimedInFuture, record_at_desk
from waste_trace.services.review_deadlines import review_deadlines
from waste_trace.services.trace_container import UnknownContainer
from waste_trace.store.tables import (
    Batch,
    Container,
    CorrectionRow,
    EventIndex,
    Manifest,
    MovementRow,
)
from waste_trace.store.writing import table_of


def event(deployment: Deployment, idx: int) -> dict[str, Any]:
    """A row of the event index."""
    table = table_of(EventIndex)
    with deployment.engine.connect() as connection:
        return dict(connection.execute(select(table).where(table.c.idx == idx)).mappings().one())


def balance(deployment: Deployment) -> dict[str, Decimal]:
    """What each organisation has on the books."""
    sums: dict[str, Decimal] = {}
    for row in rows(deployment, MovementRow):
        sums[row["org"]] = sums.get(row["org"], Decimal(0)) + row["weight_kg"]
    return {org: weight_kg for org, weight_kg in sums.items() if weight_kg}


def the_same_after_a_rebuild(deployment: Deployment) -> bool:
    """Whether the ledger alone gives the same read tables."""
    with deployment.engine.connect() as connection:
        before = snapshot(connection)
    rebuild(deployment)
    with deployment.engine.connect() as connection:
        return before == snapshot(connection)


def test_the_desk_speaks_for_a_person(cast: Cast) -> None:
    recorded = record_at_desk(cast.deployment, person(FACTORY), "produce", produce())
    said = event(cast.deployment, recorded.index)
    assert (said["dev"], said["org"], said["act"]) == ("desk", FACTORY, "usr_tester01")
    assert [row["org"] for row in rows(cast.deployment, Batch)] == [FACTORY]


def test_the_desk_says_only_what_may_be_said_there(cast: Cast) -> None:
    code = cast.containers()[0]
    with pytest.raises(NotPermitted):
        record_at_desk(cast.deployment, person(FACTORY), "fill", fill(code))
    with pytest.raises(NotPermitted):
        record_at_desk(cast.deployment, person(CARRIER), "produce", produce())
    with pytest.raises(MalformedBody):
        record_at_desk(cast.deployment, person(FACTORY), "produce", {"batch": "x"})


def test_what_happened_before_now_can_be_told_later(cast: Cast, clock: Clock) -> None:
    then = cast.deployment.now() - timedelta(days=2)
    recorded = record_at_desk(
        cast.deployment, person(FACTORY), "produce", produce(), claimed_at=then
    )
    assert event(cast.deployment, recorded.index)["claimed_at"] == then
    assert "time_outside_proof" not in open_findings(cast.deployment)
    later = cast.deployment.now() + timedelta(minutes=1)
    with pytest.raises(ClaimedInFuture):
        record_at_desk(cast.deployment, person(FACTORY), "produce", produce(), claimed_at=later)


def test_names_and_notes_stay_beside_the_ledger(cast: Cast) -> None:
    recorded = record_at_desk(
        cast.deployment,
        person(FACTORY),
        "produce",
        produce(),
        personal={"note": "李四"},
    )
    assert "李四" not in event(cast.deployment, recorded.index)["body"]
    assert '"pii"' in event(cast.deployment, recorded.index)["body"]


def correct(cast: Cast, org: str, idx: int, old: str, new: str) -> int:
    """A correction of a weight, said at the desk; its index."""
    body = {"corrects": idx, "field": "weight_kg", "old": old, "new": new, "reason": "typing"}
    return record_at_desk(cast.deployment, person(org), "correct", body).index


def test_a_correction_that_concerns_nobody_else_counts_at_once(cast: Cast, clock: Clock) -> None:
    code = cast.containers()[0]
    told = cast.device(FACTORY).tell("fill", fill(code, "810.000"))
    correct(cast, FACTORY, told.index, "810.000", "180.000")
    (container,) = rows(cast.deployment, Container)
    assert container["declared_kg"] == container["content_kg"] == Decimal("180.000")
    assert balance(cast.deployment) == {FACTORY: Decimal("180.000")}
    (kept,) = rows(cast.deployment, CorrectionRow)
    assert (kept["status"], kept["old"], kept["new"]) == ("confirmed", "810.000", "180.000")
    # What was signed first stays what it was.
    assert '"weight_kg":"810.000"' in event(cast.deployment, told.index)["body"]
    assert the_same_after_a_rebuild(cast.deployment)


def test_another_party_confirms_or_disputes(cast: Cast, clock: Clock) -> None:
    told = drum(cast, clock, treated=False, received_kg="150.000")
    assert "weight_difference" in open_findings(cast.deployment)
    weighed = next(
        row
        for row in rows(cast.deployment, EventIndex)
        if row["typ"] == "weigh_in" and row["manifest"] == told.manifest
    )
    clock.forward(minutes=5)
    idx = correct(cast, PLANT, weighed["idx"], "150.000", "180.000")
    (pending,) = rows(cast.deployment, CorrectionRow)
    assert (pending["status"], pending["others"]) == ("pending", f"{FACTORY},{CARRIER}")
    (manifest,) = rows(cast.deployment, Manifest)
    assert manifest["received_kg"] == Decimal("150.000")

    disputed = {"correction": idx, "reason": "other_figure"}
    record_at_desk(cast.deployment, person(FACTORY), "dispute_correction", disputed)
    assert rows(cast.deployment, CorrectionRow)[0]["status"] == "disputed"
    assert "weight_difference" in open_findings(cast.deployment)
    # Whose record it is cannot agree with itself.
    record_at_desk(cast.deployment, person(PLANT), "confirm_correction", {"correction": idx})
    assert rows(cast.deployment, CorrectionRow)[0]["status"] == "disputed"

    record_at_desk(cast.deployment, person(FACTORY), "confirm_correction", {"correction": idx})
    (agreed,) = rows(cast.deployment, CorrectionRow)
    assert (agreed["status"], agreed["answered_by"]) == ("confirmed", FACTORY)
    (manifest,) = rows(cast.deployment, Manifest)
    assert manifest["received_kg"] == Decimal("180.000")
    assert "weight_difference" not in open_findings(cast.deployment)
    assert balance(cast.deployment) == {PLANT: Decimal("180.000")}
    assert the_same_after_a_rebuild(cast.deployment)


def test_a_correction_must_quote_what_was_said(cast: Cast) -> None:
    told = cast.device(FACTORY).tell("fill", fill(cast.containers()[0], "180.000"))
    correct(cast, FACTORY, told.index, "170.000", "160.000")
    correct(cast, FACTORY, told.index, "180.000", "heavy")
    correct(cast, FACTORY, 10**9, "180.000", "160.000")
    assert [row["status"] for row in rows(cast.deployment, CorrectionRow)] == ["void"] * 3
    assert rows(cast.deployment, Container)[0]["declared_kg"] == Decimal("180.000")


def test_a_difference_of_several_on_one_scale_is_booked_once(cast: Cast, clock: Clock) -> None:
    first, second = cast.containers(2)
    number = cast.manifest()
    for code in (first, second):
        clock.forward(minutes=10)
        cast.device(FACTORY).tell("fill", fill(code, "100.000"))
    for typ in ("load", "depart", "arrive"):
        clock.forward(minutes=10)
        cast.device(CARRIER).tell(typ, transport(number, [first, second]))
    clock.forward(minutes=10)
    cast.device(PLANT).tell("weigh_in", weigh_in(number, [first, second], "197.000"))
    assert balance(cast.deployment) == {PLANT: Decimal("197.000")}
    clock.forward(minutes=10)
    body = {"containers": [first, second], "method": "R9", "weight_kg": "197.000"}
    cast.device(PLANT).tell("treat", body)
    assert balance(cast.deployment) == {}
    assert the_same_after_a_rebuild(cast.deployment)


def test_what_does_not_fit_in_a_merge_is_a_finding_until_it_is_corrected(
    cast: Cast, clock: Clock
) -> None:
    first, second, into = cast.containers(3, PLATFORM)
    platform = cast.device(PLATFORM)
    filled = []
    for code in (first, second):
        clock.forward(minutes=10)
        filled.append(platform.tell("fill", fill(code, "20.000")).index)
        clock.forward(minutes=10)
        platform.tell("store_in", {"containers": [code]})
    clock.forward(minutes=10)
    merged = platform.tell("merge", merge([first, second], into, "50.000"))
    assert open_findings(cast.deployment) == {"packing_difference": f"#{merged.index}"}
    clock.forward(minutes=10)
    correct(cast, PLATFORM, filled[0], "20.000", "30.000")
    assert open_findings(cast.deployment) == {}
    assert the_same_after_a_rebuild(cast.deployment)


def test_what_one_may_do_now_and_why_not_the_rest(cast: Cast, clock: Clock) -> None:
    code = cast.containers()[0]
    cast.device(FACTORY).tell("fill", fill(code))
    said = {action.typ: action for action in list_actions(cast.deployment, person(FACTORY), code)}
    assert said["store_in"].expected
    assert not said["fill"].expected
    assert "已装桶" in said["fill"].why_zh
    assert "本单位类型" in said["load"].why_zh
    with pytest.raises(UnknownContainer):
        list_actions(cast.deployment, person(CARRIER), code)


def test_a_day_is_reviewed_once(cast: Cast, clock: Clock) -> None:
    day, wrote = review_deadlines(cast.deployment)
    assert (day.isoformat(), wrote) == ("2026-11-23", True)
    assert review_deadlines(cast.deployment) == (day, False)
    clock.forward(hours=9)  # past midnight in Shanghai
    assert review_deadlines(cast.deployment)[0].isoformat() == "2026-11-24"


def test_a_correction_of_what_is_no_event_of_waste_changes_nothing(
    deployment: Deployment, cast: Cast
) -> None:
    body = {"corrects": 0, "field": "weight_kg", "old": "", "new": "1.000", "reason": "typing"}
    index = cast.device(FACTORY).tell("correct", body).index
    table = table_of(CorrectionRow)
    with deployment.engine.connect() as connection:
        query = select(table.c.status).where(table.c.idx == index)
        assert connection.execute(query).scalar_one() == "void"
