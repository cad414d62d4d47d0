"""Deadlines that come near are told to whoever has to act, once."""

from tests.cast import CARRIER, FACTORY, Cast, open_manifest, transport
from tests.devices import Clock
from tests.notices.conftest import Work
from tests.services.lives import drum
from waste_trace.custody.bodies.findings import STATEMENT
from waste_trace.services.look_up import list_findings
from waste_trace.services.notices.daily import daily_notices
from waste_trace.services.notices.deadlines import tell_deadlines
from waste_trace.services.notices.reading import list_notices
from waste_trace.services.record_at_desk import record_at_desk
from waste_trace.services.sign_in import Person


def test_an_unconfirmed_manifest_is_told_when_its_last_day_is_near(
    cast: Cast, clock: Clock, people: dict[str, Person], work: Work
) -> None:
    number, code = cast.manifest(), cast.containers()[0]
    cast.device(FACTORY).tell("open_manifest", open_manifest(number, [code]))
    for verb in ("load", "depart", "arrive"):
        cast.device(CARRIER).tell(verb, transport(number, [code]))
    work()
    house, plant = cast.deployment, people["plant"]

    def coming() -> list[str]:
        daily_notices(house, house.now().date().isoformat())
        rows = list_notices(house, plant)
        return [row["zh"] for row in rows if row["kind"] == "deadline_coming"]

    assert coming() == []  # Monday 23 November; five working days later is Monday the 30th
    clock.forward(days=4)
    assert coming() == []
    clock.forward(days=1)
    (due,) = coming()
    assert due == f"2026-11-30 日终前：请确认接收联单 {number}"
    clock.forward(days=1)
    assert len(coming()) == 1


def test_a_finding_s_last_day_is_told_to_its_party_and_its_steps_to_the_other_side(
    cast: Cast, clock: Clock, people: dict[str, Person], work: Work
) -> None:
    drum(cast, clock, received_kg="150.000", treated=False)
    work()
    house, plant, bureau = cast.deployment, people["plant"], people["bureau"]
    (finding,) = (row for row in list_findings(house, plant) if row["rule"] == "weight_difference")
    clock.forward(days=5)
    tell_deadlines(house)
    (coming,) = (row for row in list_notices(house, plant) if row["kind"] == "deadline_coming")
    assert finding["zh"] in coming["zh"]
    assert coming["href"].startswith("/findings/one?key=weight_difference")
    said = {"finding": finding["key"], "reason": "scale_error"}
    record_at_desk(house, plant, "explain_finding", said)
    work()
    (answered,) = (row for row in list_notices(house, bureau) if row["kind"] == "finding_answered")
    assert finding["zh"] in answered["zh"]
    back, words = {"finding": finding["key"]}, {STATEMENT: "请附检定证书"}
    record_at_desk(house, bureau, "send_back", back, personal=words)
    record_at_desk(house, bureau, "send_back", back, personal=words)  # too late: nobody is told
    work()
    replies = [row for row in list_notices(house, plant) if row["kind"] == "finding_replied"]
    assert [row["zh"].startswith("退回：") for row in replies] == [True]
