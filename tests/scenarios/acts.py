"""What happens in most stories: a drum is filled, sent off, carried, received, treated."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from tests.scenarios.parties import CARRIER, PLANT, Party
from tests.scenarios.scene import PLATE, Scene, kilograms

OIL, OIL_NAME = "900-214-08", "车辆维修废机油"
DRUM_OIL, DRUM_OIL_NAME = "900-249-08", "废矿物油"
MEDICAL = "841-001-01"
NAMES = {OIL: OIL_NAME, DRUM_OIL: DRUM_OIL_NAME, "336-064-17": "电镀污泥", MEDICAL: "感染性废物"}


def total(weights: Sequence[str]) -> str:
    """The sum of weights as a body says it."""
    return kilograms(sum(map(Decimal, weights), Decimal(0)))


def produce(scene: Scene, party: Party, waste: str, weight_kg: str, **more: Any) -> str:
    """产生登记: a batch of waste; its number."""
    batch = f"HWCS{scene.clock.now():%Y%m%d}{scene.batches():03d}"
    body = {
        "batch": batch,
        "waste_code": waste,
        "edition": "2021",
        "waste_name": NAMES[waste],
        "form": "液态",
        "weight_kg": weight_kg,
        **more,
    }
    scene.say(party, "produce", body)
    return batch


def drums(scene: Scene, party: Party, waste: str, weights: Sequence[str]) -> list[str]:
    """产生, 赋码, 装桶, 入库: drums of one batch stand in the party's store."""
    batch = produce(scene, party, waste, total(weights))
    scene.clock.forward(minutes=10)
    codes = scene.labels(party, waste, len(weights))
    for code, weight_kg in zip(codes, weights, strict=True):
        scene.clock.forward(minutes=15)
        body = {"containers": [code], "batch": batch, "weight_kg": weight_kg}
        scene.say(party, "fill", body)
    scene.clock.forward(minutes=20)
    scene.say(party, "store_in", {"containers": codes})
    return codes


def consign(
    scene: Scene,
    sender: Party,
    codes: list[str],
    weight_kg: str,
    *,
    waste: str = DRUM_OIL,
    carrier: Party = CARRIER,
    receiver: Party = PLANT,
    **more: Any,
) -> str:
    """出库, 填写联单: the sender's part of a manifest; its number. ``more``: fields of its body."""
    scene.still.next_morning()
    scene.say(sender, "store_out", {"containers": codes})
    number = scene.number(sender)
    scene.clock.forward(minutes=15)
    line = {
        "waste_code": waste,
        "edition": "2021",
        "waste_name": NAMES[waste],
        "weight_kg": weight_kg,
        "packages": len(codes),
    }
    body = {
        "containers": codes,
        "manifest": number,
        "carrier": carrier.org,
        "receiver": receiver.org,
        "vehicle_plate": PLATE,
        "lines": [line],
        **more,
    }
    scene.say(sender, "open_manifest", body)
    return number


def carry(scene: Scene, number: str, codes: list[str], carrier: Party = CARRIER) -> None:
    """装车, 起运, 运抵."""
    for verb, minutes in (("load", 25), ("depart", 10), ("arrive", 50)):
        scene.clock.forward(minutes=minutes)
        scene.say(carrier, verb, on_board(number, codes))


def on_board(number: str, codes: list[str], **more: Any) -> dict[str, Any]:
    """The body of a carrier's event."""
    return {"containers": codes, "manifest": number, "vehicle_plate": PLATE, **more}


def receive(
    scene: Scene,
    number: str,
    codes: list[str],
    weight_kg: str,
    receiver: Party = PLANT,
    method: str = "R9",
) -> None:
    """过磅, 接收."""
    scene.clock.forward(minutes=10)
    weighed = {"containers": codes, "manifest": number, "weight_kg": weight_kg}
    scene.say(receiver, "weigh_in", weighed)
    scene.clock.forward(minutes=10)
    scene.say(receiver, "accept", {"containers": codes, "manifest": number, "method": method})


def treat(
    scene: Scene, codes: list[str], weight_kg: str, method: str = "R9", by: Party = PLANT
) -> None:
    """利用处置."""
    scene.clock.forward(hours=3)
    body = {"containers": codes, "method": method, "weight_kg": weight_kg}
    scene.say(by, "treat", body)
