"""What the daily review finds between two parties: hand-overs, bureaus, waste poured together."""

import json
from typing import Any

from tests.cast import (
    BUREAU,
    CARRIER,
    FACTORY,
    PLANT,
    PLATFORM,
    Cast,
    open_manifest,
    person,
    transport,
    weigh_in,
)
from tests.devices import Clock
from tests.services.lives import merged
from tests.services.test_desk_and_corrections import the_same_after_a_rebuild
from tests.services.test_reviews import NEXT, on_the_way, review, standing
from waste_trace.services.record_at_desk import record_at_desk


def test_a_container_that_nobody_took_over_is_a_finding_with_both_events(
    cast: Cast, clock: Clock
) -> None:
    number, codes = on_the_way(cast, clock)
    cast.device(CARRIER).tell("hand_over", transport(number, codes, to_org=NEXT))
    clock.forward(minutes=10)
    taken = transport(number, codes[:1], from_org=CARRIER)
    cast.device(NEXT).tell("take_over", taken)
    review(cast, clock, hours=20)
    assert standing(cast, "hand_over_unanswered", "hand_over_differs") == []
    review(cast, clock, hours=24)
    (found,) = standing(cast, "hand_over_unanswered", "hand_over_differs")
    facts = json.loads(found["facts"])
    assert (found["rule"], found["org"]) == ("hand_over_unanswered", NEXT)
    assert (len(facts["events"]), facts["containers"]) == (2, codes[1:])
    cast.device(NEXT).tell("take_over", {**taken, "containers": codes[1:]})
    review(cast, clock, hours=24)
    assert standing(cast, "hand_over_unanswered") == []
    assert the_same_after_a_rebuild(cast.deployment)


def test_who_took_over_says_from_whom_and_that_must_agree(cast: Cast, clock: Clock) -> None:
    number, codes = on_the_way(cast, clock)
    cast.device(CARRIER).tell("hand_over", transport(number, codes, to_org=NEXT))
    clock.forward(minutes=10)
    cast.device(NEXT).tell("take_over", transport(number, codes, from_org=PLATFORM))
    (found,) = standing(cast, "hand_over_differs")
    facts = json.loads(found["facts"])
    assert (found["subject"], len(facts["events"])) == (number, 2)
    assert facts["containers"] == codes
    review(cast, clock, days=3)
    assert standing(cast, "hand_over_unanswered") == []
    assert the_same_after_a_rebuild(cast.deployment)


def test_a_bureau_has_its_working_days_for_another_province(cast: Cast, clock: Clock) -> None:
    """Asked for on a Monday: the opinion is due on the Monday after, the reply in two weeks."""
    line = {"waste_code": "900-214-08", "weight_kg": "180.000", "method": "R9"}
    term = {"valid_from": "2026-01-01", "valid_to": "2026-12-31"}
    applied = {"receiver": PLANT, "lines": [line], **term, "permit": "P", "contract": "HT-2"}
    at_desk = record_at_desk(cast.deployment, person(FACTORY), "apply_transfer", applied)
    opinion = {"application": at_desk.index, "opinion": "agree"}
    rules = ("late_preliminary_opinion", "late_destination_reply", "late_transfer_decision")
    review(cast, clock, days=7)
    assert standing(cast, *rules) == []
    review(cast, clock, days=1)
    (found,) = standing(cast, *rules)
    assert (found["rule"], found["org"]) == ("late_preliminary_opinion", "")
    record_at_desk(cast.deployment, person(BUREAU), "preliminary_opinion", opinion)
    review(cast, clock, days=14)
    # It came late, and that stays so.
    assert [row["rule"] for row in standing(cast, *rules)] == ["late_preliminary_opinion"]
    review(cast, clock, days=1)
    assert [row["rule"] for row in standing(cast, *rules)] == [
        "late_destination_reply",
        "late_preliminary_opinion",
    ]
    assert the_same_after_a_rebuild(cast.deployment)


def test_what_is_poured_into_another_container_grows_no_younger(cast: Cast, clock: Clock) -> None:
    told = merged(cast, clock)
    (last,) = cast.containers(1, PLATFORM)
    clock.forward(days=200)
    into = [{"container": last, "weight_kg": "36.000"}]
    cast.device(PLATFORM).tell("repack", {"containers": [told.big], "into": into})
    review(cast, clock, days=164)
    assert standing(cast, "storage_time") == []
    review(cast, clock, days=2)
    found = {row["subject"]: row for row in standing(cast, "storage_time")}
    assert found.keys() == {last, told.alone}
    facts = json.loads(found[last]["facts"])
    # Poured twice; it is as old as what was collected first.
    assert facts["source"] == told.small[0]
    assert told.small[0] in found[last]["zh"]
    assert json.loads(found[told.alone]["facts"])["source"] == ""
    assert the_same_after_a_rebuild(cast.deployment)


def test_who_receives_what_was_poured_together_may_store_it_for_a_year(
    cast: Cast, clock: Clock
) -> None:
    """The platform stored the sources for most of a year; the plant's year begins with arrival."""
    told = merged(cast, clock)
    (last,) = cast.containers(1, PLANT)
    clock.forward(days=300)
    number = cast.manifest(PLATFORM)
    steps: list[tuple[str, str, dict[str, Any]]] = [
        (PLATFORM, "store_out", {"containers": [told.big]}),
        (PLATFORM, "open_manifest", open_manifest(number, [told.big], "36.000")),
        (CARRIER, "load", transport(number, [told.big])),
        (CARRIER, "depart", transport(number, [told.big])),
        (CARRIER, "arrive", transport(number, [told.big])),
        (PLANT, "weigh_in", weigh_in(number, [told.big], "36.000")),
        (PLANT, "accept", {"containers": [told.big], "manifest": number}),
        (PLANT, "store_in", {"containers": [told.big]}),
    ]
    for org, typ, body in steps:
        clock.forward(minutes=10)
        cast.device(org).tell(typ, body)
    clock.forward(days=200)
    into = [{"container": last, "weight_kg": "36.000"}]
    cast.device(PLANT).tell("repack", {"containers": [told.big], "into": into})
    review(cast, clock, days=164)
    assert [row["subject"] for row in standing(cast, "storage_time")] == [told.alone]
    review(cast, clock, days=2)
    assert {row["subject"] for row in standing(cast, "storage_time")} == {told.alone, last}
    assert the_same_after_a_rebuild(cast.deployment)
