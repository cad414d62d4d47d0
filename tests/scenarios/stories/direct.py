"""A large producer sends its waste to the plant without anybody in between."""

from tests.scenarios.acts import DRUM_OIL, carry, consign, drums, receive, treat
from tests.scenarios.parties import FACTORY
from tests.scenarios.scene import Scene
from tests.scenarios.story import Story


def play(scene: Scene) -> None:
    """Three drums, one manifest, weighed to the gram as they were sent."""
    codes = drums(scene, FACTORY, DRUM_OIL, ["182.500", "179.000", "168.500"])
    number = consign(scene, FACTORY, codes, "530.000")
    carry(scene, number, codes)
    receive(scene, number, codes, "530.000")
    treat(scene, codes, "530.000")


STORY = Story(
    "大型产废单位直运",
    "Large producer, direct",
    "三桶废矿物油由产废单位直接运往处置单位，重量一致，全程闭环。",
    "Three drums go straight to the plant; every weight agrees and the chain is whole.",
    play,
)
