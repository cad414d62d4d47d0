"""What a platform and its producers say to each other, as desk events."""

from typing import Any

from tests.cast import GARAGE, PLATFORM, WASTE, person
from waste_trace.services.deployment import Deployment
from waste_trace.services.record_at_desk import record_at_desk

ROUND = "SY20261123001"


def say(deployment: Deployment, org: str, typ: str, **body: Any) -> int:
    """Somebody of ``org`` says it at the desk; its index."""
    return record_at_desk(deployment, person(org), typ, body).index


def sign(deployment: Deployment, unit: str = GARAGE, **more: Any) -> int:
    """The platform signs a client for this year."""
    terms = {"contract": "SY-7", "since": "2026-01-01", "until": "2026-12-31", **more}
    return say(deployment, PLATFORM, "sign_client", unit=unit, **terms)


def ask(deployment: Deployment, by: str = GARAGE, unit: str = GARAGE, **more: Any) -> int:
    """A request to come."""
    wastes = [{"waste_code": WASTE, "weight_kg": "40", "packages": 2}]
    channel = "phone" if by == PLATFORM else "console"
    said = {"unit": unit, "platform": PLATFORM, "wastes": wastes, "channel": channel, **more}
    return say(deployment, by, "request_collection", **said)


def plan(
    deployment: Deployment, *stops: tuple[str, list[int]], number: str = ROUND, **more: Any
) -> int:
    """A round over these doors."""
    listed = [{"unit": unit, "requests": requests} for unit, requests in stops]
    said = {"day": "2026-11-23", "vehicle_plate": "浙F12345", "stops": listed, **more}
    return say(deployment, PLATFORM, "plan_round", round=number, **said)
