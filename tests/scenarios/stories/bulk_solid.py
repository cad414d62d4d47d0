"""A month of slag that no container holds: from heap to heap, counted at its end."""

from decimal import Decimal
from typing import Any

from api.demo.stage import prove
from tests.scenarios.parties import CARRIER, FACTORY, PLANT
from tests.scenarios.scene import PLATE, Scene
from tests.scenarios.story import Story

_SLAG = "900-099-S03"


def play(scene: Scene) -> None:
    """Opening stock and two weeks of slag; a lorry of it to the plant; both take stock."""
    first = scene.clock.now().date()
    scene.desk(FACTORY, "open_bulk", _heap("3500.000"))
    for weight_kg in ("11200.000", "10800.000"):
        scene.still.next_morning()
        scene.say(FACTORY, "produce_bulk", _heap(weight_kg, facility="MF0001"))
    number = _send(scene, "20000.000", loaded_kg="20060.000")
    scene.clock.forward(minutes=10)
    scene.say(PLANT, "weigh_in", {"manifest": number, "weight_kg": "19800.000"})
    scene.clock.forward(minutes=10)
    decided = {"manifest": number, "differences": ["quantity"], "method": "R5"}
    scene.desk(PLANT, "accept_with_difference", decided)
    scene.clock.forward(hours=5)
    scene.say(PLANT, "treat_bulk", _heap("15000.000", method="R5"))
    scene.still.next_morning()
    scene.say(FACTORY, "treat_bulk", _heap("2400.000", method="R5", facility="TS001"))
    scene.narrate("月末两家盘点。", "At the end of the month both take stock.")
    scene.clock.forward(days=20)
    scene.say(FACTORY, "take_stock", _heap("3030.000"))
    scene.clock.forward(minutes=30)
    scene.desk(PLANT, "take_stock", _heap("4800.000"))
    stock_kg = [scene.books().closing(party.org) for party in (FACTORY, CARRIER, PLANT)]
    prove(stock_kg == [Decimal(3030), Decimal(0), Decimal(4800)], f"the heaps hold {stock_kg}")
    days = {"from": str(first), "to": str(scene.clock.now().date())}
    report = scene.call(FACTORY, "GET", "/v1/reports/solid-2", params=days)
    (row,) = report["tables"][0]["rows"]
    prove(all(text in str(row) for text in (_SLAG, "22", "3.03", "2.4")), f"table 2: {row}")
    outgoing = scene.call(FACTORY, "GET", "/v1/reports/solid-3", params=days)
    prove("20.06" in str(outgoing["tables"][0]["rows"]), f"table 3: {outgoing}")


def _heap(weight_kg: str, **more: Any) -> dict[str, Any]:
    return {"waste_code": _SLAG, "waste_name": "炉渣", "weight_kg": weight_kg, **more}


def _send(scene: Scene, weight_kg: str, loaded_kg: str) -> str:
    """填写联单, 装车, 起运, 运抵, without a container; the manifest's number."""
    scene.clock.forward(hours=2)
    number = scene.number(FACTORY)
    line = {
        "waste_code": _SLAG,
        "edition": "2024",
        "waste_name": "炉渣",
        "weight_kg": weight_kg,
        "packages": 0,
    }
    body = {
        "manifest": number,
        "kind": "solid",
        "carrier": CARRIER.org,
        "receiver": PLANT.org,
        "vehicle_plate": PLATE,
        "method": "R5",
        "lines": [line],
    }
    scene.clock.forward(minutes=15)
    scene.desk(FACTORY, "open_manifest", body)
    weights = {"load": {"weight_kg": loaded_kg}, "depart": {}, "arrive": {}}
    for verb, weight in weights.items():
        scene.clock.forward(minutes=25)
        scene.say(CARRIER, verb, {"manifest": number, "vehicle_plate": PLATE, **weight})
    return number


STORY = Story(
    "散装一般工业固废的一个月",
    "A month of loose solid waste",
    "炉渣无容器：期初、产生、凭联单移出、少收二百六十千克、利用、月末盘点；附表2、附表3随账生成，"
    "账目闭合，差量留作问题。",
    "Slag in no container: opening stock, produced, sent off by manifest, received 260 kg short, "
    "used, counted; tables 2 and 3 follow from the books, which close, and the difference is a "
    "finding.",
    play,
    frozenset({"weight_difference"}),
    "-270",
)
