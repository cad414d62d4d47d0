"""Faults of who may do what, and of what watches: planted like the others, knowing no rule."""

from collections.abc import Iterator
from datetime import timedelta

from api.simulate.ground import About, DeviceOf, Ground, Planted
from api.simulate.plan import Deed, Shipment, at
from api.simulate.watched import camera_of

#: How far a truck goes out of its way: 11 km to the north.
_NORTH = 0.1


def not_licensed(ground: Ground) -> Iterator[Planted]:
    """A plant takes a waste that its licence does not name."""
    for plant, waste, shipments in _by_licence(ground):
        wastes = ground.plan.permits[plant].body["wastes"]
        wastes[:] = [one for one in wastes if one["codes"] != [waste]]
        yield Planted("unlicensed_receiver", list[About](shipments), alone=True)


def over_licence(ground: Ground) -> Iterator[Planted]:
    """A plant takes more of a waste than its licence allows in a year."""
    for plant, waste, shipments in _by_licence(ground):
        for one in ground.plan.permits[plant].body["wastes"]:
            if one["codes"] == [waste]:
                one["annual_kg"] = "50"
        yield Planted("over_licence", list[About](shipments), alone=True)


def expired_licence(ground: Ground) -> Iterator[Planted]:
    """A plant has a second licence, for one waste, that has run out."""
    for plant, waste, shipments in _by_licence(ground):
        licence = ground.plan.permits[plant]
        wastes = licence.body["wastes"]
        ended = [one for one in wastes if one["codes"] == [waste]]
        wastes[:] = [one for one in wastes if one["codes"] != [waste]]
        last = ground.plan.start - timedelta(days=20)
        body = {**licence.body, "permit": f"{licence.body['permit']}之二", "wastes": ended,
                "valid_to": last.isoformat()}  # fmt: skip
        ground.plan.do(licence.device, licence.party, "register_permit", licence.at, body)
        yield Planted("expired_licence", list[About](shipments), alone=True)


def no_contract(ground: Ground) -> Iterator[Planted]:
    """A sender has never signed a contract."""
    for org, shipments in _by_sender(ground, "contract"):
        for deed in ground.plan.contracts.pop(org):
            ground.plan.drop(deed)
        yield Planted("no_contract", list[About](shipments), alone=True)


def over_plan(ground: Ground) -> Iterator[Planted]:
    """A sender has filed a plan for a bucketful, and sends truckloads."""
    for org, shipments in _by_sender(ground, "plan"):
        for one in ground.plan.plans[org].body["transfers"]:
            one["weight_kg"] = "5"
        yield Planted("over_plan", list[About](shipments), alone=True)


def unqualified_driver(ground: Ground) -> Iterator[Planted]:
    """Somebody drives who is registered nowhere."""
    for load in _some(ground, "load"):
        load.body["driver"] = f"usr_stranger_{ground.rng.randint(100, 999)}"
        yield Planted("unqualified_driver", _about(load), alone=True)


def off_route(ground: Ground) -> Iterator[Planted]:
    """A truck makes a detour."""
    for waypoint in _some(ground, "waypoint"):
        north = float(waypoint.body["latitude"]) + _NORTH
        waypoint.body["latitude"] = f"{north:.5f}"
        yield Planted("off_route", _about(waypoint), alone=True)


def camera_off(ground: Ground) -> Iterator[Planted]:
    """Somebody pulls the plug of a camera."""
    plan = ground.plan
    for large in ground.rng.sample(ground.district.large, len(ground.district.large)):
        device = f"{large.party.org}/camera"
        pictures = [deed for deed in plan.deeds if deed.device == device]
        off = at(plan.start + timedelta(days=ground.rng.randint(2, max(2, plan.days - 8))), 10)
        for deed in pictures:
            if deed.at > off:
                plan.drop(deed)
        if pictures:
            yield Planted("camera_off", [camera_of(large.party)], [DeviceOf(device)])


def medical_too_long(ground: Ground) -> Iterator[Planted]:
    """A hospital's boxes are forgotten, and fetched three days later."""
    latest = ground.plan.end - timedelta(days=5)
    shipments = [one for one in ground.plan.medical if one.at <= latest]
    for shipment in ground.rng.sample(shipments, len(shipments)):
        for deed in shipment.deeds.values():
            deed.at += timedelta(days=3)
            if deed.heard is not None:
                deed.heard += timedelta(days=3)
        yield Planted("medical_too_long", list[About](shipment.codes), alone=True)


def _by_licence(ground: Ground) -> Iterator[tuple[str, str, list[Shipment]]]:
    """Plant, waste code and what was sent under it, for wastes that no fault is planted on yet."""
    found: dict[tuple[str, str], list[Shipment]] = {}
    for shipment in ground.plan.shipments:
        found.setdefault((shipment.plant.org, shipment.waste[0]), []).append(shipment)
    for (plant, waste), shipments in sorted(found.items(), key=lambda one: len(one[1])):
        if (plant, waste) not in ground.used and len(shipments) > 1:
            ground.used.add((plant, waste))
            yield plant, waste, shipments


def _by_sender(ground: Ground, paper: str) -> Iterator[tuple[str, list[Shipment]]]:
    """Senders with all that they send, in random order; each paper of one is spoilt once."""
    found: dict[str, list[Shipment]] = {}
    for shipment in ground.plan.shipments:
        found.setdefault(shipment.sender.org, []).append(shipment)
    for org in ground.rng.sample(sorted(found), len(found)):
        if (paper, org) not in ground.used:
            ground.used.add((paper, org))
            yield org, found[org]


def _some(ground: Ground, verb: str) -> Iterator[Deed]:
    """Deeds of this verb, in random order, well before the end; no fault left them out."""
    latest = ground.plan.end - timedelta(days=4)
    deeds = [s.deeds[verb] for s in ground.plan.shipments if verb in s.deeds and s.at <= latest]
    yield from ground.rng.sample(deeds, len(deeds))


def _about(deed: Deed) -> list[About]:
    return [deed.shipment] if deed.shipment is not None else [deed]
