"""Two carriers: the goods change vehicles on the way (联运, 转移管理办法 art. 17)."""

from tests.scenarios.acts import DRUM_OIL, consign, drums, on_board, receive, treat
from tests.scenarios.parties import CARRIER, FACTORY, NEXT_CARRIER
from tests.scenarios.scene import Scene
from tests.scenarios.story import Story

_NEXT_PLATE = "浙F5B08挂"


def play(scene: Scene) -> None:
    """Handed over in a yard half-way; both carriers' parts are on one manifest."""
    codes = drums(scene, FACTORY, DRUM_OIL, ["176.000", "181.000"])
    number = consign(scene, FACTORY, codes, "357.000")
    for verb, minutes in (("load", 25), ("depart", 10)):
        scene.clock.forward(minutes=minutes)
        scene.say(CARRIER, verb, on_board(number, codes))
    scene.clock.forward(minutes=40)
    scene.say(CARRIER, "hand_over", on_board(number, codes, to_org=NEXT_CARRIER.org))
    scene.clock.forward(minutes=15)
    taken = on_board(number, codes, from_org=CARRIER.org) | {"vehicle_plate": _NEXT_PLATE}
    scene.say(NEXT_CARRIER, "take_over", taken)
    scene.clock.forward(minutes=60)
    arrived = on_board(number, codes) | {"vehicle_plate": _NEXT_PLATE}
    scene.say(NEXT_CARRIER, "arrive", arrived)
    receive(scene, number, codes, "357.000")
    treat(scene, codes, "357.000")


STORY = Story(
    "两家承运人中途换装",
    "Two carriers with trans-shipment",
    "第一承运人中途交接给第二承运人，两次签收都在同一联单上，每一刻都知道货在谁车上。",
    "The first carrier hands over to the second half-way; at every moment it is known whose "
    "vehicle holds the goods.",
    play,
)
