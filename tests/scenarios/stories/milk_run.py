"""Ten small producers of one street, one round of the platform, one container to the plant.

The plant's scale says three per cent less: a finding, and its whole life.
"""

from decimal import Decimal

from api.demo.stage import prove
from tests.scenarios.acts import OIL, carry, consign, produce, receive, total, treat
from tests.scenarios.parties import BUREAU, PLANT, PLATFORM, SMALL
from tests.scenarios.scene import Scene
from tests.scenarios.story import Story

_WEIGHTS = ["18.200", "25.400", "9.600", "31.000", "12.800", "7.500", "40.300", "22.100", "5.400",
            "11.700"]  # fmt: skip
_RECEIVED = "178.480"
_CERTIFICATE = b"\x89PNG\r\n\x1a\n" + b"a picture of the scale's certificate"


def play(scene: Scene) -> None:
    """Weighed at each door, merged at the depot, weighed again at the plant, treated as one."""
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
    receive(scene, number, [merged], _RECEIVED)
    _settle(scene)
    treat(scene, [merged], _RECEIVED)

    books = scene.books()
    for party, weight_kg in zip(SMALL, _WEIGHTS, strict=True):
        produced = books.by_org[party.org]["produced"]
        prove(produced == Decimal(weight_kg), f"{party.name} produced {produced} kg")
    trace = scene.call(BUREAU, "GET", f"/v1/containers/{merged}/trace")
    sources = {row["container"] for row in trace["sources"]}
    prove(sources == set(codes), "not all ten sources are known")


def _settle(scene: Scene) -> None:
    """问题整改闭环: the plant explains, the bureau wants more, gets it with a picture, closes."""
    (found,) = (row for row in scene.findings() if row["rule"] == "weight_difference")
    about = {"finding": found["key"]}
    scene.narrate("接收量少 3%，系统提出问题。", "Three per cent less was received: a finding.")
    scene.clock.forward(hours=1)
    explained = {**about, "reason": "scale_error"}
    scene.desk(PLANT, "explain_finding", explained, statement="地磅零点漂移")
    scene.clock.forward(hours=2)
    scene.desk(BUREAU, "send_back", about, statement="请附检定证书")
    scene.still.next_morning()
    kept = scene.call(PLANT, "POST", "/v1/evidence", content=_CERTIFICATE)
    evidence = {**about, "evidence": [kept["sha256"]]}
    scene.desk(PLANT, "rectify_finding", evidence, statement="已检定并校正，附证书")
    scene.clock.forward(hours=1)
    scene.desk(BUREAU, "close_finding", about, statement="同意")
    life = scene.call(PLANT, "GET", "/v1/findings/one", params={"key": found["key"]})
    prove(life["status"] == "closed", f"the finding is {life['status']}")
    said = [(step["typ"], step["statement"]) for step in life["steps"]]
    prove(said[1] == ("send_back", "请附检定证书"), f"the plant cannot read why: {said}")
    beside = scene.call(PLANT, "GET", f"/v1/events/{life['steps'][1]['idx']}/disclosures")
    prove(len(beside["disclosures"]) == 1, "what people say is not beside the ledger")


STORY = Story(
    "十家小微单位一日收运",
    "Milk run of ten small producers",
    "平台一趟收运十家小微产废单位，上门称重、赋码，回库拼装为一桶后送处置；每一家的产生量都在账上。"
    "接收时少 3%，经说明、退回、整改、办结，短少留在损耗栏。",
    "The platform weighs and labels at ten doors and merges at its depot; each producer's "
    "kilograms are on the books. Three per cent less is received: the finding is explained, sent "
    "back, rectified and closed, and what is missing stands in the books as loss.",
    play,
    frozenset({"weight_difference"}),
    "-5.520",
)
