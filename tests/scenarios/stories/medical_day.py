"""Medical waste: boxes of the wards, out within 48 hours; one box is forgotten."""

from api.demo.stage import prove
from tests.scenarios.acts import MEDICAL, carry, consign, drums, receive, treat
from tests.scenarios.parties import HOSPITAL, PLANT
from tests.scenarios.scene import Scene
from tests.scenarios.story import Story


def play(scene: Scene) -> None:
    """Two boxes leave the next morning; the third is found by the review and follows."""
    boxes = drums(scene, HOSPITAL, MEDICAL, ["12.400", "9.800", "7.300"])
    number = consign(scene, HOSPITAL, boxes[:2], "22.200", waste=MEDICAL, kind="medical")
    carry(scene, number, boxes[:2])
    receive(scene, number, boxes[:2], "22.200", method="D10")
    treat(scene, boxes[:2], "22.200", "D10", PLANT)
    scene.still.next_morning()
    scene.review()
    prove("medical_storage" not in scene.open_findings(), "48 hours are not over yet")
    scene.still.next_morning()
    scene.narrate(
        "每日巡查：第三箱超过 48 小时。", "The daily review: the third box is over 48 hours."
    )
    scene.review()
    prove("medical_storage" in scene.open_findings(), "the forgotten box was not found")
    number = consign(scene, HOSPITAL, boxes[2:], "7.300", waste=MEDICAL, kind="medical")
    carry(scene, number, boxes[2:])
    receive(scene, number, boxes[2:], "7.300", method="D10")
    treat(scene, boxes[2:], "7.300", "D10", PLANT)
    scene.still.next_morning()
    scene.review()


STORY = Story(
    "医疗废物一日",
    "Medical waste day",
    "医院三箱感染性废物，两箱次日清运，一箱遗漏；巡查在超过 48 小时后发现，清运后问题消除。",
    "Of three boxes of a hospital two leave the next morning; the review finds the third when 48 "
    "hours are over, and the finding clears once it has left.",
    play,
)
