"""Webhooks: where the organisation's own system is told, and what did not arrive there."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.console.render import page
from api.console.show import Named, shanghai
from api.http.permissions import Connector, House
from waste_trace.notices.kinds import KINDS
from waste_trace.services.notices.webhooks import (
    MOST,
    add_webhook,
    list_deliveries,
    list_webhooks,
    ping,
    renew_secret,
    replay,
    show_secret,
    stop_webhook,
)

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
STATES = {
    "waiting": Named("待送达", "waiting"),
    "delivered": Named("已送达", "delivered"),
    "dead": Named("已放弃", "given up"),
}


@router.get("/webhooks")
def webhooks(request: Request, deployment: House, person: Connector) -> HTMLResponse:
    """The organisation's webhooks and the form for another."""
    return page(
        request,
        "webhooks.html",
        person,
        "接口推送",
        "Webhooks",
        rows=list_webhooks(deployment, person),
        kinds=KINDS,
        most=MOST,
    )


@router.post("/webhooks")
def add(
    deployment: House,
    person: Connector,
    url: Annotated[str, Form()],
    kinds: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """A new webhook."""
    row = add_webhook(deployment, person, url.strip(), kinds or [])
    return RedirectResponse(f"/webhooks/{row['id']}", 303)


@router.get("/webhooks/{webhook}")
def webhook(
    webhook: str, request: Request, deployment: House, person: Connector, state: str = ""
) -> HTMLResponse:
    """One webhook: its secret, its deliveries, what can be sent again."""
    secret = show_secret(deployment, person, webhook)
    row = next(one for one in list_webhooks(deployment, person) if one["id"] == webhook)
    deliveries = [
        one | {"at": shanghai(one["created_at"]), "named": STATES[one["state"]]}
        for one in list_deliveries(deployment, person, webhook, state)
    ]
    return page(
        request,
        "webhook.html",
        person,
        "接口推送",
        "Webhook",
        crumbs=(("接口推送", "/webhooks"), (webhook, "")),
        row=row,
        secret=secret,
        deliveries=deliveries,
        state=state,
        states=STATES,
        kinds=KINDS,
    )


@router.post("/webhooks/{webhook}/ping")
def send_ping(webhook: str, deployment: House, person: Connector) -> Response:
    """A test message."""
    ping(deployment, person, webhook)
    return RedirectResponse(f"/webhooks/{webhook}", 303)


@router.post("/webhooks/{webhook}/replay")
def send_again(
    webhook: str,
    deployment: House,
    person: Connector,
    after: Annotated[int, Form()] = -1,
    dead_only: Annotated[bool, Form()] = False,
) -> Response:
    """Send again what came after a ledger index."""
    replay(deployment, person, webhook, after, dead_only=dead_only)
    return RedirectResponse(f"/webhooks/{webhook}", 303)


@router.post("/webhooks/{webhook}/secret")
def renew(webhook: str, deployment: House, person: Connector) -> Response:
    """Another secret."""
    renew_secret(deployment, person, webhook)
    return RedirectResponse(f"/webhooks/{webhook}", 303)


@router.post("/webhooks/{webhook}/stop")
def stop(webhook: str, deployment: House, person: Connector) -> Response:
    """Nothing goes there any more."""
    stop_webhook(deployment, person, webhook)
    return RedirectResponse("/webhooks", 303)
