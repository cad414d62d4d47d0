"""Faults that are planted into an honest plan. This module knows what people do, and no rule.

Each fault says what it is about, so that findings can be compared with it afterwards.
"""

import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal

from api.simulate.district import District, new_small
from api.simulate.ground import About, DeviceOf, Ground, Planted
from api.simulate.honest import fill_drum, produce_body, visit
from api.simulate.paper_faults import (
    camera_off,
    expired_licence,
    medical_too_long,
    no_contract,
    not_licensed,
    off_route,
    over_licence,
    over_plan,
    unqualified_driver,
)
from api.simulate.plan import Deed, Plan, Shipment, at, text
from api.simulate.weight_faults import (
    from_nowhere,
    merged_short,
    short_weight,
    skimmed,
    vanished,
)
from waste_trace.codes import digital_id
from waste_trace.codes.label_token import sign
from waste_trace.ledger.keys import SigningKey

Fault = Callable[[Ground], Iterator[Planted]]


def plant_faults(plan: Plan, district: District, rng: random.Random) -> list[Planted]:
    """Plant a few of each kind that there is room for; small districts have few."""
    ground = Ground(plan, district, rng)
    each = max(1, round(len(district.large) / 6))
    planted: list[Planted] = []
    for fault, count in _FAULTS:
        found = fault(ground)
        for _ in range(min(each, count)):
            one = next(found, None)
            if one is None:
                break
            planted.append(one)
    return planted


def over_three_tonnes(ground: Ground) -> Iterator[Planted]:
    """Nothing is fetched from a storage point any more."""
    for large in ground.large(lambda one: one.party.site_kind == "贮存点"):
        shipments = ground.of(large)
        held = [code for s in shipments for code in s.codes]
        if sum((ground.plan.kg[code] for code in held), Decimal(0)) < 3300:
            continue
        for shipment in shipments:
            _cancel(ground.plan, shipment, shipment.deeds)
            ground.plan.shipments.remove(shipment)
        yield Planted("over_three_tonnes", [large.party.site])


def copied_label(ground: Ground) -> Iterator[Planted]:
    """A drum has been treated, and its code is scanned at a platform's depot."""
    for shipment in ground.shipments(3):
        platform = ground.rng.choice(ground.district.platforms)
        code, when = ground.rng.choice(shipment.codes), shipment.deeds["treat"].at
        later = at((when + timedelta(days=1)).date(), 17, 10)
        body = {"containers": [code]}
        ground.plan.do(f"{platform.org}/depot", platform, "store_in", later, body,
                       site=platform.site)  # fmt: skip
        yield Planted("copied_label", [code], [f"{platform.org}:{shipment.waste[0]}"])


def missing_scan(ground: Ground) -> Iterator[Planted]:
    """Somebody forgets to scan."""
    for shipment in ground.shipments():
        verb = ground.rng.choice(("store_out", "load", "arrive"))
        _cancel(ground.plan, shipment, [verb])
        yield Planted("missing_scan", list[About](shipment.codes), [shipment])


def late_confirmation(ground: Ground) -> Iterator[Planted]:
    """The plant confirms two weeks later."""
    for shipment in ground.shipments(15):
        for verb in ("accept", "treat"):
            shipment.deeds[verb].at += timedelta(days=14)
        yield Planted("late_confirmation", [shipment])


def never_closed(ground: Ground) -> Iterator[Planted]:
    """The plant weighs and never says anything again."""
    for shipment in ground.shipments(20):
        _cancel(ground.plan, shipment, ("accept", "treat"))
        yield Planted("open_manifest", [shipment], list[About](shipment.codes))


def late_driver(ground: Ground) -> Iterator[Planted]:
    """A driver has no network for three days."""
    for shipment in ground.shipments(4):
        begin = shipment.deeds["load"].at
        end, device = begin + timedelta(days=3), shipment.deeds["load"].device
        silent = [d for d in ground.plan.deeds if d.device == device and begin <= d.at <= end]
        for deed in silent:
            deed.heard = end
        about = [shipment.deeds[verb] for verb in ("load", "depart", "arrive")]
        yield Planted("late_sync", list[About](about), list[About](silent))


def impossible_travel(ground: Ground) -> Iterator[Planted]:
    """A drum in a store is weighed three minutes later 25 km away."""
    stored = [d for d in ground.plan.deeds if d.typ == "store_in" and d.device.endswith("/store")]
    ground.rng.shuffle(stored)
    for deed in stored:
        plant = ground.rng.choice(ground.district.plants)
        code = deed.body["containers"][0]
        if deed.party.org in ground.used or code in ground.used:
            continue
        ground.used.add(code)
        body = {"containers": [code], "weight_kg": text(ground.plan.kg[code])}
        when = deed.at + timedelta(minutes=3)
        ground.plan.do(f"{plant.org}/gate", plant, "weigh", when, body, site=plant.site)
        yield Planted("impossible_travel", [code], list[About](ground.shipped_in(code)))


def forged_label(ground: Ground) -> Iterator[Planted]:
    """A label that somebody else has signed."""
    stored = [d for d in ground.plan.deeds if d.typ == "store_in" and d.device.endswith("/store")]
    ground.rng.shuffle(stored)
    forger = SigningKey.generate()
    for deed in stored:
        if deed.party.org in ground.used:
            continue
        code = digital_id.parse(deed.body["containers"][0])
        deed.body["labels"] = [sign(code, 0, forger).text]
        yield Planted("forged_label", [deed])


def backdated(ground: Ground) -> Iterator[Planted]:
    """A round of inspection is written down as if it had been three days earlier."""
    for large in ground.rng.sample(ground.district.large, len(ground.district.large)):
        deed = ground.inspect(large, ground.rng.randint(6, ground.plan.days - 1))
        deed.claim = deed.at - timedelta(days=3)
        yield Planted("backdated_event", [deed])


def dropped_event(ground: Ground) -> Iterator[Planted]:
    """An event is signed, and deleted on the device before it is sent."""
    for large in ground.rng.sample(ground.district.large, len(ground.district.large)):
        deed = ground.inspect(large, ground.rng.randint(2, ground.plan.days // 2))
        deed.lost = True
        yield Planted("dropped_event", [DeviceOf(deed.device)])


def silent_device(ground: Ground) -> Iterator[Planted]:
    """A second handheld of a producer is used once and put in a drawer."""
    for large in ground.rng.sample(ground.district.large, len(ground.district.large)):
        name = f"{large.party.org}/second"
        ground.inspect(large, ground.rng.randint(1, max(1, ground.plan.days - 11)), name)
        yield Planted("silent_device", [DeviceOf(name)])


def stored_too_long(ground: Ground) -> Iterator[Planted]:
    """A drum that stood there thirteen months before anybody recorded it."""
    for large in ground.rng.sample(ground.district.large, len(ground.district.large)):
        plan, party = ground.plan, large.party
        code = plan.code(party.org, party.org, large.waste[0], plan.start)
        since = plan.start - timedelta(days=400)
        body = {"containers": [code], "weight_kg": "150.000", "stored_since": since.isoformat()}
        when = at(plan.start, 10, 30)
        plan.do(f"{party.org}/store", party, "open_stock", when, body, site=party.site)
        yield Planted("stored_too_long", [code])


def incompatible(ground: Ground) -> Iterator[Planted]:
    """Acid and base in one zone of a store."""
    for large in ground.rng.sample(ground.district.large, len(ground.district.large)):
        plan, party = ground.plan, large.party
        day = plan.start + timedelta(days=ground.rng.randint(1, plan.days - 3))
        for hour, waste in (
            (9, ("900-300-34", "废酸", "液态")),
            (10, ("900-352-35", "废碱", "液态")),
        ):
            batch = f"HWCS{day:%Y%m%d}{hour:03d}"
            body = produce_body(batch, waste, Decimal(120))
            plan.do(f"{party.org}/store", party, "produce", at(day, hour), body, site=party.site)
            fill_drum(plan, party, waste[0], batch, at(day, hour, 5), Decimal(120), ground.rng)
        yield Planted("incompatible_neighbours", [party.site])


def not_collected(ground: Ground) -> Iterator[Planted]:
    """A small producer is visited once; the drum that was left with it is never fetched."""
    while True:
        small = new_small(ground.district, ground.rng)
        when = at(ground.plan.start + timedelta(days=ground.rng.randint(0, 4)), 15, 10)
        fetched = visit(ground.plan, small, when, Decimal("25.0"))
        platform, org = small.platform, small.party.org
        depot = f"{platform.org}/depot"
        stored = when + timedelta(minutes=50)
        ground.plan.do(depot, platform, "store_in", stored, {"containers": [fetched]},
                       site=platform.site)  # fmt: skip
        left = ground.plan.code(org, platform.org, small.waste[0], when.date())
        collector, batch = f"{platform.org}/collector", f"HWCS{when:%Y%m%d}002"
        produced = produce_body(batch, small.waste, Decimal(30), unit=org)
        ground.plan.do(collector, platform, "produce", when + timedelta(minutes=10), produced)
        body = {"containers": [left], "batch": batch, "unit": org, "weight_kg": "30.000"}
        ground.plan.do(collector, platform, "fill", when + timedelta(minutes=12), body)
        yield Planted("not_collected", [org])


#: Each fault with the most that are planted of it; those that need much room come first.
_FAULTS: tuple[tuple[Fault, int], ...] = (
    (skimmed, 2),
    (over_three_tonnes, 2),
    (short_weight, 2),
    (copied_label, 9),
    (missing_scan, 9),
    (late_confirmation, 9),
    (never_closed, 9),
    (late_driver, 3),
    (impossible_travel, 9),
    (forged_label, 9),
    (backdated, 9),
    (dropped_event, 9),
    (silent_device, 9),
    (stored_too_long, 9),
    (incompatible, 9),
    (not_collected, 9),
    (merged_short, 9),
    (vanished, 9),
    (from_nowhere, 3),
    (not_licensed, 1),
    (over_licence, 1),
    (expired_licence, 1),
    (no_contract, 2),
    (over_plan, 2),
    (unqualified_driver, 9),
    (off_route, 9),
    (camera_off, 2),
    (medical_too_long, 3),
)


def _cancel(
    plan: Plan, shipment: Shipment, verbs: "dict[str, Deed] | tuple[str, ...] | list[str]"
) -> None:
    for verb in list(verbs):
        plan.drop(shipment.deeds.pop(verb))
