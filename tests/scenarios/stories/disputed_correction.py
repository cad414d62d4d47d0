"""The plant wants to correct its weight; the sender disputes it, then agrees to another figure."""

from api.demo.stage import prove
from tests.scenarios.acts import DRUM_OIL, carry, consign, drums, treat
from tests.scenarios.parties import FACTORY, PLANT
from tests.scenarios.scene import Scene
from tests.scenarios.story import Story


def play(scene: Scene) -> None:
    """150 was typed for 180; a first correction says 165 and is disputed."""
    codes = drums(scene, FACTORY, DRUM_OIL, ["180.000"])
    number = consign(scene, FACTORY, codes, "180.000")
    carry(scene, number, codes)
    scene.clock.forward(minutes=10)
    weighed = {"containers": codes, "manifest": number, "weight_kg": "150.000"}
    index = scene.say(PLANT, "weigh_in", weighed)
    scene.clock.forward(minutes=10)
    scene.say(PLANT, "accept", {"containers": codes, "manifest": number})
    prove("weight_difference" in scene.open_findings(), "30 kg are missing and nobody says so")
    scene.clock.forward(hours=2)
    first = correct(scene, index, "165.000")
    scene.clock.forward(hours=1)
    answer = {"correction": first, "reason": "other_figure"}
    scene.desk(FACTORY, "dispute_correction", answer)
    prove(scene.books().closing(PLANT.org) == 150, "a disputed correction took effect")
    scene.clock.forward(hours=1)
    second = correct(scene, index, "180.000")
    scene.clock.forward(hours=1)
    scene.desk(FACTORY, "confirm_correction", {"correction": second})
    prove(scene.books().closing(PLANT.org) == 180, "an agreed correction took no effect")
    treat(scene, codes, "180.000")


def correct(scene: Scene, index: int, new: str) -> int:
    """更正 of the weighing; its index."""
    body = {"corrects": index, "field": "weight_kg", "old": "150.000", "new": new}
    return scene.desk(PLANT, "correct", {**body, "reason": "typing"})


STORY = Story(
    "更正有异议",
    "Correction disputed",
    "接收方改正过磅数，移出方提出异议时不生效；改为双方认可的数字后生效，两个版本都留存。",
    "A correction that the sender disputes changes nothing; one that it confirms does. Both "
    "versions stay.",
    play,
)
