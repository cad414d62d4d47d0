"""A driver's name was taken by mistake and is erased; every proof stays whole."""

from api.demo.audit import export, run_verifier
from api.demo.stage import prove
from tests.scenarios.acts import DRUM_OIL, consign, drums, on_board, receive, treat
from tests.scenarios.parties import BUREAU, CARRIER, FACTORY
from tests.scenarios.scene import Scene
from tests.scenarios.story import Story

_DRIVER = "吴大明"


def play(scene: Scene) -> None:
    """The name stands beside the ledger, so that it can go."""
    codes = drums(scene, FACTORY, DRUM_OIL, ["184.000"])
    number = consign(scene, FACTORY, codes, "184.000")
    scene.clock.forward(minutes=20)
    personal = {"driver_name": _DRIVER, "driver_phone": "13800000000"}
    loaded = scene.say(CARRIER, "load", on_board(number, codes), personal=personal)
    for verb, minutes in (("depart", 10), ("arrive", 50)):
        scene.clock.forward(minutes=minutes)
        scene.say(CARRIER, verb, on_board(number, codes))
    receive(scene, number, codes, "184.000")
    treat(scene, codes, "184.000")
    before = scene.call(BUREAU, "GET", f"/v1/events/{loaded}/disclosures")
    prove(_DRIVER in {one["value"] for one in before["disclosures"]}, "the name is not there")

    scene.clock.forward(days=1)
    asked = {"value": _DRIVER, "basis": "mistake"}
    gone = scene.call(BUREAU, "POST", "/v1/disclosures/erasures", json=asked)
    erasure = scene.entry(gone["indices"][0])
    scene.narrate(
        f"主管部门依申请删除驾驶员姓名（误登），台账留下删除记录 {erasure}。",
        f"The bureau erases the driver's name on request; entry {erasure} says so.",
    )
    after = scene.call(BUREAU, "GET", f"/v1/events/{loaded}/disclosures")
    prove(after["erased"] == gone["digests"], "the digest does not say that it was erased")
    prove(_DRIVER not in str(after), "the name is still there")
    bundle = scene.folder / "audit" / "bundle"
    export(scene, bundle, scene.folder / "audit" / "keys")
    code, report = run_verifier(bundle, scene.folder / "audit" / "keys")
    prove(code == 0 and report["verdict"] == "proven", f"exit {code}: {report}")
    scene.narrate(
        "导出的审计包由独立程序核验通过：签名、树和回执都不受影响。",
        "A verifier that knows nothing of us proves the exported bundle all the same.",
    )


STORY = Story(
    "个人信息删除",
    "Erased person",
    "驾驶员姓名误登，依申请删除；台账中的摘要、签名和证明保持不变，审计包仍可核验。",
    "A driver's name is erased on request; digests, signatures and proofs stay, and the bundle "
    "still verifies.",
    play,
)
