"""Three per cent too little, again and again: each time the finding names both witnesses."""

from api.demo.stage import prove
from tests.scenarios.acts import DRUM_OIL, carry, consign, drums, receive, treat
from tests.scenarios.parties import FACTORY
from tests.scenarios.scene import Scene
from tests.scenarios.story import Story

_SENT, _RECEIVED = "400.000", "388.000"


def play(scene: Scene) -> None:
    """Four consignments within two weeks, each 12 kg short."""
    for _ in range(4):
        codes = drums(scene, FACTORY, DRUM_OIL, ["200.000", "200.000"])
        number = consign(scene, FACTORY, codes, _SENT)
        carry(scene, number, codes)
        receive(scene, number, codes, _RECEIVED)
        treat(scene, codes, _RECEIVED)
        scene.clock.forward(days=2)
    short = [row for row in scene.findings() if row["rule"] == "weight_difference"]
    prove(len(short) == 4, f"{len(short)} of four differences were noticed")


STORY = Story(
    "反复短少百分之三",
    "Weight fraud of 3 %, repeated",
    "同一移出单位四批货每批少 3%：每一批都是问题，短少的公斤数记在损耗栏，不会无声消失。",
    "Four consignments, each three per cent short: each is a finding, and what is missing stands "
    "in the books as loss.",
    play,
    frozenset({"weight_difference"}),
    "-48.000",
)
