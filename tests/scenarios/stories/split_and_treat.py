"""A tank is split, treated in two ways, and what comes out of it is waste again."""

from api.demo.stage import prove
from tests.scenarios.acts import DRUM_OIL, carry, consign, drums, receive, treat
from tests.scenarios.parties import BUREAU, FACTORY, PLANT
from tests.scenarios.scene import Scene
from tests.scenarios.story import Story

_SLUDGE = "336-064-17"


def play(scene: Scene) -> None:
    """1,000 kg into 600 and 400; the larger part leaves 45 kg of sludge, which has its own drum."""
    codes = drums(scene, FACTORY, DRUM_OIL, ["1000.000"])
    number = consign(scene, FACTORY, codes, "1000.000")
    carry(scene, number, codes)
    receive(scene, number, codes, "1000.000")
    scene.clock.forward(minutes=30)
    scene.say(PLANT, "store_in", {"containers": codes})
    scene.clock.forward(minutes=10)
    large, small = scene.labels(PLANT, DRUM_OIL, 2)
    into = [
        {"container": large, "weight_kg": "600.000"},
        {"container": small, "weight_kg": "400.000"},
    ]
    scene.say(PLANT, "split", {"containers": codes, "into": into})
    treat(scene, [large], "600.000", "R9")
    treat(scene, [small], "400.000", "D10")
    scene.clock.forward(hours=1)
    batch = produce_secondary(scene, [large], "45.000")
    (sludge,) = scene.labels(PLANT, _SLUDGE)
    scene.clock.forward(minutes=20)
    scene.say(PLANT, "fill", {"containers": [sludge], "batch": batch, "weight_kg": "45.000"})
    scene.clock.forward(minutes=10)
    scene.say(PLANT, "store_in", {"containers": [sludge]})
    trace = scene.call(BUREAU, "GET", f"/v1/containers/{sludge}/trace")
    sources = {row["container"] for row in trace["sources"]}
    prove({large, codes[0]} <= sources, f"the sludge comes from {sources}")
    prove(small not in sources, "the part that was burnt is no source of the sludge")


def produce_secondary(scene: Scene, treated: list[str], weight_kg: str) -> str:
    """次生废物登记: what came out of the treatment of these containers; its batch."""
    batch = f"HWCS{scene.clock.now():%Y%m%d}901"
    body = {
        "batch": batch,
        "waste_code": _SLUDGE,
        "edition": "2021",
        "waste_name": "处理污泥",
        "form": "半固态",
        "weight_kg": weight_kg,
        "containers": treated,
    }
    scene.say(PLANT, "produce_secondary", body)
    return batch


STORY = Story(
    "分装处置与次生废物",
    "Split and treat with secondary waste",
    "一桶分装为两桶，分别利用与焚烧；产生的污泥作为次生废物另有编码，可一直追溯到最初的桶。",
    "One tank is split and treated in two ways; the sludge that comes out is waste with a code "
    "of its own and traces back to the first tank.",
    play,
)
