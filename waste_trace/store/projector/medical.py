"""Both signatures of every hand-over of medical waste, beside its custody (交接双签)."""

from collections.abc import Iterable
from typing import Any

from waste_trace.codes import digital_id
from waste_trace.custody.fold import Touch
from waste_trace.store.projector.record import Record
from waste_trace.store.projector.work import Work
from waste_trace.store.tables import MedicalBox

#: Verb to the side of a hand-over that it signs; ``fill`` and ``open_stock`` only begin a box.
_SIDES = {
    "hand_in": "handed",
    "store_in": "stored",
    "store_out": "given",
    "collect": "taken",
    "load": "taken",
}
VERBS = frozenset({"fill", "open_stock", *_SIDES})


def is_medical(code: str) -> bool:
    """A container of HW01 of health care (841-xxx-01), by its 数字识别码."""
    return code[18:21] == "841"


def project_medical(record: Record, work: Work) -> None:
    """One event, for each container of medical waste in it."""
    listed = record.event.body.get("containers")
    for code in map(str, listed) if isinstance(listed, list) else ():
        if is_medical(code):
            row = work.rows.get(MedicalBox, code) or _new(code, digital_id.parse(code))
            work.rows.put(MedicalBox, _signed(row, record.touch(), record.event.dev))


def project_boxes_again(codes: Iterable[str], work: Work) -> None:
    """A correction has changed the events of these containers."""
    for code in filter(is_medical, codes):
        row: dict[str, Any] | None = None
        for told in sorted(work.histories.container(code), key=lambda touch: touch.idx):
            signed = work.event(told.idx) if told.typ in VERBS else None
            if signed is not None:
                row = _signed(row or _new(code, digital_id.parse(code)), told, signed["dev"])
        if row is None:
            work.rows.drop(MedicalBox, code)
        else:
            work.rows.put(MedicalBox, row)


def _new(code: str, parsed: digital_id.DigitalId) -> dict[str, Any]:
    sides = {
        f"{side}_{part}": "" if part == "dev" else None
        for side in ("handed", "stored", "given", "taken")
        for part in ("at", "dev", "idx")
    }
    return {
        "container": code,
        "org": str(parsed.unit),
        "waste_code": str(parsed.waste),
        "department": "",
        "box": "",
        "filled_at": None,
        **sides,
        "taken_by": "",
    }


def _signed(row: dict[str, Any], event: Touch, dev: str) -> dict[str, Any]:
    said = {name: str(event.body[name]) for name in ("department", "box") if event.body.get(name)}
    row = {**row, **said}
    if event.typ == "fill":
        return {**row, "filled_at": event.claimed_at}
    side = _SIDES.get(event.typ, "stored")
    # The store of the institution, not where a collector puts it later.
    if side in ("stored", "given") and event.org != row["org"]:
        return row
    before = row[f"{side}_at"]
    # It leaves the institution once: whoever loads it later took it from somebody else.
    if before is not None and (before > event.claimed_at) != (side == "taken"):
        return row
    who = {"taken_by": event.org} if side == "taken" else {}
    return {
        **row,
        f"{side}_at": event.claimed_at,
        f"{side}_dev": dev,
        f"{side}_idx": event.idx,
        **who,
    }
