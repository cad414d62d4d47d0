"""A large producer's drum, direct: from filling to treatment, the driver offline on the way."""

from dataclasses import dataclass

from api.demo.cast import CARRIER, FACTORY, PLANT, PLATE
from api.demo.scenes import label_picture, scan
from api.demo.stage import Stage, prove
from scanner.decode import read
from waste_trace.catalogue.lookup import packaged
from waste_trace.codes import digital_id
from waste_trace.labels.pdf import render_pdf
from waste_trace.services.render_label import label_font, layout_label

WASTE = "900-249-08"
NAME = "废矿物油"
WEIGHT_KG = "182.500"


@dataclass
class Drum:
    """What the acts hand on to each other."""

    code: str = ""
    token: str = ""
    batch: str = ""
    manifest: str = ""


def produce(stage: Stage, drum: Drum) -> str:
    """产生登记: a batch with a code of the real catalogue."""
    entry = packaged().find(WASTE, "2021").entry
    prove(entry is not None and entry.category == "HW08", f"{WASTE} is not in the catalogue")
    drum.batch = f"HWCS{stage.clock.now():%Y%m%d}001"
    body = {
        "batch": drum.batch,
        "waste_code": WASTE,
        "edition": "2021",
        "waste_name": NAME,
        "form": "液态",
        "weight_kg": WEIGHT_KG,
        "facility": "MF0001",
    }
    index = stage.tell(FACTORY, "produce", body)
    return f"{WASTE} {entry.description[:24] if entry else ''} · {drum.batch} · #{index}"


def issue(stage: Stage, drum: Drum) -> str:
    """赋码: the container gets its HJ 1276 digital identification code."""
    day = stage.clock.now().date().isoformat()
    issued = stage.call(FACTORY, "POST", "/v1/labels", json={"waste_code": WASTE, "day": day})
    label = issued["labels"][0]
    drum.code, drum.token = label["container"], label["text"]
    parsed = digital_id.parse(drum.code)
    prove(str(parsed.unit) == FACTORY.org and len(drum.code) == 37, "the code is not the unit's")
    return f"{parsed.spaced} · #{issued['index']}"


def print_label(stage: Stage, drum: Drum) -> str:
    """The label as PDF and PNG, and what is on it read back from its pixels."""
    layout = layout_label(stage.deployment, drum.code, contact="陈仓管", phone="0573-85000000")
    pdf = render_pdf([layout], label_font(stage.deployment))
    prove(pdf.startswith(b"%PDF"), "no PDF")
    picture = label_picture(stage, drum.code)
    texts = [one.text for one in read(picture)]
    prove(drum.token in texts, "the printed label does not read back as what was signed")
    height, width = picture.shape[:2]
    return f"PDF {len(pdf)} B · PNG {width}×{height} px · QR {len(drum.token)} chars"


def fill(stage: Stage, drum: Drum) -> str:
    """装桶贴标: the label is photographed, read from pixels, and the event signed and proven."""
    body = scan(stage, FACTORY, [drum.code], "fill")
    body |= {"batch": drum.batch, "weight_kg": WEIGHT_KG, "volume_l": 200}
    index = stage.tell(FACTORY, "fill", body)
    receipt = stage.handhelds["factory"].notebook.records("received")[-1].receipt
    return f"#{index} · receipt {len(receipt)} B, inclusion verified on the device"


def store_in(stage: Stage, drum: Drum) -> str:
    """入库."""
    stage.clock.forward(hours=1)
    return _move(stage, drum, "store_in")


def store_out(stage: Stage, drum: Drum) -> str:
    """出库."""
    stage.clock.forward(hours=22, minutes=50)
    return _move(stage, drum, "store_out")


def open_manifest(stage: Stage, drum: Drum) -> str:
    """填写联单: number from the ledger, the sender's part signed."""
    year = stage.clock.now().year
    drum.manifest = stage.call(FACTORY, "POST", "/v1/manifests/numbers", json={"year": year})[
        "manifest"
    ]
    body = scan(stage, FACTORY, [drum.code], "manifest") | {
        "manifest": drum.manifest,
        "carrier": CARRIER.org,
        "receiver": PLANT.org,
        "vehicle_plate": PLATE,
        "lines": [
            {
                "waste_code": WASTE,
                "edition": "2021",
                "waste_name": NAME,
                "weight_kg": WEIGHT_KG,
                "packages": 1,
            }
        ],
    }
    index = stage.tell(FACTORY, "open_manifest", body)
    return f"{drum.manifest} · #{index}"


def load_offline(stage: Stage, drum: Drum) -> str:
    """装车: in a dead spot; the driver's handheld records and goes on."""
    stage.clock.forward(minutes=20)
    return _on_the_road(stage, drum, "load", "装车")


def drive_offline(stage: Stage, drum: Drum) -> str:
    """起运, 运抵: still without a network."""
    stage.clock.forward(minutes=10)
    first = _on_the_road(stage, drum, "depart", "起运")
    stage.clock.forward(minutes=55)
    return f"{first} · {_on_the_road(stage, drum, 'arrive', '运抵')}"


def weigh_in(stage: Stage, drum: Drum) -> str:
    """过磅: the plant has a network and is not held up by the driver's silence."""
    stage.clock.forward(minutes=10)
    body = scan(stage, PLANT, [drum.code], "weigh_in")
    body |= {"manifest": drum.manifest, "weight_kg": "182.300"}
    index = stage.tell(PLANT, "weigh_in", body)
    return f"182.300 kg · #{index}"


def accept(stage: Stage, drum: Drum) -> str:
    """接收: accepted, with the missing transport as a finding until the driver is back."""
    stage.clock.forward(minutes=15)
    body = scan(stage, PLANT, [drum.code], "accept") | {"manifest": drum.manifest}
    index = stage.tell(PLANT, "accept", body)
    gaps = _open_gaps(stage, drum)
    prove(bool(gaps), "nobody noticed that loading and transport are missing")
    return f"#{index} · {len(gaps)} 个环节缺失待补 missing steps noticed"


def sync_late(stage: Stage, drum: Drum) -> str:
    """迟报入账: the driver is back in the net; nothing is refused, the findings clear."""
    stage.clock.forward(hours=5)
    report = stage.sync(CARRIER)
    prove(len(report.received) == 3 and report.waiting == 0, f"not all arrived: {report}")
    gaps = _open_gaps(stage, drum)
    prove(not gaps, f"still missing after the late events: {gaps}")
    return f"{len(report.received)} 条离线事件入账，缺失环节已消除 late events logged, gaps cleared"


def treat(stage: Stage, drum: Drum) -> str:
    """利用处置: R9 of the list of methods."""
    stage.clock.forward(hours=3)
    prove(packaged().method("R9") is not None, "R9 is not in the list of methods")
    body = scan(stage, PLANT, [drum.code], "treat")
    body |= {"method": "R9", "weight_kg": "182.300"}
    return f"R9 · #{stage.tell(PLANT, 'treat', body)}"


def _move(stage: Stage, drum: Drum, verb: str) -> str:
    index = stage.tell(FACTORY, verb, dict(scan(stage, FACTORY, [drum.code], verb)))
    return f"{FACTORY.site_name} · #{index}"


def _on_the_road(stage: Stage, drum: Drum, verb: str, zh: str) -> str:
    body = scan(stage, CARRIER, [drum.code], verb)
    body |= {"manifest": drum.manifest, "vehicle_plate": PLATE}
    seq = stage.record(CARRIER, verb, dict(body), offline=True)
    return f"{zh}：离线记录第 {seq} 号 recorded offline"


def _open_gaps(stage: Stage, drum: Drum) -> list[str]:
    trace = stage.call(FACTORY, "GET", f"/v1/containers/{drum.code}/trace")
    return [row["zh"] for row in trace["findings"]
            if row["rule"] == "custody_gap" and row["cleared_idx"] is None]  # fmt: skip
