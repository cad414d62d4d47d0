"""Medical waste: two signatures for every hand-over, out within 48 hours; one box is forgotten."""

from dataclasses import replace
from typing import Any

from api.demo.stage import prove
from tests.scenarios.acts import MEDICAL, carry, consign, produce, receive, total, treat
from tests.scenarios.parties import HOSPITAL, PLANT, Party
from tests.scenarios.scene import Scene
from tests.scenarios.story import Story

_WARDS = (("内科", "12.400", "ZZX-01"), ("外科", "9.800", "ZZX-02"), ("急诊科", "7.300", "ZZX-03"))


def play(scene: Scene) -> None:
    """Two boxes leave the next morning; the third is found by the review and follows."""
    boxes = _fill(scene)
    for (department, *_), code in zip(_WARDS[:2], boxes[:2], strict=True):
        scene.clock.forward(minutes=20)
        handed = {"containers": [code], "department": department}
        scene.say(_ward(department), "hand_in", handed)
        scene.clock.forward(minutes=2)
        scene.say(HOSPITAL, "store_in", {"containers": [code]})
    scene.narrate(
        "急诊科的一箱由暂存间自行入库，缺科室签名。",
        "The third box is stored without the signature of its ward.",
    )
    scene.say(HOSPITAL, "store_in", {"containers": boxes[2:]})
    _send(scene, boxes[:2], "22.200")
    _prove_signed(scene, boxes)
    scene.still.next_morning()
    scene.review()
    prove("medical_storage" not in scene.open_findings(), "48 hours are not over yet")
    prove(not _box(scene, boxes[2])["overdue"], "48 hours are not over yet")
    scene.still.next_morning()
    scene.narrate(
        "每日巡查：第三箱超过 48 小时。", "The daily review: the third box is over 48 hours."
    )
    scene.review()
    prove("medical_storage" in scene.open_findings(), "the forgotten box was not found")
    prove(_box(scene, boxes[2])["overdue"], "its page does not say so")
    _send(scene, boxes[2:], "7.300")
    scene.still.next_morning()
    scene.review()


def _ward(department: str) -> Party:
    """A ward has a handheld of its own, without a store."""
    return replace(
        HOSPITAL, key=f"ward-{department}", site_name="", name=f"平湖康宁医院{department}"
    )


def _fill(scene: Scene) -> list[str]:
    """Each ward fills a box with what arose there."""
    batch = produce(scene, HOSPITAL, MEDICAL, total([weight_kg for _, weight_kg, _ in _WARDS]))
    codes = scene.labels(HOSPITAL, MEDICAL, len(_WARDS))
    for (department, weight_kg, box), code in zip(_WARDS, codes, strict=True):
        scene.clock.forward(minutes=10)
        filled = {"containers": [code], "batch": batch, "weight_kg": weight_kg,
                  "department": department, "box": box}  # fmt: skip
        scene.say(_ward(department), "fill", filled)
    return codes


def _send(scene: Scene, boxes: list[str], weight_kg: str) -> None:
    number = consign(scene, HOSPITAL, boxes, weight_kg, waste=MEDICAL, kind="medical")
    carry(scene, number, boxes)
    receive(scene, number, boxes, weight_kg, method="D10")
    treat(scene, boxes, weight_kg, "D10", PLANT)


def _prove_signed(scene: Scene, boxes: list[str]) -> None:
    """Both hand-overs of the two boxes have both signatures; the third's ward never signed."""
    for (department, *_), code in zip(_WARDS[:2], boxes[:2], strict=True):
        box = _box(scene, code)
        prove(box["department"] == department, f"{box['department']} had it")
        prove(box["inside"] and box["outside"], f"{department}: a signature is missing")
    third = _box(scene, boxes[2])
    prove(not third["inside"] and third["waits"], "the third box was handed over by nobody")


def _box(scene: Scene, code: str) -> dict[str, Any]:
    boxes = scene.call(HOSPITAL, "GET", "/v1/medical/boxes")
    return next(dict(one) for one in boxes if one["container"] == code)


STORY = Story(
    "医疗废物一日",
    "Medical waste day",
    "三个科室各一箱感染性废物；两箱由科室与暂存间双方签名交接、次日清运，一箱缺签名且遗漏，"
    "巡查在超过 48 小时后发现，清运后问题消除。",
    "Three wards have a box each. Two are handed over with both signatures and leave the next "
    "morning; the third lacks one and is forgotten until the review finds it after 48 hours.",
    play,
)
