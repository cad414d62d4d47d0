"""Facts become notices: for whom they concern, once, and not again by a rebuild."""

import json

import pytest
from sqlalchemy import func, select

from tests.cast import FACTORY, PLANT, Cast, fill, open_manifest
from tests.devices import Clock
from tests.notices.conftest import Work
from tests.services.lives import drum
from waste_trace.compliance.retention import Basis
from waste_trace.notices.kinds import Email, Wish
from waste_trace.services.accounts import OPERATOR, disable_account
from waste_trace.services.deployment import Deployment
from waste_trace.services.erase_person import erase_account
from waste_trace.services.look_up import list_containers
from waste_trace.services.notices.reading import count_unread, list_notices, mark_read
from waste_trace.services.notices.tell import tell_batch
from waste_trace.services.notices.wishes import UnknownKind, wish, wishes
from waste_trace.services.rebuild import rebuild
from waste_trace.services.record_at_desk import record_at_desk
from waste_trace.services.refused import WrongSignature
from waste_trace.services.sign_in import Person
from waste_trace.store.tables import EventIndex, Notice, Outbox
from waste_trace.store.writing import table_of

People = dict[str, Person]


def told(deployment: Deployment, person: Person) -> list[str]:
    """The kinds of a person's notices, the oldest first."""
    return [row["kind"] for row in reversed(list_notices(deployment, person))]


def test_a_manifest_s_parties_hear_of_it(
    cast: Cast, clock: Clock, people: People, work: Work
) -> None:
    number = drum(cast, clock).manifest
    work()
    house = cast.deployment
    assert told(house, people["plant"]) == ["manifest_addressed"]
    assert told(house, people["carrier"]) == ["manifest_addressed", "manifest_confirmed"]
    assert told(house, people["factory"]) == ["manifest_confirmed"]
    assert told(house, people["garage"]) == told(house, people["bureau"]) == []
    (notice,) = list_notices(house, people["plant"])
    assert number in notice["zh"]
    assert number in notice["en"]
    assert notice["href"] == f"/manifests/{number}"


def test_a_finding_is_told_when_it_comes_and_when_it_goes(
    cast: Cast, clock: Clock, people: People, work: Work
) -> None:
    number = drum(cast, clock, received_kg="150.000").manifest
    work()
    house, plant = cast.deployment, people["plant"]
    assert told(house, plant) == ["manifest_addressed", "finding_raised"]

    def turns() -> list[str]:
        rows = [row for row in list_notices(house, plant) if "weight_difference" in row["fact"]]
        return [row["kind"] for row in reversed(rows)]

    assert turns() == ["finding_raised"]
    clock.forward(hours=1)
    codes = [row["container"] for row in list_containers(house, OPERATOR)]
    again = {"containers": codes, "manifest": number, "weight_kg": "180.000"}
    cast.device(PLANT).tell("weigh_in", again)
    work()
    assert turns() == ["finding_raised", "finding_cleared"]
    clock.forward(hours=1)
    cast.device(PLANT).tell("weigh_in", again | {"weight_kg": "150.000"})
    work()
    assert turns() == ["finding_raised", "finding_cleared", "finding_raised"]


def test_serious_findings_reach_the_bureau(cast: Cast, people: People, work: Work) -> None:
    code = cast.containers()[0]
    device = cast.device(FACTORY)
    device.tell("fill", fill(code))
    label = f"HTTPS://TRACE/Q/{code}.0.00000000.AAAA"
    device.tell("store_in", {"containers": [code], "labels": [label]})
    work()
    severities = {row["kind"] for row in list_notices(cast.deployment, people["factory"])}
    assert severities == {"finding_raised"}
    rules = list_notices(cast.deployment, people["bureau"])
    assert [row["kind"] for row in rules] == ["district_finding"]


def test_a_correction_asks_the_other_party_and_comes_back(
    cast: Cast, clock: Clock, people: People, work: Work
) -> None:
    drum(cast, clock)
    house = cast.deployment
    weighed = cast.device(PLANT)
    index = _last(house, "weigh_in")
    correction = {
        "corrects": index, "field": "weight_kg", "old": "180.000", "new": "181.000",
        "reason": "scale",
    }  # fmt: skip
    asked = weighed.tell("correct", correction)
    work()
    asks = [
        row for row in list_notices(house, people["factory"]) if row["kind"] == "correction_asked"
    ]
    assert len(asks) == 1
    assert "180.000 改为 181.000" in asks[0]["zh"]
    assert asks[0]["href"].startswith("/manifests/")
    record_at_desk(house, people["factory"], "confirm_correction", {"correction": asked.index})
    work()
    assert told(house, people["plant"])[-1] == "correction_answered"


def _last(deployment: Deployment, typ: str) -> int:
    """The index of the newest event of a type."""
    table = table_of(EventIndex)
    query = select(func.max(table.c.idx)).where(table.c.typ == typ)
    with deployment.engine.connect() as connection:
        return int(connection.execute(query).scalar_one())


def test_telling_twice_tells_once(cast: Cast, clock: Clock, people: People, work: Work) -> None:
    drum(cast, clock, received_kg="150.000")
    house = cast.deployment
    work()
    before = _all_notices(house)
    with house.engine.connect() as connection:
        jobs = connection.execute(
            select(table_of(Outbox).c.args).where(table_of(Outbox).c.task == "tell_batch")
        ).scalars()
        told_before = [json.loads(args) for args in jobs]
    assert told_before
    for args in told_before:
        tell_batch(house, **args)
    assert _all_notices(house) == before
    assert set(work()) <= {"mail_notices"}


def _all_notices(deployment: Deployment) -> set[tuple[str, str]]:
    table = table_of(Notice)
    with deployment.engine.connect() as connection:
        rows = connection.execute(select(table.c.pseudonym, table.c.fact)).all()
    return {(row.pseudonym, row.fact) for row in rows}


def test_a_rebuild_tells_nobody_anything(
    cast: Cast, clock: Clock, people: People, work: Work
) -> None:
    drum(cast, clock, received_kg="150.000")
    work()
    mark_read(cast.deployment, people["plant"])
    before = _all_notices(cast.deployment)
    rebuild(cast.deployment)
    assert work() == []
    assert _all_notices(cast.deployment) == before
    assert count_unread(cast.deployment, people["plant"]) == 0


def test_an_event_that_concerns_nobody_asks_for_no_job(
    cast: Cast, people: People, work: Work
) -> None:
    cast.device(FACTORY).tell("fill", fill(cast.containers()[0]))
    assert work() == []


def test_a_fact_that_was_refused_tells_nobody(cast: Cast, people: People, work: Work) -> None:
    number, code = cast.manifest(), cast.containers()[0]
    work()
    device = cast.device(FACTORY)
    good = device.sign("open_manifest", open_manifest(number, [code]))
    with pytest.raises(WrongSignature):
        device.send(good.replace(b'"sig":"', b'"sig":"AAAA', 1))
    assert work() == []


def test_each_hears_as_they_wish(cast: Cast, clock: Clock, people: People, work: Work) -> None:
    house, plant = cast.deployment, people["plant"]
    wish(house, plant, {"manifest_addressed": Wish(False, Email.OFF)})
    wish(house, people["carrier"], {"manifest_addressed": Wish(False, Email.DIGEST)})
    disable_account(house, OPERATOR, "factory", True)
    drum(cast, clock)
    work()
    assert told(house, plant) == []
    assert told(house, people["carrier"]) == ["manifest_confirmed"]
    assert count_unread(house, people["carrier"]) == 1
    facts = {fact.split(":")[0] for who, fact in _all_notices(house)}
    assert facts == {"manifest_addressed", "manifest_confirmed"}
    set_now = {kind.name: one for kind, one in wishes(house, plant)}
    assert set_now["manifest_addressed"] == Wish(False, Email.OFF)
    assert set_now["finding_raised"] == Wish(True, Email.EACH)
    with pytest.raises(UnknownKind):
        wish(house, plant, {"district_finding": Wish(True, Email.OFF)})


def test_what_was_read_is_read(cast: Cast, clock: Clock, people: People, work: Work) -> None:
    drum(cast, clock)
    work()
    house, carrier = cast.deployment, people["carrier"]
    first, second = list_notices(house, carrier)
    mark_read(house, people["plant"], [second["fact"]])
    assert count_unread(house, carrier) == 2
    mark_read(house, carrier, [first["fact"]])
    assert [row["fact"] for row in list_notices(house, carrier, unread=True)] == [second["fact"]]
    mark_read(house, carrier)
    assert count_unread(house, carrier) == 0


def test_an_erased_person_s_notices_go_with_them(
    cast: Cast, clock: Clock, people: People, work: Work
) -> None:
    drum(cast, clock)
    work()
    erase_account(cast.deployment, "carrier", Basis.CONSENT_WITHDRAWN)
    pseudonym = people["carrier"].pseudonym
    assert {who for who, _ in _all_notices(cast.deployment)}.isdisjoint({pseudonym})
