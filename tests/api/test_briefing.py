"""A device asks with its key for what the day needs; nobody else is answered."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.api.conftest import ClientOf
from tests.cast import FACTORY, GARAGE, KINDS, PLATFORM, REGION, Cast, person
from tests.devices import Clock, Device
from tests.services.collection.calls import ROUND, ask, plan, say, sign
from waste_trace.compliance.retention import Basis
from waste_trace.ledger.encoding import b64
from waste_trace.ledger.reasons import RevocationReason
from waste_trace.services.brief_device import briefing_message
from waste_trace.services.collection.contacts import register_contact
from waste_trace.services.disclose import list_accesses
from waste_trace.services.enrol_device import revoke_device
from waste_trace.services.erase_person import erase_disclosures, find_personal
from waste_trace.services.register_party import register_organisation

CONTACT = {"contact_name": "沈师傅", "contact_phone": "13800000077", "contact_address": "城南路7号"}


@pytest.fixture
def today(cast: Cast) -> list[int]:
    """Two doors of today's round; the first one has asked and may be called."""
    house = cast.deployment
    sign(house)
    register_contact(house, person(PLATFORM), GARAGE, CONTACT)
    asked = ask(house)
    plan(house, (GARAGE, [asked]), (FACTORY, []))
    return [asked]


def asking(cast: Cast, device: Device, clock: Clock, **other: Any) -> dict[str, Any]:
    """The request of a device, with some of it changed after it was signed."""
    at = (cast.deployment.now() + other.pop("off", timedelta(0))).isoformat()
    dev, ep = str(device.handheld.identity["dev"]), int(device.handheld.identity["ep"])
    message = briefing_message(cast.deployment.sequencer.origin, dev, ep, at)
    sig = b64(device.handheld.key.sign(message))
    return {"dev": dev, "ep": ep, "at": at, "sig": sig, **other}


def brief(client: httpx.Client, asked: dict[str, Any]) -> dict[str, Any]:
    answer = client.post("/v1/devices/briefing", json=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_the_round_with_its_doors(
    cast: Cast, clock: Clock, client_of: ClientOf, today: list[int]
) -> None:
    nobody, device = client_of(""), cast.device(PLATFORM)
    found = brief(nobody, asking(cast, device, clock))
    (one,) = found["rounds"]
    assert (one["round"], one["day"]) == (ROUND, "2026-11-23")
    first, second = one["stops"]
    assert (first["producer"], first["contact"]) == (GARAGE, CONTACT)
    assert [(w["packages"], w["weight_kg"]) for w in first["wastes"]] == [(2, "40")]
    assert (second["producer"], second["contact"], second["wastes"]) == (FACTORY, {}, [])
    (shown,) = list_accesses(cast.deployment)
    assert (shown["pseudonym"], shown["org"]) == (device.handheld.identity["dev"], PLATFORM)

    again = asking(cast, device, clock, known=found["version"])
    assert brief(nobody, again)["rounds"] is None
    assert len(list_accesses(cast.deployment)) == 1  # nothing was shown
    digests = find_personal(cast.deployment, CONTACT["contact_phone"])
    erase_disclosures(cast.deployment, digests, Basis.COURT)
    (one,) = brief(nobody, again)["rounds"]
    assert "contact_phone" not in one["stops"][0]["contact"]
    say(cast.deployment, PLATFORM, "visit", unit=GARAGE, outcome="absent")
    (one,) = brief(nobody, again)["rounds"]
    assert one["stops"][0]["outcome"] == "absent"


def test_other_devices_get_no_round(
    cast: Cast, clock: Clock, client_of: ClientOf, today: list[int]
) -> None:
    found = brief(client_of(""), asking(cast, cast.device(FACTORY), clock))
    assert found["rounds"] == []
    assert "fill" in {action["typ"] for action in found["actions"]}
    assert list_accesses(cast.deployment) == []


def test_the_verbs_are_those_of_now(cast: Cast, clock: Clock, client_of: ClientOf) -> None:
    nobody, device = client_of(""), cast.device(PLATFORM)
    verbs = {one["typ"] for one in brief(nobody, asking(cast, device, clock))["actions"]}
    assert "load" not in verbs
    kinds = [KINDS[PLATFORM], "transporter"]
    register_organisation(cast.deployment, PLATFORM, "平台", kinds, REGION)
    verbs = {one["typ"] for one in brief(nobody, asking(cast, device, clock))["actions"]}
    assert {"load", "collect"} <= verbs


def test_nobody_else_is_answered(
    cast: Cast, clock: Clock, client_of: ClientOf, today: list[int]
) -> None:
    nobody, device = client_of(""), cast.device(PLATFORM)
    other = str(cast.device(FACTORY).handheld.identity["dev"])
    for changed in (
        {"dev": other}, {"dev": "registrar"}, {"ep": 1}, {"at": "yesterday"}, {"sig": "AAAA"},
        {"sig": "?"}, {"off": timedelta(hours=2)}, {"off": timedelta(hours=-2)},
    ):  # fmt: skip
        answer = nobody.post("/v1/devices/briefing", json=asking(cast, device, clock, **changed))
        assert (answer.status_code, answer.json()["code"]) == (403, "briefing-refused"), changed
    revoke_device(cast.deployment, str(device.handheld.identity["dev"]), RevocationReason.LOST)
    answer = nobody.post("/v1/devices/briefing", json=asking(cast, device, clock))
    assert answer.status_code == 403
    assert list_accesses(cast.deployment) == []
