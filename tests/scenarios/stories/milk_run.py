"""Ten small producers of one street, one round of the platform, one container to the plant."""

from decimal import Decimal

from api.demo.stage import prove
from tests.scenarios.acts import OIL, carry, consign, produce, receive, total, treat
from tests.scenarios.parties import BUREAU, PLATFORM, SMALL
from tests.scenarios.scene import Scene
from tests.scenarios.story import Story

_WEIGHTS = ["18.200", "25.400", "9.600", "31.000", "12.800", "7.500", "40.300", "22.100", "5.400",
            "11.700"]  # fmt: skip


def play(scene: Scene) -> None:
    """Weighed at each door, merged at the depot, treated as one."""
    codes = []
    for party, weight_kg in zip(SMALL, _WEIGHTS, strict=True):
        scene.clock.forward(minutes=20)
        (code,) = scene.labels(PLATFORM, OIL, unit=party)
        batch = produce(scene, PLATFORM, OIL, weight_kg, unit=party.org)
        filled = {"containers": [code], "batch": batch, "unit": party.org, "weight_kg": weight_kg}
        scene.say(PLATFORM, "fill", filled)
        scene.clock.forward(minutes=5)
        collected = {"containers": [code], "from_org": party.org, "weight_kg": weight_kg}
        scene.say(PLATFORM, "collect", collected)
        codes.append(code)
    scene.clock.forward(minutes=40)
    scene.say(PLATFORM, "store_in", {"containers": codes})
    together = total(_WEIGHTS)
    (merged,) = scene.labels(PLATFORM, OIL)
    scene.clock.forward(minutes=30)
    scene.say(PLATFORM, "merge", {"containers": codes, "into": merged, "weight_kg": together})
    scene.say(PLATFORM, "store_in", {"containers": [merged]})
    number = consign(scene, PLATFORM, [merged], together, waste=OIL)
    carry(scene, number, [merged])
    receive(scene, number, [merged], together)
    treat(scene, [merged], together)

    books = scene.books()
    for party, weight_kg in zip(SMALL, _WEIGHTS, strict=True):
        produced = books.by_org[party.org]["produced"]
        prove(produced == Decimal(weight_kg), f"{party.name} produced {produced} kg")
    trace = scene.call(BUREAU, "GET", f"/v1/containers/{merged}/trace")
    sources = {row["container"] for row in trace["sources"]}
    prove(sources == set(codes), "not all ten sources are known")


STORY = Story(
    "十家小微单位一日收运",
    "Milk run of ten small producers",
    "平台一趟收运十家小微产废单位，上门称重、赋码，回库拼装为一桶后送处置；每一家的产生量都在账上。",
    "The platform weighs and labels at ten doors and merges at its depot; each producer's "
    "kilograms are on the books.",
    play,
)
