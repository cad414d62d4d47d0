"""The link at a door, whom to call, and what is settled at the end of the month."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.cast import (
    BUREAU,
    FACTORY,
    GARAGE,
    PLANT,
    PLATFORM,
    SITES,
    WASTE,
    Cast,
    collect,
    fill,
    person,
)
from tests.conftest import OpenDeployment
from tests.databases import Database
from tests.devices import Clock
from tests.services.collection.calls import say, sign
from tests.services.test_projection import rows
from waste_trace.codes.errors import ForgedLabel, InvalidCode
from waste_trace.services.collection.clients import list_clients, list_streams, platforms_of
from waste_trace.services.collection.contacts import (
    find_by_phone,
    read_contacts,
    register_contact,
)
from waste_trace.services.collection.depots import list_depots
from waste_trace.services.collection.prices import UnusablePrices
from waste_trace.services.collection.requests import (
    AskedTooOften,
    NotAClient,
    ask_at_door,
    list_requests,
    read_door,
    sign_door,
)
from waste_trace.services.collection.settlement import settle
from waste_trace.services.deployment import Deployment
from waste_trace.store.tables import DisclosureAccess, EventIndex
from waste_trace.store.writing import table_of

WASTES = [{"waste_code": WASTE, "weight_kg": "40", "packages": 1}]
YEAR = date(2026, 1, 1), date(2026, 12, 31)


def body_of(deployment: Deployment, idx: int) -> str:
    """The body of an entry as it stands in the index."""
    table = table_of(EventIndex)
    with deployment.engine.connect() as connection:
        return str(connection.execute(select(table.c.body).where(table.c.idx == idx)).scalar())


def test_whoever_stands_at_the_door_may_ask_three_times_a_day(
    deployment: Deployment, clock: Clock
) -> None:
    door = read_door(deployment, sign_door(deployment, PLATFORM, GARAGE).path.lower())
    assert (door.platform, door.producer) == (PLATFORM, GARAGE)
    with pytest.raises(NotAClient):
        ask_at_door(deployment, door, WASTES)
    sign(deployment)
    asked = [ask_at_door(deployment, door, WASTES).index for _ in range(3)]
    with pytest.raises(AskedTooOften):
        ask_at_door(deployment, door, WASTES)
    clock.forward(hours=25)
    asked.append(ask_at_door(deployment, door, WASTES).index)
    found = list_requests(deployment, person(PLATFORM))
    assert [row["idx"] for row in found] == asked[::-1]
    assert {(row["channel"], row["status"]) for row in found} == {("link", "open")}


def test_a_link_that_nobody_signed_opens_no_door(deployment: Deployment) -> None:
    path = sign_door(deployment, PLATFORM, GARAGE).path
    with pytest.raises(ForgedLabel):
        read_door(deployment, path.replace(GARAGE, FACTORY))
    for wrong in ("", "X", path[:-1], path.replace(GARAGE, "9" * 18)):
        with pytest.raises(InvalidCode):
            read_door(deployment, wrong)


def test_whom_to_call_stands_beside_the_ledger_and_is_shown_to_who_goes_there(
    deployment: Deployment,
) -> None:
    values = {"contact_name": "王芳", "contact_phone": "13800000001", "contact_address": ""}
    told = register_contact(deployment, person(GARAGE), GARAGE, values)
    assert "王芳" not in body_of(deployment, told.index)
    assert read_contacts(deployment, person(PLATFORM), [GARAGE]) == {}
    sign(deployment)
    register_contact(deployment, person(FACTORY), GARAGE, {**values, "contact_name": "骗子"})
    register_contact(deployment, person(PLATFORM), FACTORY, values)
    assert read_contacts(deployment, person(BUREAU), [FACTORY]) == {}
    known = {"contact_name": "王芳", "contact_phone": "13800000001"}
    for org in (PLATFORM, GARAGE, BUREAU):
        assert read_contacts(deployment, person(org), [GARAGE, FACTORY]) == {GARAGE: known}
    for org in (FACTORY, PLANT):
        assert read_contacts(deployment, person(org), [GARAGE]) == {}
    accesses = rows(deployment, DisclosureAccess)
    assert [row["org"] for row in accesses] == [PLATFORM, GARAGE, BUREAU]
    say(deployment, PLATFORM, "end_client", unit=GARAGE, reason="moved")
    assert read_contacts(deployment, person(PLATFORM), [GARAGE]) == {}


def test_a_caller_is_known_by_the_number(deployment: Deployment) -> None:
    sign(deployment)
    for unit, phone in ((GARAGE, "138-0000 0001"), (FACTORY, "0573-8512345")):
        register_contact(deployment, person(unit), unit, {"contact_phone": phone})
    for asked in ("13800000001", "+86 138 0000 0001"):
        assert find_by_phone(deployment, person(PLATFORM), asked) == [GARAGE]
    for asked in ("", "0001", "13800000002", "05738512345"):
        assert find_by_phone(deployment, person(PLATFORM), asked) == []
    assert find_by_phone(deployment, person(PLANT), "13800000001") == []


def test_a_client_shows_its_wastes_and_its_contract(deployment: Deployment) -> None:
    sign(deployment, interval_days=30, waste_codes=[WASTE])
    stream = {"unit": GARAGE, "waste_code": WASTE, "edition": "2021", "waste_name": "废机油",
              "form": "液态", "hazards": "T,I"}  # fmt: skip
    say(deployment, GARAGE, "register_stream", forecast_kg="900", **stream)
    say(deployment, PLATFORM, "register_stream", forecast_kg="1200", **stream)
    [client] = list_clients(deployment, person(PLATFORM))
    assert (client["status_zh"], client["interval_days"]) == ("已签约", 30)
    assert [one["forecast_kg"] for one in client["streams"]] == [Decimal(1200)]
    assert [one["waste_name"] for one in list_streams(deployment, GARAGE)] == ["废机油"]
    assert [one["platform"] for one in platforms_of(deployment, GARAGE)] == [PLATFORM]


def told(cast: Cast, unit: str, filled: str, taken: str) -> dict[str, Any]:
    """A container filled and collected at a door, and the entry of the collection."""
    code = cast.containers(1, unit)[0]
    device = cast.device(PLATFORM)
    device.tell("fill", fill(code, filled))
    return {"code": code, "idx": device.tell("collect", collect(code, taken, unit)).index}


def test_what_is_settled_is_what_the_collector_weighed(cast: Cast, clock: Clock) -> None:
    house = cast.deployment
    first = told(cast, GARAGE, "20.000", "18.500")
    second = told(cast, GARAGE, "10.000", "10.000")
    clock.forward(days=10)  # 3 December
    told(cast, GARAGE, "7.000", "7.000")
    told(cast, FACTORY, "5.000", "5.000")
    lines = settle(house, person(PLATFORM), *YEAR)
    shown = [(one.producer, one.month, one.containers, one.weight_kg) for one in lines]
    assert shown == [
        (FACTORY, "2026-12", 1, Decimal("5.000")),
        (GARAGE, "2026-11", 2, Decimal("28.500")),
        (GARAGE, "2026-12", 1, Decimal("7.000")),
    ]
    assert lines[1].entries == (first["idx"], second["idx"])
    assert [one.amount for one in lines] == [None] * 3
    mine = settle(house, person(GARAGE), *YEAR)
    assert [(one.platform, one.month) for one in mine] == [
        (PLATFORM, "2026-11"),
        (PLATFORM, "2026-12"),
    ]
    assert settle(house, person(PLANT), *YEAR) == []
    december = settle(house, person(PLATFORM), date(2026, 12, 1), YEAR[1], producer=FACTORY)
    assert [one.weight_kg for one in december] == [Decimal("5.000")]


def test_a_corrected_weight_is_what_is_settled(cast: Cast) -> None:
    house = cast.deployment
    taken = told(cast, GARAGE, "20.000", "20.000")
    correction = cast.device(PLATFORM).tell(
        "correct",
        {"corrects": taken["idx"], "field": "weight_kg", "old": "20.000", "new": "19.000",
         "reason": "scale"},
    )  # fmt: skip
    [line] = settle(house, person(PLATFORM), *YEAR)
    assert line.weight_kg == Decimal("20.000")
    cast.device(GARAGE).tell("confirm_correction", {"correction": correction.index})
    [line] = settle(house, person(PLATFORM), *YEAR)
    assert line.weight_kg == Decimal("19.000")


def test_prices_are_the_deployments_own(
    opened_database: Database, data_dir: Path, open_deployment: OpenDeployment, quick_path: Path
) -> None:
    prices = quick_path / "prices.json"
    prices.write_text(json.dumps({WASTE: "1.55", "*": "3"}), encoding="utf-8")
    house = open_deployment(opened_database, data_dir, collection_prices=prices)
    assert settle(house, person(PLATFORM), *YEAR) == []
    prices.write_text("[]", encoding="utf-8")
    with pytest.raises(UnusablePrices):
        settle(house, person(PLATFORM), *YEAR)


def test_a_depot_knows_what_stands_there_and_since_when(cast: Cast, clock: Clock) -> None:
    house = cast.deployment
    one = told(cast, GARAGE, "20.000", "20.000")
    since = house.now()
    cast.device(PLATFORM).tell("store_in", {"containers": [one["code"]]})
    clock.forward(days=3)
    other = told(cast, GARAGE, "4.000", "4.000")
    cast.device(PLATFORM).tell("store_in", {"containers": [other["code"]]})
    [depot] = list_depots(house, PLATFORM)
    assert (depot.site, depot.stock_kg, depot.containers) == (SITES[PLATFORM], Decimal(24), 2)
    assert (depot.oldest, depot.oldest_at) == (one["code"], since)
    assert depot.filled_percent is None
