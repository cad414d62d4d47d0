"""Events as a district's handhelds hand them in: made and signed before anything is measured."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from scanner.agent import Handheld
from waste_trace.ledger.encoding import b64
from waste_trace.services.deployment import Deployment
from waste_trace.services.enrol_device import (
    create_enrolment_code,
    enrol_device,
    possession_message,
)
from waste_trace.services.issue_labels import issue_labels
from waste_trace.services.open_ledger import open_ledger
from waste_trace.services.record_event import submit_event
from waste_trace.services.register_party import register_organisation

FACTORY = "91330482MA2CUX11X3"


def signed(deployment: Deployment, folder: Path, events: int, devices: int) -> Iterator[bytes]:
    """Events of many devices in turn, as they would come in."""
    open_ledger(deployment)
    register_organisation(deployment, FACTORY, "基准单位", ["producer"], "330482")
    handhelds = []
    for number in range(devices):
        handheld = Handheld(folder / f"device-{number}", "benchmark")
        code = create_enrolment_code(deployment, FACTORY, "", "usr_benchmark", "benchmark")
        key = handheld.key
        proof = key.sign(possession_message(code, key.algorithm, key.public_key))
        enrolled = enrol_device(deployment, code, key.algorithm, key.public_key, "b", proof)
        handheld.notebook.remember(
            identity={"dev": enrolled.dev, "ep": 0, "org": FACTORY, "act": "usr_benchmark",
                      "site": "TS001", "origin": deployment.sequencer.origin,
                      "pub": b64(key.public_key)}
        )  # fmt: skip
        handhelds.append(handheld)
    codes = _filled(deployment, handhelds[0], min(events, 900))
    for number in range(events):
        verb = "store_out" if number // len(codes) % 2 else "store_in"
        code = codes[number % len(codes)]
        handhelds[number % devices].record(verb, {"containers": [code]})
    queues = [handheld.notebook.records("waiting") for handheld in handhelds]
    for number in range(events):
        yield queues[number % devices][number // devices].envelope


def _filled(deployment: Deployment, handheld: Handheld, count: int) -> list[str]:
    """Issued and filled containers, so that what follows is a store's ordinary traffic."""
    codes: list[str] = []
    while len(codes) < count:
        wanted = min(200, count - len(codes))
        issued = issue_labels(deployment, FACTORY, "900-249-08", date(2026, 11, 23), wanted)
        codes += [str(token.digital_id) for token in issued.tokens]
    for code in codes:
        body = {"containers": [code], "batch": "HWCS20261123001", "weight_kg": "180.000"}
        handheld.record("fill", body)
    waiting = handheld.notebook.records("waiting")
    for future in [submit_event(deployment, r.envelope, remote="benchmark") for r in waiting]:
        future.result()
    for record in waiting:
        handheld.notebook.settle(record.seq, "received")
    return codes
