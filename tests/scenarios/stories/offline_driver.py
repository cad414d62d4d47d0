"""The driver has no network for three days; nothing waits for him and nothing is lost."""

from api.demo.stage import prove
from tests.scenarios.acts import DRUM_OIL, consign, drums, on_board, receive, treat
from tests.scenarios.parties import CARRIER, FACTORY
from tests.scenarios.scene import Scene
from tests.scenarios.story import Story


def play(scene: Scene) -> None:
    """Loading, departure and arrival reach the ledger three days late."""
    codes = drums(scene, FACTORY, DRUM_OIL, ["179.500", "180.500"])
    number = consign(scene, FACTORY, codes, "360.000")
    for verb, minutes in (("load", 25), ("depart", 10), ("arrive", 55)):
        scene.clock.forward(minutes=minutes)
        scene.note(CARRIER, verb, on_board(number, codes))
    receive(scene, number, codes, "360.000")
    prove("custody_gap" in scene.open_findings(), "nobody noticed that transport is missing")
    scene.clock.forward(days=3)
    scene.narrate("三天后驾驶员联网：", "After three days the driver is back in the net:")
    received = scene.deliver(CARRIER)
    prove(received == 3, f"{received} of three events were received")
    prove("custody_gap" not in scene.open_findings(), "the gap did not close")
    treat(scene, codes, "360.000")


STORY = Story(
    "驾驶员离线三天",
    "Driver offline for three days",
    "装车、起运、运抵三天后才入账：当时显示环节缺失，补入后自动消除，只留下迟报提示。",
    "Loading, departure and arrival arrive three days late: the gap is shown meanwhile, clears "
    "by itself, and only the lateness stays on record.",
    play,
    frozenset({"late_event"}),
)
