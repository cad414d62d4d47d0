"""What watches over waste: cameras before stores, and trucks that say where they are."""

import hashlib
from datetime import timedelta

from api.simulate.district import District, Party
from api.simulate.plan import Plan, Shipment, at, keeper_of

#: Every second large producer has a camera.
_CAMERAS = 2
_ON_ROAD_MINUTES = 90


def camera_of(party: Party) -> str:
    """What a party calls its camera."""
    return f"CAM-{party.org[-8:]}"


def plan_watching(plan: Plan, district: District) -> None:
    """A picture a day of each camera; a planned route and one waypoint of each large shipment."""
    for large in district.large[::_CAMERAS]:
        for number in range(plan.days):
            _picture(plan, large.party, number)
    senders = {large.party.org for large in district.large}
    for shipment in plan.shipments:
        if shipment.sender.org in senders:
            _route(plan, shipment)


def _picture(plan: Plan, party: Party, number: int) -> None:
    day = plan.start + timedelta(days=number)
    camera = camera_of(party)
    picture = hashlib.sha256(f"{camera} {day}".encode()).hexdigest()
    body = {"camera": camera, "sha256": picture, "media_type": "image/jpeg"}
    device = f"{party.org}/camera"
    plan.do(device, party, "capture_frame", at(day, 12, 30), body, site=party.site)


def _route(plan: Plan, shipment: Shipment) -> None:
    sender, plant, deeds = shipment.sender, shipment.plant, shipment.deeds
    if sender.position is None or plant.position is None:
        return
    ends = [
        {"latitude": f"{north:.5f}", "longitude": f"{east:.5f}"}
        for north, east in (sender.position, plant.position)
    ]
    when = deeds["open_manifest"].at + timedelta(minutes=5)
    body = {"points": ends, "minutes": _ON_ROAD_MINUTES}
    route = plan.do(keeper_of(sender), sender, "plan_route", when, body, site=sender.site)
    north, east = ((a + b) / 2 for a, b in zip(sender.position, plant.position, strict=True))
    here = {"latitude": f"{north:.5f}", "longitude": f"{east:.5f}"}
    depart, arrive = deeds["depart"], deeds["arrive"]
    half_way = depart.at + (arrive.at - depart.at) / 2
    seen = {"containers": list(shipment.codes), **here}
    waypoint = plan.do(depart.device, depart.party, "waypoint", half_way, seen)
    deeds |= {"plan_route": route, "waypoint": waypoint}
    route.shipment = waypoint.shipment = shipment
