"""Requests to come: a producer asks, a platform writes calls down, both see what becomes of it."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.console.collection_view import Posted, wastes_of
from api.console.render import page
from api.http.permissions import Collector, House
from waste_trace.custody.vocabulary import PLATFORM, PRODUCER
from waste_trace.services.collection.clients import list_clients, list_streams, platforms_of
from waste_trace.services.collection.contacts import find_by_phone
from waste_trace.services.collection.requests import STATUS_ZH, list_requests
from waste_trace.services.record_at_desk import record_at_desk

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@router.get("/requests")
def requests(
    request: Request,
    deployment: House,
    person: Collector,
    status: str = "",
    unit: str = "",
    phone: str = "",
) -> HTMLResponse:
    """The list, and the form of a producer or of a platform that was called."""
    calling = person.role == PLATFORM
    clients = [row for row in list_clients(deployment, person) if row["status"] == "signed"]
    if calling:
        unit = unit or next(iter(find_by_phone(deployment, person, phone)), "")
        chosen = unit if unit in {row["producer"] for row in clients} else ""
    else:
        chosen = person.org if person.role == PRODUCER else ""
    platforms = platforms_of(deployment, person.org) if person.role == PRODUCER else []
    return page(
        request,
        "requests.html",
        person,
        "收集申请",
        "Collection requests",
        rows=list_requests(deployment, person, status=status),
        statuses=STATUS_ZH,
        asked=status,
        clients=clients if calling else [],
        platforms=[row for row in platforms if row["status"] == "signed"],
        chosen=chosen,
        streams=list_streams(deployment, chosen) if chosen else [],
        calling=calling,
        phone=phone,
    )


@router.post("/requests")
def ask(form: Posted, deployment: House, person: Collector) -> Response:
    """A request as an event of the person's organisation."""
    calling = person.role == PLATFORM
    body = {
        "unit": str(form.get("unit", "")) if calling else person.org,
        "platform": person.org if calling else str(form.get("platform", "")),
        "wastes": wastes_of(form),
        "channel": "phone" if calling else "console",
    }
    if form.get("before"):
        body["before"] = str(form["before"])
    note = {"note": str(form.get("note", "")).strip()[:500]}
    record_at_desk(deployment, person, "request_collection", body, personal=note)
    return RedirectResponse("/requests", 303)


@router.post("/requests/{index}/cancel")
def cancel(
    index: int,
    deployment: House,
    person: Collector,
    reason: Annotated[str, Form()] = "withdrawn",
) -> Response:
    """Take a request back."""
    body = {"request": index, "reason": reason}
    record_at_desk(deployment, person, "cancel_request", body)
    return RedirectResponse("/requests", 303)
