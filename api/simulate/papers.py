"""What people hold and have filed before waste moves: plans, declarations, contracts, drivers."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from api.simulate.district import District, Party
from api.simulate.plan import Plan, Shipment, at, driver_of, keeper_of, text

#: A plan allows for so many times what will be sent.
_ROOM = 3


def plan_papers(plan: Plan, district: District) -> None:
    """Everything that the shipments of the plan need, on the first morning."""
    by_sender: dict[str, list[Shipment]] = {}
    for shipment in plan.shipments:
        by_sender.setdefault(shipment.sender.org, []).append(shipment)
    for org, shipments in sorted(by_sender.items()):
        sender = shipments[0].sender
        plan.plans[org] = _say(plan, sender, 0, "file_plan", _management_plan(plan, shipments))
        filed = {"kind": "year", "period": str(plan.start.year - 1)}
        _say(plan, sender, 1, "file_declaration", filed)
        plants = dict.fromkeys(shipment.plant.org for shipment in shipments)
        plan.contracts[org] = [
            _say(plan, sender, 2, "sign_contract", _contract(plan, plant)) for plant in plants
        ]
    for carrier in district.carriers:
        for number in (1, 2):
            device, person = driver_of(carrier, number)
            body = {"kind": "driver", "org": carrier.org, "subject": person, **_term(plan)}
            plan.do(device, carrier, "register_qualification", at(plan.start, 8), body)


def _say(plan: Plan, party: Party, minute: int, typ: str, body: dict[str, Any]) -> Any:
    when = at(plan.start, 8, minute)
    return plan.do(keeper_of(party), party, typ, when, body, site=party.site)


def _management_plan(plan: Plan, shipments: list[Shipment]) -> dict[str, Any]:
    sent: dict[tuple[str, str], Decimal] = {}
    names: dict[str, str] = {}
    for shipment in shipments:
        code, name, _ = shipment.waste
        weight_kg = sum((plan.kg[one] for one in shipment.codes), Decimal(0))
        key = code, shipment.plant.org
        sent[key] = sent.get(key, Decimal(0)) + weight_kg * _ROOM
        names[code] = name
    return {
        "year": plan.start.year,
        "level": "registered",
        "unit_info": {"name": shipments[0].sender.name},
        # The record begins in spring: it says nothing of the amount of a whole year.
        "sources": [
            {"waste_code": code, "waste_name": name, "weight_kg": "0"}
            for code, name in names.items()
        ],
        "transfers": [
            {"scope": "in_province", "waste_code": code, "weight_kg": text(kg), "receiver": plant}
            for (code, plant), kg in sent.items()
        ],
    }


def _contract(plan: Plan, plant: str) -> dict[str, Any]:
    return {"contract": f"HT-{plant[-6:]}", "partner": plant, "role": "receiver", **_term(plan)}


def _term(plan: Plan) -> dict[str, str]:
    return {
        "valid_from": (plan.start - timedelta(days=200)).isoformat(),
        "valid_to": (plan.start + timedelta(days=900)).isoformat(),
    }
