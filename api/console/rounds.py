"""Rounds: planned from what waits, printed as a route list, and filled in at each door."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.console.collection_view import Posted, stops_of
from api.console.render import page
from api.console.show import SHANGHAI
from api.http.errors import BadParameters, NotFound
from api.http.permissions import Dispatcher, House
from waste_trace.custody.vocabulary import PLATFORM
from waste_trace.services.collection.clients import list_clients
from waste_trace.services.collection.contacts import read_contacts
from waste_trace.services.collection.depots import list_depots
from waste_trace.services.collection.requests import list_requests
from waste_trace.services.collection.rounds import (
    REFUSAL_ZH,
    find_round,
    list_rounds,
    next_round_number,
)
from waste_trace.services.record_at_desk import record_at_desk

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
Text = Annotated[str, Form()]


@router.get("/rounds")
def rounds(request: Request, deployment: House, person: Dispatcher) -> HTMLResponse:
    """Rounds, the depots that they end at, and what waits for the next one."""
    today = deployment.now().astimezone(SHANGHAI).date()
    waiting: dict[str, list[dict[str, object]]] = {}
    for row in list_requests(deployment, person, status="open"):
        waiting.setdefault(row["producer"], []).append(row)
    plans = person.role == PLATFORM
    clients = [
        row | {"requests": waiting.get(row["producer"], [])}
        for row in list_clients(deployment, person, platform=person.org)
        if row["status"] != "ended"
    ]
    return page(
        request,
        "rounds.html",
        person,
        "收集线路",
        "Collection rounds",
        rows=list_rounds(deployment, person),
        depots=list_depots(deployment, person.org),
        clients=sorted(clients, key=lambda row: not row["requests"]) if plans else [],
        today=today.isoformat(),
        number=next_round_number(deployment, person.org, today) if plans else "",
    )


@router.post("/rounds")
def plan(form: Posted, deployment: House, person: Dispatcher) -> Response:
    """A new round over the chosen doors."""
    stops = stops_of(form)
    if not stops:
        raise BadParameters("请至少选择一个站点。", "Choose one stop at least.", field="unit")
    number = str(form.get("round", "")).strip().upper()
    body = {
        "round": number,
        "day": str(form.get("day", "")),
        "vehicle_plate": str(form.get("vehicle_plate", "")).strip(),
        "driver": str(form.get("driver", "")).strip(),
        "stops": stops,
    }
    record_at_desk(deployment, person, "plan_round", body)
    return RedirectResponse(f"/rounds/{number}", 303)


@router.get("/rounds/{number}")
def one_round(
    number: str, request: Request, deployment: House, person: Dispatcher, platform: str = ""
) -> HTMLResponse:
    """The route list: doors in order with whom to call; for paper and for a phone."""
    found = find_round(deployment, person, number, platform)
    if found is None:
        raise NotFound(f"没有线路 {number}。", f"There is no round {number}.")
    units = [stop["producer"] for stop in found["stops"]]
    waiting = {row["idx"]: row for row in list_requests(deployment, person, limit=500)}
    return page(
        request,
        "round.html",
        person,
        f"线路 {number}",
        "Round",
        crumbs=(("收集线路", "/rounds"), (number, "")),
        found=found,
        contacts=read_contacts(deployment, person, units),
        requests=waiting,
        refusals=REFUSAL_ZH,
        drives=found["platform"] == person.org,
    )


@router.post("/rounds/{number}/visits")
def visit(
    number: str,
    deployment: House,
    person: Dispatcher,
    unit: Text,
    outcome: Text,
    reason: Text = "",
) -> Response:
    """What the collector found at a door."""
    body = {"unit": unit, "round": number, "outcome": outcome}
    if outcome == "refused":
        body["reason"] = reason
    record_at_desk(deployment, person, "visit", body)
    return RedirectResponse(f"/rounds/{number}", 303)
