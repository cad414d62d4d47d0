"""A day without the system: paper manifests, entered at the desk afterwards (补录, art. 20)."""

from datetime import timedelta

from api.demo.stage import prove
from tests.scenarios.acts import DRUM_OIL, NAMES, drums, on_board, treat
from tests.scenarios.parties import BUREAU, CARRIER, FACTORY, PLANT
from tests.scenarios.scene import PLATE, Scene
from tests.scenarios.story import Story


def play(scene: Scene) -> None:
    """What happened on paper on the second day is entered on the third, with its own times."""
    codes = drums(scene, FACTORY, DRUM_OIL, ["181.000", "174.000"])
    that_day = scene.still.next_morning()
    scene.narrate("系统停用一天，纸质联单 Z-0007：", "A day without the system, on paper Z-0007:")
    scene.still.next_morning()
    number = scene.number(FACTORY)
    paper = {"number": "Z-0007", "handed_over_at": that_day.isoformat()}
    line = {"waste_code": DRUM_OIL, "edition": "2021", "waste_name": NAMES[DRUM_OIL],
            "weight_kg": "355.000", "packages": 2}  # fmt: skip
    opened = {"containers": codes, "manifest": number, "carrier": CARRIER.org,
              "receiver": PLANT.org, "vehicle_plate": PLATE, "lines": [line]}  # fmt: skip
    weighed = {"containers": codes, "manifest": number, "weight_kg": "355.000"}
    accepted = {"containers": codes, "manifest": number, "method": "R9"}
    on_paper = (
        (FACTORY, "store_out", {"containers": codes}, 10),
        (FACTORY, "open_manifest", {**opened, "paper": paper}, 20),
        (CARRIER, "load", on_board(number, codes, paper=paper), 40),
        (CARRIER, "depart", on_board(number, codes, paper=paper), 50),
        (CARRIER, "arrive", on_board(number, codes, paper=paper), 110),
        (PLANT, "weigh_in", {**weighed, "paper": paper}, 125),
        (PLANT, "accept", {**accepted, "paper": paper}, 140),
    )
    for party, typ, body, minutes in on_paper:
        scene.clock.forward(minutes=5)
        then = that_day + timedelta(minutes=minutes)
        if typ == "store_out":  # the keeper's handheld had it all the time
            scene.say(party, typ, body, at=then)
        else:
            scene.desk(party, typ, body, claimed_at=then)
    treat(scene, codes, "355.000")
    manifest = scene.call(BUREAU, "GET", f"/v1/manifests/{number}")
    prove(manifest["paper_number"] == "Z-0007", "the paper's number is not on the manifest")
    trace = scene.call(BUREAU, "GET", f"/v1/containers/{codes[0]}/trace")
    prove(trace["complete"], "the chain on paper is not whole")


STORY = Story(
    "停网一天与补录",
    "Paper day and back-entry",
    "系统停用一天改用纸质联单，次日在窗口按实际时间补录；各环节接得上，且不算迟报。",
    "A day on paper is entered the next day at the desk with the times on the paper; the chain is "
    "whole and nothing counts as late.",
    play,
)
