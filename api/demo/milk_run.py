"""Two small producers, one small-waste platform: collected, merged, sent off, weighed short."""

from dataclasses import dataclass, field

from api.demo.cast import CARRIER, GARAGE, PLANT, PLATE, PLATFORM, PRINTER, Party
from api.demo.scenes import scan
from api.demo.stage import Stage, prove

WASTE = "900-214-08"
NAME = "车辆维修废机油"
_PICKED_UP = ((GARAGE, "46.200", 60), (PRINTER, "38.600", 60))
_TOGETHER_KG = "84.800"
_RECEIVED_KG = "80.700"


@dataclass
class MilkRun:
    """What the acts hand on to each other."""

    collected: dict[str, str] = field(default_factory=dict)
    merged: str = ""
    manifest: str = ""


def collect(stage: Stage, run: MilkRun) -> str:
    """上门收集: codes of each producer's own unit, weighed at the door."""
    stage.clock.forward(hours=13, minutes=30)
    parts = []
    for number, (party, weight_kg, volume_l) in enumerate(_PICKED_UP, 1):
        stage.clock.forward(minutes=35)
        code = _issue(stage, party)
        batch = f"HWCS{stage.clock.now():%Y%m%d}{number:03d}"
        stage.tell(PLATFORM, "produce", {
            "batch": batch, "unit": party.org, "waste_code": WASTE, "edition": "2021",
            "waste_name": NAME, "form": "液态", "weight_kg": weight_kg,
        })  # fmt: skip
        labels = scan(stage, PLATFORM, [code], "door")
        stage.tell(
            PLATFORM,
            "fill",
            {**labels, "batch": batch, "weight_kg": weight_kg, "volume_l": volume_l},
        )
        index = stage.tell(
            PLATFORM, "collect", {**labels, "from_org": party.org, "weight_kg": weight_kg}
        )
        run.collected[party.key] = code
        parts.append(f"{party.name} {weight_kg} kg #{index}")
    return " · ".join(parts)


def consolidate(stage: Stage, run: MilkRun) -> str:
    """入库, 拼装: at the depot both go into one container with a code of the platform."""
    stage.clock.forward(minutes=50)
    codes = list(run.collected.values())
    stage.tell(PLATFORM, "store_in", scan(stage, PLATFORM, codes, "depot"))
    run.merged = _issue(stage, PLATFORM)
    body = scan(stage, PLATFORM, codes, "merge")
    index = stage.tell(PLATFORM, "merge", {**body, "into": run.merged, "weight_kg": _TOGETHER_KG})
    stage.tell(PLATFORM, "store_in", scan(stage, PLATFORM, [run.merged], "merged"))
    return f"{len(codes)} → {run.merged[-11:]} {_TOGETHER_KG} kg · #{index}"


def consign(stage: Stage, run: MilkRun) -> str:
    """出库, 联单, 装车, 起运, 运抵: one consignment for two producers' waste."""
    stage.clock.forward(hours=2)
    stage.tell(PLATFORM, "store_out", scan(stage, PLATFORM, [run.merged], "out"))
    year = stage.clock.now().year
    run.manifest = stage.call(PLATFORM, "POST", "/v1/manifests/numbers", json={"year": year})[
        "manifest"
    ]
    line = {"waste_code": WASTE, "edition": "2021", "waste_name": NAME,
            "weight_kg": _TOGETHER_KG, "packages": 1}  # fmt: skip
    stage.tell(PLATFORM, "open_manifest", {
        **scan(stage, PLATFORM, [run.merged], "manifest"), "manifest": run.manifest,
        "carrier": CARRIER.org, "receiver": PLANT.org, "vehicle_plate": PLATE, "lines": [line],
    })  # fmt: skip
    for verb, minutes in (("load", 15), ("depart", 5), ("arrive", 45)):
        stage.clock.forward(minutes=minutes)
        body = scan(stage, CARRIER, [run.merged], verb)
        stage.tell(CARRIER, verb, {**body, "manifest": run.manifest, "vehicle_plate": PLATE})
    return f"{run.manifest} · {PLATE}"


def weigh_short(stage: Stage, run: MilkRun) -> str:
    """过磅: 4.1 kg less than sent; accepted, and the difference is a finding with both weights."""
    stage.clock.forward(minutes=12)
    labels = scan(stage, PLANT, [run.merged], "weigh_in")
    manifest = {"manifest": run.manifest}
    stage.tell(PLANT, "weigh_in", {**labels, **manifest, "weight_kg": _RECEIVED_KG})
    stage.tell(PLANT, "accept", {**labels, **manifest})
    findings = stage.call(PLANT, "GET", "/v1/findings")
    found = [
        f for f in findings if f["rule"] == "weight_difference" and f["subject"] == run.manifest
    ]
    prove(len(found) == 1, "the difference in weight is no finding")
    return str(found[0]["zh"])


def treat(stage: Stage, run: MilkRun) -> str:
    """利用处置: and with it both small producers' waste has come to its end."""
    stage.clock.forward(hours=4)
    body = scan(stage, PLANT, [run.merged], "treat")
    index = stage.tell(PLANT, "treat", {**body, "method": "R9", "weight_kg": _RECEIVED_KG})
    return f"R9 {_RECEIVED_KG} kg · #{index}"


def _issue(stage: Stage, party: Party) -> str:
    day = stage.clock.now().date().isoformat()
    asked = {"unit": party.org, "waste_code": WASTE, "day": day}
    return str(stage.call(PLATFORM, "POST", "/v1/labels", json=asked)["labels"][0]["container"])
