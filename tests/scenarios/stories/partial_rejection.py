"""One of three drums is refused at the gate and goes home."""

from api.demo.stage import prove
from tests.scenarios.acts import DRUM_OIL, carry, consign, drums, on_board, treat
from tests.scenarios.parties import CARRIER, FACTORY, PLANT
from tests.scenarios.scene import Scene
from tests.scenarios.story import Story


def play(scene: Scene) -> None:
    """Accepted in part; the refused drum is returned and taken back into store."""
    codes = drums(scene, FACTORY, DRUM_OIL, ["180.000", "175.000", "190.000"])
    number = consign(scene, FACTORY, codes, "545.000")
    carry(scene, number, codes)
    scene.clock.forward(minutes=10)
    weighed = {"containers": codes, "manifest": number, "weight_kg": "545.000"}
    scene.say(PLANT, "weigh_in", weighed)
    scene.clock.forward(minutes=15)
    decided = {"containers": codes[:2], "refused": codes[2:], "differences": ["property"]}
    scene.desk(PLANT, "accept_in_part", {**decided, "manifest": number, "method": "R9"})
    scene.clock.forward(minutes=30)
    scene.say(CARRIER, "return", on_board(number, codes[2:]))
    scene.clock.forward(hours=1)
    scene.desk(FACTORY, "take_back", {"containers": codes[2:], "manifest": number})
    scene.clock.forward(minutes=30)
    scene.say(FACTORY, "store_in", {"containers": codes[2:]})
    treat(scene, codes[:2], "355.000")
    stock_kg = scene.books().closing(FACTORY.org)
    prove(str(stock_kg) == "190.000", f"the factory has {stock_kg} kg, not the refused drum")


STORY = Story(
    "部分拒收与退运",
    "Partial rejection and return",
    "三桶中一桶性状不符被拒收，退运并由移出单位收回入库；其余两桶处置，账目闭合。",
    "One of three drums is refused for its properties, returned and taken back; the other two "
    "are treated and the books close.",
    play,
)
