"""A stranger drives, and a drum is left where the carriers meet (从业资格, 联运交接)."""

from api.demo.stage import prove
from tests.scenarios.acts import DRUM_OIL, consign, drums, on_board, receive, treat
from tests.scenarios.parties import CARRIER, FACTORY, NEXT_CARRIER, Party
from tests.scenarios.scene import Scene
from tests.scenarios.story import Story

_NEXT_PLATE = "浙F5B08挂"
_STRANGER, _SECOND = "usr_driver07", "usr_driver21"


def play(scene: Scene) -> None:
    """Each is a finding, stops nobody, and clears once it is put right."""
    scene.clock.forward(hours=1)
    qualify(scene, NEXT_CARRIER, _SECOND)
    codes = drums(scene, FACTORY, DRUM_OIL, ["176.000", "181.000"])
    number = consign(scene, FACTORY, codes, "357.000")
    scene.clock.forward(minutes=25)
    scene.say(CARRIER, "load", on_board(number, codes, driver=_STRANGER))
    prove("driver_unqualified" in scene.open_findings(), "a stranger drives unseen")
    scene.narrate(
        "承运单位补登该驾驶员的从业资格：", "The carrier registers the driver's qualification:"
    )
    qualify(scene, CARRIER, _STRANGER)
    prove("driver_unqualified" not in scene.open_findings(), "a qualified driver is a finding")

    scene.clock.forward(minutes=10)
    scene.say(CARRIER, "depart", on_board(number, codes))
    scene.clock.forward(minutes=40)
    scene.say(CARRIER, "hand_over", on_board(number, codes, to_org=NEXT_CARRIER.org))
    scene.clock.forward(minutes=15)
    take_over(scene, number, codes[:1])
    for _ in range(2):
        scene.still.next_morning()
    scene.narrate("每日巡查：第二桶无人接运。", "The daily review: nobody took the second drum.")
    scene.review()
    prove("hand_over_unanswered" in scene.open_findings(), "the drum in the yard was not found")
    scene.clock.forward(minutes=20)
    take_over(scene, number, codes[1:])
    scene.clock.forward(minutes=60)
    arrived = on_board(number, codes) | {"vehicle_plate": _NEXT_PLATE}
    scene.say(NEXT_CARRIER, "arrive", arrived)
    receive(scene, number, codes, "357.000")
    treat(scene, codes, "357.000")
    scene.still.next_morning()
    scene.review()


def qualify(scene: Scene, carrier: Party, person: str) -> None:
    """登记运输资质 of a driver."""
    term = {"valid_from": "2026-01-01", "valid_to": "2026-12-31"}
    body = {"kind": "driver", "org": carrier.org, "subject": person, **term}
    scene.desk(carrier, "register_qualification", body)


def take_over(scene: Scene, number: str, codes: list[str]) -> None:
    """接运 by the second carrier."""
    said = {"from_org": CARRIER.org, "driver": _SECOND, "vehicle_plate": _NEXT_PLATE}
    scene.say(NEXT_CARRIER, "take_over", on_board(number, codes) | said)


STORY = Story(
    "陌生驾驶员与落下的一桶",
    "A stranger drives, and a drum is left behind",
    "驾驶员未登记从业资格，装车即成问题；中途换装时第二承运人只接走一桶，巡查指出无人接运的另一桶。",
    "A driver whose qualification nobody has registered is a finding at loading; at the hand-over "
    "the second carrier takes one drum of two, and the review names the one that nobody took.",
    play,
)
