"""What a handheld takes along for a day without a network: its verbs, label keys, today's rounds.

A device asks with its own key, so no session is needed; names and addresses go to a device of the
platform that drives the round, and every showing is written down.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, ClassVar

from sqlalchemy import select

from waste_trace.codes.signature import key_id
from waste_trace.custody.vocabulary import PLATFORM
from waste_trace.errors import WasteTraceError
from waste_trace.ledger.encoding import b64
from waste_trace.ledger.errors import InvalidSignature
from waste_trace.ledger.keys import verify
from waste_trace.ledger.registry import EnrolledKey
from waste_trace.services.collection.contacts import read_contacts
from waste_trace.services.collection.requests import list_requests
from waste_trace.services.collection.rounds import find_round
from waste_trace.services.deployment import Deployment
from waste_trace.services.sign_in import Person
from waste_trace.store.tables import Contact, DisclosureRow, Round
from waste_trace.store.writing import table_of

CONTEXT = "waste-trace-briefing-v1"
#: A handheld's clock may be off by so much; what was asked earlier is no longer answered.
CLOCK_TOLERANCE = timedelta(hours=1)
_SHANGHAI = timezone(timedelta(hours=8))
_STOP = ("producer", "producer_name", "position", "outcome", "visited_at")
Row = dict[str, Any]


class BriefingRefused(WasteTraceError):
    """The key does not count, or did not ask now."""

    code: ClassVar[str] = "briefing-refused"
    default_do_zh = "请核对设备时间；设备已吊销的，请重新登记。"
    default_do_en = "Check the device's clock; a revoked device is enrolled anew."


@dataclass(frozen=True, slots=True)
class Briefing:
    """Attributes:
    kinds: what its organisation is, which says its verbs. issuers: label keys in base64.
    version: of the rounds; the same as long as nothing of them has changed.
    rounds: of today and tomorrow; None where the device has this version.
    """

    kinds: frozenset[str]
    issuers: Mapping[str, str]
    version: str
    rounds: Sequence[Row] | None


def briefing_message(origin: str, dev: str, ep: int, at: str) -> bytes:
    """What a device signs to ask. ``at``: its present, ISO 8601 with a time zone."""
    return f"{CONTEXT}\n{origin}\n{dev}/{ep}\n{at}".encode()


def brief_device(
    deployment: Deployment, dev: str, ep: int, at: str, signature: bytes, known: str = ""
) -> Briefing:
    """Brief a device.

    Args:
        at, signature: when it asked and its signature of `briefing_message`.
        known: the version of the rounds that it has.

    Raises:
        BriefingRefused
    """
    registry = deployment.sequencer.refresh()
    key = registry.current_key(dev)
    _require(deployment, key, ep, at, signature)
    assert key is not None
    organisation = registry.organisations[key.org]
    kinds = frozenset(organisation.kinds)
    issuers = {
        key_id(one.public_key): b64(one.public_key)
        for one in registry.keys.values()
        if one.purpose == "label"
    }
    asks = Person(dev, key.name, PLATFORM, key.org, dev)
    plain = _rounds(deployment, asks) if PLATFORM in kinds else []
    version = _version(deployment, plain)
    rounds = None if version == known else _with_contacts(deployment, asks, plain)
    return Briefing(kinds, issuers, version, rounds)


def _require(
    deployment: Deployment, key: EnrolledKey | None, ep: int, at: str, signature: bytes
) -> None:
    refused = BriefingRefused("设备未获准同步日程。", "This device is not briefed.")
    if key is None or key.purpose != "device" or key.ep != ep or key.last_good_seq is not None:
        raise refused
    message = briefing_message(deployment.sequencer.origin, key.dev, ep, at)
    try:
        asked = datetime.fromisoformat(at)
        verify(key.algorithm, key.public_key, signature, message)
    except (ValueError, InvalidSignature) as error:
        raise refused from error
    if asked.tzinfo is None or abs(deployment.now() - asked) > CLOCK_TOLERANCE:
        raise refused


def _rounds(deployment: Deployment, asks: Person) -> list[Row]:
    """Rounds of today and tomorrow with their doors in order and what waits there."""
    today = deployment.now().astimezone(_SHANGHAI).date()
    days = [today.isoformat(), (today + timedelta(days=1)).isoformat()]
    table = table_of(Round)
    query = (
        select(table.c.round)
        .where(table.c.platform == asks.org, table.c.day.in_(days))
        .order_by(table.c.day, table.c.round)
    )
    with deployment.engine.connect() as connection:
        numbers = connection.execute(query).scalars().all()
    asked = {row["idx"]: row for row in list_requests(deployment, asks, limit=500)}
    found = [find_round(deployment, asks, number) for number in numbers]
    return [_round(one, asked) for one in found if one is not None]


def _round(found: Row, asked: Mapping[int, Row]) -> Row:
    stops = []
    for stop in found["stops"]:
        named = [int(idx) for idx in stop["requests"].split(",") if idx]
        wastes = [waste for idx in named if idx in asked for waste in asked[idx]["wastes"]]
        stops.append({**{name: stop[name] for name in _STOP}, "wastes": wastes})
    return {name: found[name] for name in ("round", "day", "vehicle_plate")} | {"stops": stops}


def _version(deployment: Deployment, rounds: Sequence[Row]) -> str:
    """Changes with every plan, visit and contact, and when a contact is erased."""
    units = {stop["producer"] for one in rounds for stop in one["stops"]}
    contact, row = table_of(Contact), table_of(DisclosureRow)
    query = (
        select(row.c.digest)
        .join(contact, contact.c.idx == row.c.idx)
        .where(contact.c.org.in_(units), row.c.erased_at.is_(None))
        .order_by(row.c.digest)
    )
    with deployment.engine.connect() as connection:
        kept = list(connection.execute(query).scalars())
    text = json.dumps([rounds, kept], default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _with_contacts(deployment: Deployment, asks: Person, rounds: Sequence[Row]) -> list[Row]:
    units = {stop["producer"] for one in rounds for stop in one["stops"]}
    contacts = read_contacts(deployment, asks, units) if units else {}
    return [
        {**one, "stops": [{**s, "contact": contacts.get(s["producer"], {})} for s in one["stops"]]}
        for one in rounds
    ]
