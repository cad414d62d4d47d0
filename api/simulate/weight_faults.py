"""Faults of kilograms: they vanish on the way, in a store, into another drum, or come from nowhere.

Planted like the others, knowing no rule.
"""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from api.simulate.ground import About, Ground, Planted
from api.simulate.plan import Merge, Shipment, at, text
from waste_trace.codes import digital_id


def skimmed(ground: Ground) -> Iterator[Planted]:
    """Seven per mille too little, every time: each difference looks like the scale."""
    by_number = sorted(ground.district.large, key=lambda one: -len(ground.of(one)))
    for large in by_number:
        shipments = ground.of(large)
        if large.party.org in ground.used or len(shipments) < 12:
            continue
        ground.used.add(large.party.org)
        for shipment in shipments:
            _lighten(shipment, Decimal("0.007"))
        pair = f"{large.party.org}>{large.plant.org}"
        yield Planted("skimmed_weight", [pair], list[About](shipments))


def short_weight(ground: Ground) -> Iterator[Planted]:
    """Three per cent too little in every consignment of a producer."""
    for large in ground.large(lambda one: len(ground.of(one)) > 0):
        shipments = ground.of(large)
        for shipment in shipments:
            _lighten(shipment, Decimal("0.03"))
        touched = [f"{large.party.org}>{large.plant.org}", *_books(shipments[0])]
        yield Planted("weight_fraud", list[About](shipments), touched)


def merged_short(ground: Ground) -> Iterator[Planted]:
    """Kilograms vanish while small containers are poured together."""
    for merge in ground.merges():
        lost = (ground.plan.kg[merge.into] * Decimal("0.12")).quantize(Decimal("0.1"))
        if lost < 3:
            continue
        merge.deed.body["weight_kg"] = text(ground.plan.kg[merge.into] - lost)
        _take_out(ground, merge.into, lost)
        yield Planted("merge_difference", [merge.deed], _merge_books(ground, merge))


def vanished(ground: Ground) -> Iterator[Planted]:
    """Kilograms vanish at a platform's depot: the same drum weighs a fifth less a day later."""
    for merge in ground.merges():
        lost = (ground.plan.kg[merge.into] * Decimal("0.2")).quantize(Decimal("0.1"))
        if lost < 5:
            continue
        when = at(merge.deed.at.date(), 11, 40)
        body = {"containers": [merge.into], "weight_kg": text(ground.plan.kg[merge.into] - lost)}
        device, platform = merge.deed.device, merge.platform
        deed = ground.plan.do(device, platform, "weigh", when, body, site=platform.site)
        _take_out(ground, merge.into, lost)
        yield Planted("vanished_kilograms", [deed, merge.into, *_merge_books(ground, merge)])


def from_nowhere(ground: Ground) -> Iterator[Planted]:
    """A full drum stands at a depot that nobody has filled or brought."""
    while True:
        platform = ground.rng.choice(ground.district.platforms)
        waste, day = "900-023-29", ground.plan.start + timedelta(days=ground.rng.randint(1, 5))
        code = ground.plan.code(platform.org, platform.org, waste, day)
        small = ground.rng.choice(ground.district.small)
        body = {"containers": [code], "from_org": small.party.org, "weight_kg": "160.000"}
        device = f"{platform.org}/collector"
        ground.plan.do(device, platform, "collect", at(day, 17, 20), body)
        books: list[About] = [f"{platform.org}:{waste}", f"{small.party.org}:{waste}"]
        yield Planted("from_nowhere", [code, *books], [small.party.org])


def _lighten(shipment: Shipment, share: Decimal) -> None:
    """The plant's scale says less by this share."""
    for verb in ("weigh_in", "treat"):
        body = shipment.deeds[verb].body
        body["weight_kg"] = text(
            (Decimal(body["weight_kg"]) * (1 - share)).quantize(Decimal("0.1"))
        )


def _take_out(ground: Ground, code: str, lost_kg: Decimal) -> None:
    """What is no longer in the container does not arrive at the plant either."""
    for shipment in ground.shipped_in(code):
        for verb in ("weigh_in", "treat"):
            body = shipment.deeds[verb].body
            body["weight_kg"] = text(Decimal(body["weight_kg"]) - lost_kg)
        line = shipment.deeds["open_manifest"].body["lines"][0]
        line["weight_kg"] = text(Decimal(line["weight_kg"]) - lost_kg)


def _books(shipment: Shipment) -> list[About]:
    parties = (shipment.sender, shipment.carrier, shipment.plant)
    return [f"{party.org}:{shipment.waste[0]}" for party in parties]


def _merge_books(ground: Ground, merge: Merge) -> list[About]:
    waste = str(digital_id.parse(merge.into).waste)
    return [f"{merge.platform.org}:{waste}"]
