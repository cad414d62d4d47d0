"""Honest working days: what producers, platforms, carriers and plants do when nothing is wrong."""

import random
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from api.simulate.district import (
    LARGE_WASTES,
    MEDICAL_WASTE,
    SMALL_WASTES,
    District,
    Large,
    Party,
    Small,
)
from api.simulate.plan import Deed, Merge, Plan, Shipment, at, driver_of, keeper_of, text

#: Scales read with a spread of 1.5 per mille, to 100 g.
_NOISE = 0.0015
#: A drum, and how many of them a truck takes.
_DRUM_KG, _TRUCK = 180, 24
#: A storage point sends off what it has well before it holds 3 t.
_POINT_KG = Decimal(2200)
_STOPS = 14


def plan_work(district: District, plan: Plan, rng: random.Random) -> None:
    """What producers, platforms and plants do on all days."""
    for large in district.large:
        _large(large, plan, rng)
    for platform in district.platforms:
        mine = [small for small in district.small if small.platform is platform]
        _platform(platform, mine, district, plan, rng)
    for plant in district.plants:
        _licence(plant, plan)


def read_scale(weight_kg: Decimal, rng: random.Random) -> Decimal:
    """What a scale says of a weight."""
    return (weight_kg * Decimal(1 + rng.gauss(0, _NOISE))).quantize(Decimal("0.1"))


def works(day: date) -> bool:
    """Sundays are free."""
    return day.weekday() < 6


def produce_body(
    batch: str, waste: tuple[str, str, str], weight_kg: Decimal, **more: Any
) -> dict[str, Any]:
    """The body of ``produce``."""
    code, name, form = waste
    return {"batch": batch, "waste_code": code, "edition": "2021", "waste_name": name,
            "form": form, "weight_kg": text(weight_kg), **more}  # fmt: skip


def fill_drum(
    plan: Plan, party: Party, waste: str, batch: str, when: datetime, weight_kg: Decimal,
    rng: random.Random,
) -> str:  # fmt: skip
    """装桶, 入库 at a large producer's store; the container's code."""
    code = plan.code(party.org, party.org, waste, when.date())
    plan.kg[code] = weight_kg
    filled = {"containers": [code], "batch": batch, "weight_kg": text(read_scale(weight_kg, rng))}
    device = f"{party.org}/store"
    plan.do(device, party, "fill", when, filled, site=party.site)
    later = when + timedelta(minutes=rng.randint(10, 40))
    plan.do(device, party, "store_in", later, {"containers": [code]}, site=party.site)
    return code


def _large(large: Large, plan: Plan, rng: random.Random) -> None:
    party, stock = large.party, list[str]()
    next_off = rng.randint(3, large.every)
    for number in range(plan.days):
        day = plan.start + timedelta(days=number)
        if not works(day):
            continue
        held = sum((plan.kg[code] for code in stock), Decimal(0))
        full = party.site_kind == "贮存点" and held > _POINT_KG
        if stock and (number >= next_off or full or len(stock) >= _TRUCK):
            ship(plan, large, stock[:_TRUCK], at(day, 8, 30 + rng.randint(0, 29)), rng)
            stock = stock[_TRUCK:]
            next_off = number + large.every
        stock += _fill_day(large, day, plan, rng)


def _fill_day(large: Large, day: date, plan: Plan, rng: random.Random) -> list[str]:
    season = 1.15 if day.month in (3, 4, 10, 11) else 0.9
    drums = int(large.drums * season + rng.random())
    if not drums:
        return []
    weights = [Decimal(rng.randint(1500, 1900)) / 10 for _ in range(drums)]
    batch = f"HWCS{day:%Y%m%d}001"
    body = produce_body(batch, large.waste, sum(weights, Decimal(0)))
    device = f"{large.party.org}/store"
    plan.do(device, large.party, "produce", at(day, 12, 5), body, site=large.party.site)
    codes = []
    for number, weight_kg in enumerate(weights):
        when = at(day, 13 + number, rng.randint(0, 15))
        codes.append(fill_drum(plan, large.party, large.waste[0], batch, when, weight_kg, rng))
    return codes


def ship(
    plan: Plan, large: Large, codes: list[str], when: datetime, rng: random.Random
) -> Shipment:
    """出库 to 处置: one manifest."""
    sender, carrier, plant = large.party, large.carrier, large.plant
    shipment = Shipment(sender, carrier, plant, large.waste, codes)
    keeper = keeper_of(sender)
    driver, person = driver_of(carrier, rng.randint(1, 2))
    true_kg = sum((plan.kg[code] for code in codes), Decimal(0))
    received = text(read_scale(true_kg, rng))
    on_road = timedelta(minutes=rng.randint(45, 80))
    line = {"waste_code": large.waste[0], "edition": "2021", "waste_name": large.waste[1],
            "weight_kg": text(true_kg), "packages": len(codes)}  # fmt: skip
    opened = {"carrier": carrier.org, "receiver": plant.org, "vehicle_plate": "浙F7K21挂",
              "lines": [line]}  # fmt: skip
    plate = {"vehicle_plate": "浙F7K21挂"}
    steps: list[tuple[str, str, Party, timedelta, dict[str, Any]]] = [
        ("store_out", keeper, sender, timedelta(0), {}),
        ("open_manifest", keeper, sender, timedelta(minutes=10), opened),
        ("load", driver, carrier, timedelta(minutes=20), {**plate, "driver": person}),
        ("depart", driver, carrier, timedelta(minutes=10), plate),
        ("arrive", driver, carrier, on_road, plate),
        ("weigh_in", f"{plant.org}/gate", plant, timedelta(minutes=15), {"weight_kg": received}),
        ("accept", f"{plant.org}/gate", plant, timedelta(minutes=20), {"method": "R9"}),
        ("treat", f"{plant.org}/works", plant, timedelta(hours=25),
         {"method": "R9", "weight_kg": received}),
    ]  # fmt: skip
    for typ, device, party, later, more in steps:
        when += later
        site = "" if party is carrier else party.site
        deed = plan.do(device, party, typ, when, {"containers": list(codes), **more}, site=site)
        shipment.deeds[typ] = deed
        if typ not in ("store_out", "treat"):
            deed.shipment = shipment
    plan.shipments.append(shipment)
    return shipment


def _platform(
    platform: Party, clients: list[Small], district: District, plan: Plan, rng: random.Random
) -> None:
    due = {small.party.org: rng.randint(0, small.every - 1) for small in clients}
    last = dict.fromkeys(due, -20)
    to_merge = list[tuple[Small, str]]()
    stock: dict[str, list[str]] = {}
    carrier, plant = rng.choice(district.carriers), rng.choice(district.plants)
    for number in range(plan.days):
        day = plan.start + timedelta(days=number)
        if not works(day):
            continue
        for code, container in _merge_day(platform, to_merge, day, plan, rng):
            stock.setdefault(code, []).append(container)
        for code, containers in stock.items():
            if len(containers) >= 8 or (containers and number % 12 == 11):
                waste = next(s.waste for s in clients if s.waste[0] == code)
                sender = Large(platform, waste, 0, 0, carrier, plant)
                ship(plan, sender, containers, at(day, 13, rng.randint(0, 40)), rng)
                stock[code] = []
        today = [small for small in clients if due[small.party.org] <= number][:_STOPS]
        to_merge = _round(platform, today, last, number, day, plan, rng)
        for small in today:
            last[small.party.org] = number
            due[small.party.org] = number + small.every


def _round(
    platform: Party, today: list[Small], last: dict[str, int], number: int, day: date,
    plan: Plan, rng: random.Random,
) -> list[tuple[Small, str]]:  # fmt: skip
    """One collection round: each door, then the depot."""
    when, taken = at(day, 8, 10), list[tuple[Small, str]]()
    for small in today:
        when += timedelta(minutes=rng.randint(15, 30))
        kg = small.kg_a_day * (number - last[small.party.org]) * rng.uniform(0.8, 1.2)
        weight_kg = max(Decimal(f"{kg:.1f}"), Decimal("1.0"))
        taken.append((small, visit(plan, small, when, weight_kg)))
    if taken:
        codes = [code for _, code in taken]
        depot = f"{platform.org}/depot"
        when += timedelta(minutes=40)
        plan.do(depot, platform, "store_in", when, {"containers": codes}, site=platform.site)
    return taken


def visit(plan: Plan, small: Small, when: datetime, weight_kg: Decimal) -> str:
    """上门收集 at one door; the container's code."""
    platform, org, waste = small.platform, small.party.org, small.waste
    code = plan.code(org, platform.org, waste[0], when.date())
    plan.kg[code] = weight_kg
    batch = f"HWCS{when:%Y%m%d}001"
    collector = f"{platform.org}/collector"
    produced = produce_body(batch, waste, weight_kg, unit=org)
    plan.do(collector, platform, "produce", when, produced)
    filled = {"containers": [code], "batch": batch, "unit": org, "weight_kg": text(weight_kg)}
    plan.do(collector, platform, "fill", when + timedelta(minutes=2), filled)
    collected = {"containers": [code], "from_org": org, "weight_kg": text(weight_kg)}
    plan.do(collector, platform, "collect", when + timedelta(minutes=6), collected)
    return code


def _merge_day(
    platform: Party, taken: list[tuple[Small, str]], day: date, plan: Plan, rng: random.Random
) -> list[tuple[str, str]]:
    """拼装 of yesterday's round, by waste code: code and the new container."""
    by_code: dict[str, list[str]] = {}
    for small, container in taken:
        by_code.setdefault(small.waste[0], []).append(container)
    merged = []
    for number, (waste, codes) in enumerate(sorted(by_code.items())):
        into = plan.code(platform.org, platform.org, waste, day)
        plan.kg[into] = sum((plan.kg[code] for code in codes), Decimal(0))
        when = at(day, 8, 5 + 15 * number)
        body = {"containers": codes, "into": into, "weight_kg": text(plan.kg[into])}
        depot = f"{platform.org}/depot"
        deed = plan.do(depot, platform, "merge", when, body, site=platform.site)
        later = when + timedelta(minutes=5)
        plan.do(depot, platform, "store_in", later, {"containers": [into]}, site=platform.site)
        plan.merges.append(Merge(platform, into, codes, deed))
        merged.append((waste, into))
    return merged


def _licence(plant: Party, plan: Plan) -> None:
    """经营许可证 for every waste of the district, much more than it has."""
    codes = sorted({waste[0] for waste in (*LARGE_WASTES, *SMALL_WASTES, MEDICAL_WASTE)})
    year = plan.start.year
    body = {
        "permit": f"浙危废经第{plant.org[-4:]}号",
        "org": plant.org,
        "kind": "comprehensive",
        "wastes": [{"codes": [code], "annual_kg": "9000000"} for code in codes],
        "valid_from": f"{year - 1}-06-01",
        "valid_to": f"{year + 4}-05-31",
    }
    when = at(plan.start, 8)
    plan.permits[plant.org] = plan.do(f"{plant.org}/gate", plant, "register_permit", when, body)


def go_offline(plan: Plan, rng: random.Random) -> None:
    """On one day in seven a driver has no network until the evening."""
    days: dict[tuple[str, date], list[Deed]] = {}
    for deed in plan.deeds:
        if "/driver" in deed.device:
            days.setdefault((deed.device, deed.at.date()), []).append(deed)
    for deeds in days.values():
        if rng.random() < 1 / 7:
            for deed in deeds:
                deed.heard = at(deed.at.date(), 19, 30)
