"""Medical waste (医疗废物): boxes of every day, fetched every other morning."""

import random
from datetime import timedelta
from decimal import Decimal

from api.simulate.district import MEDICAL_WASTE, District, Large
from api.simulate.honest import fill_drum, produce_body, ship
from api.simulate.plan import Plan, at


def plan_hospital(district: District, plan: Plan, rng: random.Random) -> None:
    """The days of the district's hospital; nothing stands in it for two days."""
    carrier, plant = rng.choice(district.carriers), rng.choice(district.plants)
    party, boxes = district.hospital, list[str]()
    sender = Large(party, MEDICAL_WASTE, 2, 2, carrier, plant)
    for number in range(plan.days):
        day = plan.start + timedelta(days=number)
        if boxes and number % 2 == 0:
            shipment = ship(plan, sender, boxes, at(day, 8, rng.randint(5, 30)), rng)
            shipment.deeds["open_manifest"].body["kind"] = "medical"
            plan.medical.append(shipment)
            boxes = []
        weights = [Decimal(rng.randint(60, 120)) / 10 for _ in range(2)]
        batch = f"HWCS{day:%Y%m%d}001"
        body = produce_body(batch, MEDICAL_WASTE, sum(weights, Decimal(0)))
        device = f"{party.org}/store"
        plan.do(device, party, "produce", at(day, 15), body, site=party.site)
        for hour, weight_kg in enumerate(weights, 15):
            when = at(day, hour, rng.randint(5, 15))
            boxes.append(fill_drum(plan, party, MEDICAL_WASTE[0], batch, when, weight_kg, rng))
