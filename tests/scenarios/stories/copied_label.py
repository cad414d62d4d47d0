"""Somebody copies a label: the same code is scanned where the drum cannot be."""

from tests.scenarios.acts import DRUM_OIL, carry, consign, drums, receive, treat
from tests.scenarios.parties import FACTORY, PLATFORM
from tests.scenarios.scene import Scene
from tests.scenarios.story import Story


def play(scene: Scene) -> None:
    """While the drum is treated at the plant, the platform scans its code on another drum."""
    codes = drums(scene, FACTORY, DRUM_OIL, ["182.000"])
    number = consign(scene, FACTORY, codes, "182.000")
    carry(scene, number, codes)
    receive(scene, number, codes, "182.000")
    treat(scene, codes, "182.000")
    scene.clock.forward(hours=2)
    scene.narrate("另一处出现同一编码：", "The same code turns up elsewhere:")
    scene.say(PLATFORM, "store_in", {"containers": codes})


STORY = Story(
    "标签被复制",
    "Copied label",
    "一桶已在处置单位处置，其标签的复制件却在别处入库：事件照样入账，并成为问题。",
    "A drum has been treated when a copy of its label is scanned into a store elsewhere: the "
    "event is recorded and is a finding.",
    play,
    frozenset({"copied_label", "custody_gap"}),
)
