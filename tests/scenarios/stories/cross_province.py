"""To a plant in the next province: asked for, agreed to on both sides, decided, then moved."""

from typing import Any

from api.demo.stage import prove
from tests.scenarios.acts import DRUM_OIL, carry, consign, drums, receive, treat
from tests.scenarios.parties import BUREAU, FACTORY, FAR_PLANT
from tests.scenarios.scene import Scene
from tests.scenarios.story import Story

_TERM = {"valid_from": "2026-01-01", "valid_to": "2026-12-31"}


def play(scene: Scene) -> None:
    """A first consignment leaves before the decision and is a finding until it is there."""
    scene.clock.forward(hours=1)
    line = {"waste_code": DRUM_OIL, "weight_kg": "1000.000", "method": "R9"}
    asked = {"receiver": FAR_PLANT.org, "lines": [line], **_TERM, "permit": "苏危废经第0001号"}
    application = scene.desk(FACTORY, "apply_transfer", {**asked, "contract": "HT-2026-01"})
    codes = drums(scene, FACTORY, DRUM_OIL, ["180.000", "175.000"])
    number = send(scene, codes, "355.000", application)
    prove("no_transfer_approval" in scene.open_findings(), "nobody asked for the approval")

    scene.narrate("两地生态环境部门审批：", "Both provinces' bureaus agree, the origin decides:")
    answer: dict[str, Any] = {"application": application, "opinion": "agree"}
    for verb in ("preliminary_opinion", "destination_reply"):
        scene.clock.forward(hours=2)
        scene.desk(BUREAU, verb, answer)
    scene.clock.forward(hours=2)
    decision = {**answer, "number": "浙环函〔2026〕1号", "valid_to": "2026-12-31"}
    scene.desk(BUREAU, "decide_transfer", decision)
    prove("no_transfer_approval" not in scene.open_findings(), "the approval clears nothing")

    carry(scene, number, codes)
    receive(scene, number, codes, "355.000", FAR_PLANT)
    treat(scene, codes, "355.000", by=FAR_PLANT)


def send(scene: Scene, codes: list[str], weight_kg: str, application: int) -> str:
    """A manifest that names the application."""
    return consign(scene, FACTORY, codes, weight_kg, receiver=FAR_PLANT, transfer=application)


STORY = Story(
    "跨省转移",
    "Cross-province transfer",
    "申请、移出地初步意见、移入地复函、审批，逐步在账；审批前开具的联单是问题，批准后自动消除。",
    "Application, opinion, reply and decision stand in the ledger; a manifest that was written "
    "before the decision is a finding until it is there.",
    play,
)
