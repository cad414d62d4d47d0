"""Requests to come: listed, and made by whoever stands at the door with the QR code in front."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, ClassVar

from sqlalchemy import Connection, func, select

from waste_trace.codes import door_token
from waste_trace.codes.door_token import DoorToken
from waste_trace.codes.signature import key_id
from waste_trace.custody.errors import CustodyError
from waste_trace.custody.vocabulary import DESK, parse_body
from waste_trace.services.collection.clients import visible_parties
from waste_trace.services.deployment import Deployment
from waste_trace.services.look_up import name_organisations
from waste_trace.services.open_ledger import enrol_service
from waste_trace.services.record_at_desk import sealed
from waste_trace.services.sign_in import Person
from waste_trace.store.sequencer import Draft, Recorded
from waste_trace.store.tables import Client, CollectionRequest
from waste_trace.store.writing import table_of

Row = dict[str, Any]
STATUS_ZH = {
    "open": "待安排",
    "planned": "已排线路",
    "done": "已完成",
    "refused": "未收",
    "cancelled": "已撤销",
    "void": "无效",
}


class NotAClient(CustodyError):
    """The door's producer has no contract with the platform."""

    code: ClassVar[str] = "not-a-client"
    default_do_zh = "请与小微收集平台联系签约。"
    default_do_en = "Ask the small-waste platform for a contract."


class AskedTooOften(CustodyError):
    """The door has asked as often as it may today."""

    code: ClassVar[str] = "asked-too-often"
    default_do_zh = "申请已登记，请等待平台安排，或电话联系平台。"
    default_do_en = "The requests are recorded; wait for the platform, or call it."


def sign_door(deployment: Deployment, platform: str, producer: str) -> DoorToken:
    """The link for a producer's door; the same door gives the same text."""
    issuer = deployment.service_key("issuer")
    return door_token.sign(platform, producer, issuer, deployment.settings.label_host)


def read_door(deployment: Deployment, path: str) -> DoorToken:
    """The door whose QR code led to ``/C/<path>``.

    Raises:
        InvalidCode, ForgedLabel, UnknownIssuer
    """
    token = door_token.parse(f"HTTPS://{deployment.settings.label_host}/C/{path.upper()}")
    issuers = {
        key_id(key.public_key): key.public_key
        for key in deployment.sequencer.refresh().keys.values()
        if key.purpose == "label"
    }
    door_token.verify(token, issuers)
    return token


def ask_at_door(
    deployment: Deployment,
    door: DoorToken,
    wastes: Sequence[Mapping[str, object]],
    *,
    personal: Mapping[str, str] | None = None,
) -> Recorded:
    """A request by somebody who is not signed in; the desk says so for the producer.

    How often, is counted in the ledger's own transaction: however many processes and phones ask at
    once, no door asks more often than the setting allows.

    Raises:
        NotAClient, AskedTooOften, MalformedBody
    """
    body, disclosures = sealed(
        {
            "unit": door.producer,
            "platform": door.platform,
            "wastes": [dict(one) for one in wastes],
            "channel": "link",
        },
        personal or {},
    )
    parse_body("request_collection", body)
    enrol_service(deployment, DESK)
    now, most = deployment.now(), deployment.settings.door_requests_per_day
    keep = partial(deployment.vault.keep, disclosures=disclosures, now=now)
    # A refusal inside a batch costs the writer much: who is not welcome does not get so far.
    with deployment.engine.connect() as connection:
        _require_welcome(connection, door, most, now)

    def build(connection: Connection) -> Sequence[Draft]:
        _require_welcome(connection, door, most, now)
        return [Draft("request_collection", body, door.producer, beside=keep)]

    return deployment.sequencer.compose(DESK, build)[0]


def _require_welcome(connection: Connection, door: DoorToken, most: int, now: datetime) -> None:
    client, request = table_of(Client), table_of(CollectionRequest)
    status = connection.execute(
        select(client.c.status).where(
            client.c.platform == door.platform, client.c.producer == door.producer
        )
    ).scalar()
    if status != "signed":
        raise NotAClient(
            "该单位未与平台签约，不能扫码申请。",
            "This unit has no contract with the platform.",
        )
    asked = connection.execute(
        select(func.count())
        .select_from(request)
        .where(
            request.c.platform == door.platform,
            request.c.producer == door.producer,
            request.c.channel == "link",
            request.c.asked_at > now - timedelta(days=1),
        )
    ).scalar_one()
    if asked >= most:
        raise AskedTooOften(
            f"24 小时内已申请 {asked} 次。",
            f"There were {asked} requests within 24 hours.",
            limit=most,
        )


def list_requests(
    deployment: Deployment, person: Person, *, status: str = "", limit: int = 200
) -> list[Row]:
    """Requests that one is a party of, the newest first."""
    table = table_of(CollectionRequest)
    query = (
        select(table)
        .where(visible_parties(person, CollectionRequest))
        .order_by(table.c.idx.desc())
        .limit(max(0, min(limit, 500)))
    )
    if status:
        query = query.where(table.c.status == status)
    names = name_organisations(deployment)
    with deployment.engine.connect() as connection:
        rows = [dict(row) for row in connection.execute(query).mappings()]
    return [
        {
            **row,
            "wastes": json.loads(row["wastes"]),
            "status_zh": STATUS_ZH[row["status"]],
            "platform_name": names.get(row["platform"], row["platform"]),
            "producer_name": names.get(row["producer"], row["producer"]),
        }
        for row in rows
    ]
