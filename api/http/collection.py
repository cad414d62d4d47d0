"""Small-waste collection: what is read. What is said goes over the desk (``/v1/desk/{typ}``)."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api.http.errors import NotFound
from api.http.events import RecordedEvent
from api.http.permissions import Anybody, Collector, Dispatcher, House
from waste_trace.services.collection.clients import list_clients, list_streams, platforms_of
from waste_trace.services.collection.contacts import find_by_phone, read_contacts
from waste_trace.services.collection.depots import list_depots
from waste_trace.services.collection.requests import (
    ask_at_door,
    list_requests,
    read_door,
    sign_door,
)
from waste_trace.services.collection.rounds import find_round, list_rounds, next_round_number
from waste_trace.services.collection.settlement import settle
from waste_trace.services.sign_in import Person

router = APIRouter(prefix="/v1", tags=["collection"])


class WasteAtTheDoor(BaseModel):
    """One waste that waits, by the producer's own estimate."""

    model_config = ConfigDict(extra="forbid", strict=True)

    waste_code: str
    weight_kg: str
    packages: int = 1


class DoorRequest(BaseModel):
    """What somebody at the door asks to be collected."""

    model_config = ConfigDict(extra="forbid", strict=True)

    wastes: list[WasteAtTheDoor] = Field(min_length=1, max_length=20)
    name: str = ""
    phone: str = ""


@router.get("/clients")
def clients(deployment: House, person: Collector) -> list[dict[str, Any]]:
    """The platform's clients, or the platforms of a producer, with the wastes and last visits."""
    return list_clients(deployment, person)


@router.get("/clients/contacts")
def contacts(
    deployment: House, person: Collector, unit: Annotated[list[str], Query(max_length=200)]
) -> dict[str, dict[str, str]]:
    """Whom to call, of those units that one goes to; the showing is written down."""
    return read_contacts(deployment, person, unit)


@router.get("/clients/by-phone")
def by_phone(deployment: House, person: Dispatcher, phone: str) -> list[str]:
    """Who calls: the clients that have this telephone number."""
    return find_by_phone(deployment, person, phone)


@router.get("/clients/{producer}/door")
def door(producer: str, deployment: House, person: Dispatcher) -> dict[str, str]:
    """The link for a client's door."""
    _require_client(deployment, person, producer)
    return {"text": sign_door(deployment, person.org, producer).text}


@router.get("/streams")
def streams(deployment: House, person: Collector, org: str = "") -> list[dict[str, Any]]:
    """The registered wastes of one's own unit, or of one of one's clients."""
    unit = org or person.org
    if unit != person.org:
        _require_client(deployment, person, unit)
    return list_streams(deployment, unit)


@router.get("/collection-requests")
def requests(deployment: House, person: Collector, status: str = "") -> list[dict[str, Any]]:
    """Requests that one is a party of."""
    return list_requests(deployment, person, status=status)


@router.post("/doors/{path}/requests", status_code=201)
def ask(path: str, asked: DoorRequest, deployment: House, _: Anybody) -> RecordedEvent:
    """Ask for a collection with the code at a door; nobody signs in, and it is counted."""
    done = ask_at_door(
        deployment,
        read_door(deployment, path),
        [one.model_dump() for one in asked.wastes],
        personal={"contact_name": asked.name, "contact_phone": asked.phone},
    )
    return RecordedEvent(index=done.index, ms=done.ms, duplicate=False, receipt=done.receipt)


@router.get("/rounds")
def rounds(deployment: House, person: Dispatcher) -> list[dict[str, Any]]:
    """Collection rounds, the newest first."""
    return list_rounds(deployment, person)


@router.get("/rounds/next")
def next_number(deployment: House, person: Dispatcher, day: date) -> dict[str, str]:
    """The number of one's next round of a day."""
    return {"round": next_round_number(deployment, person.org, day)}


@router.get("/rounds/{number}")
def one_round(
    number: str, deployment: House, person: Dispatcher, platform: str = ""
) -> dict[str, Any]:
    """A round with its doors in the order of the drive."""
    found = find_round(deployment, person, number, platform)
    if found is None:
        raise NotFound(f"没有线路 {number}。", f"There is no round {number}.")
    return found


@router.get("/depots")
def depots(deployment: House, person: Collector) -> list[dict[str, Any]]:
    """What stands at one's sites, since when, against their capacity."""
    found = list_depots(deployment, person.org)
    return [asdict(one) | {"filled_percent": one.filled_percent} for one in found]


@router.get("/settlement")
def settlement(
    deployment: House,
    person: Collector,
    first: Annotated[date, Query(alias="from")],
    last: Annotated[date, Query(alias="to")],
    producer: str = "",
) -> list[dict[str, Any]]:
    """Collected kilograms by producer, month and waste, with the entries behind them."""
    lines = settle(deployment, person, first, last, producer=producer)
    return [asdict(line) for line in lines]


def _require_client(deployment: House, person: Person, producer: str) -> None:
    regulator = person.role == "regulator"
    if not regulator and person.org not in {
        row["platform"] for row in platforms_of(deployment, producer)
    }:
        raise NotFound(f"没有客户 {producer}。", f"There is no client {producer}.")
