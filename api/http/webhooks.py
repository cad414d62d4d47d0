"""Webhooks of one's organisation: for its administrators."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from api.http.permissions import Connector, House
from waste_trace.services.notices.webhooks import (
    add_webhook,
    list_deliveries,
    list_webhooks,
    ping,
    renew_secret,
    replay,
    show_secret,
    stop_webhook,
)

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])


class WebhookRequest(BaseModel):
    """Where to, and of which kinds of notices (none named: all)."""

    model_config = ConfigDict(extra="forbid", strict=True)

    url: str
    kinds: list[str] = []


class ReplayRequest(BaseModel):
    """After which ledger index (-1: all that is kept); ``dead_only``: what had been given up."""

    model_config = ConfigDict(extra="forbid", strict=True)

    after: int = -1
    dead_only: bool = False


class WebhookItem(BaseModel):
    """A webhook, and how many of its deliveries wait and were given up."""

    id: str
    url: str
    kinds: list[str]
    created_at: datetime
    waiting: int = 0
    dead: int = 0


class NewWebhook(WebhookItem):
    """A webhook with the secret that its messages are signed with."""

    secret: str


class DeliveryItem(BaseModel):
    """A message for a webhook and what became of it."""

    id: str
    kind: str
    idx: int
    state: str
    attempts: int
    answered: str
    created_at: datetime
    done_at: datetime | None


@router.get("")
def webhooks(deployment: House, person: Connector) -> list[WebhookItem]:
    """The organisation's webhooks."""
    return [WebhookItem.model_validate(row) for row in list_webhooks(deployment, person)]


@router.post("", status_code=201)
def add(asked: WebhookRequest, deployment: House, person: Connector) -> NewWebhook:
    """A new webhook with its secret."""
    row = add_webhook(deployment, person, asked.url, asked.kinds)
    return NewWebhook.model_validate(row | {"kinds": asked.kinds})


@router.delete("/{webhook}", status_code=204)
def stop(webhook: str, deployment: House, person: Connector) -> None:
    """Nothing goes there any more."""
    stop_webhook(deployment, person, webhook)


@router.get("/{webhook}/secret")
def secret(webhook: str, deployment: House, person: Connector) -> dict[str, str]:
    """The secret that signs now."""
    return {"secret": show_secret(deployment, person, webhook)}


@router.post("/{webhook}/secret", status_code=201)
def renew(webhook: str, deployment: House, person: Connector) -> dict[str, str]:
    """Another secret; the old one signs nothing any more."""
    return {"secret": renew_secret(deployment, person, webhook)}


@router.post("/{webhook}/ping", status_code=202)
def send_ping(webhook: str, deployment: House, person: Connector) -> dict[str, str]:
    """Send a message that says nothing but that it arrives."""
    return {"id": ping(deployment, person, webhook)}


@router.get("/{webhook}/deliveries")
def deliveries(
    webhook: str, deployment: House, person: Connector, state: str = ""
) -> list[DeliveryItem]:
    """The newest deliveries; ``state=dead`` is the dead-letter list."""
    rows: list[dict[str, Any]] = list_deliveries(deployment, person, webhook, state)
    return [DeliveryItem.model_validate(row) for row in rows]


@router.post("/{webhook}/replay", status_code=202)
def send_again(
    webhook: str, asked: ReplayRequest, deployment: House, person: Connector
) -> dict[str, int]:
    """Send again what came after a cursor; the messages keep their ids."""
    return {"messages": replay(deployment, person, webhook, asked.after, dead_only=asked.dead_only)}
