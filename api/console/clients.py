"""A platform's clients: contract, wastes, whom to call, and the code for their door."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.console.qr import qr_path
from api.console.render import page
from api.console.show import SHANGHAI
from api.http.errors import NotFound
from api.http.permissions import Dispatcher, House
from waste_trace.custody.vocabulary import PLATFORM, PRODUCER
from waste_trace.services.collection.clients import list_clients
from waste_trace.services.collection.contacts import FIELDS, read_contacts, register_contact
from waste_trace.services.collection.requests import sign_door
from waste_trace.services.look_up import list_organisations
from waste_trace.services.record_at_desk import record_at_desk

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
Text = Annotated[str, Form()]


@router.get("/clients")
def clients(request: Request, deployment: House, person: Dispatcher) -> HTMLResponse:
    """The register."""
    rows = list_clients(deployment, person)
    signed = {row["producer"] for row in rows if row["status"] == "signed"}
    others = [
        row
        for row in list_organisations(deployment)
        if PRODUCER in row["kinds"].split(",") and row["org"] not in signed
    ]
    today = deployment.now().astimezone(SHANGHAI).date()
    return page(
        request,
        "clients.html",
        person,
        "小微客户",
        "Clients",
        rows=rows,
        others=others if person.role == PLATFORM else [],
        today=today.isoformat(),
        in_a_year=today.replace(year=today.year + 1, day=min(today.day, 28)).isoformat(),
        signs=person.role == PLATFORM,
    )


@router.post("/clients")
def sign(
    deployment: House,
    person: Dispatcher,
    unit: Text,
    contract: Text,
    since: Text,
    until: Text,
    interval_days: Text = "",
) -> Response:
    """A contract with a producer."""
    body: dict[str, object] = {
        "unit": unit,
        "contract": contract.strip(),
        "since": since,
        "until": until,
    }
    if interval_days.strip().isdigit():
        body["interval_days"] = int(interval_days)
    record_at_desk(deployment, person, "sign_client", body)
    return RedirectResponse(f"/clients/{unit}", 303)


@router.get("/clients/{producer}")
def client(producer: str, request: Request, deployment: House, person: Dispatcher) -> HTMLResponse:
    """One client, with the code for its door to be printed."""
    rows = [row for row in list_clients(deployment, person) if row["producer"] == producer]
    if not rows:
        raise NotFound(f"没有客户 {producer}。", f"There is no client {producer}.")
    row = next((row for row in rows if row["platform"] == person.org), rows[0])
    door = sign_door(deployment, row["platform"], producer)
    return page(
        request,
        "client.html",
        person,
        row["producer_name"] or producer,
        "Client",
        crumbs=(("小微客户", "/clients"), (row["producer_name"] or producer, "")),
        row=row,
        contact=read_contacts(deployment, person, [producer]).get(producer, {}),
        fields=FIELDS,
        door=door.text,
        qr=qr_path(door.text),
        signs=row["platform"] == person.org,
    )


@router.post("/clients/{producer}/contact")
def contact(
    producer: str,
    deployment: House,
    person: Dispatcher,
    contact_name: Text = "",
    contact_phone: Text = "",
    contact_address: Text = "",
) -> Response:
    """Whom to call; kept beside the ledger."""
    values = {
        "contact_name": contact_name,
        "contact_phone": contact_phone,
        "contact_address": contact_address,
    }
    register_contact(deployment, person, producer, values)
    return RedirectResponse(f"/clients/{producer}", 303)


@router.post("/clients/{producer}/end")
def end(producer: str, deployment: House, person: Dispatcher, reason: Text) -> Response:
    """The contract is over."""
    record_at_desk(deployment, person, "end_client", {"unit": producer, "reason": reason})
    return RedirectResponse("/clients", 303)
