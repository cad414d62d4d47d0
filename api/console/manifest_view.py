"""A manifest as its page shows it: parts of sender, carrier and receiver, weights kept apart."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from api.console.show import NOTHING, SHANGHAI, Named, event_name, shanghai
from api.console.trace_view import WeightView
from waste_trace.custody.manifest_progress import MANIFEST_VERBS
from waste_trace.custody.retelling import spelled

#: What the carrier and the receiver do, in the order in which it happens.
_STEPS = ("open_manifest", "load", "depart", "arrive", "weigh_in", "accept")

DECISION_ZH = {"": "—", "accept": "接受", "part": "部分接受", "refuse": "拒绝接受"}
_CORRECTABLE = {
    "weight_kg": "重量",
    "vehicle_plate": "车牌",
    "driver": "驾驶员",
    "escort": "押运员",
    "method": "方式",
    "place": "地点",
}
#: The same of each waste line of the sender's part.
_CORRECTABLE_LINE = {
    "weight_kg": "重量", "waste_code": "代码", "waste_name": "名称", "form": "形态",
    "packaging": "包装方式", "packages": "包装数量",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ManifestView:
    """One manifest, ready to be shown.

    Attributes:
        row: the manifest's row with the names of its parties.
        times: first claimed time of each step, Shanghai; a dash where it has not happened.
        difference: received less dispatched, with its share of the dispatched weight, or a dash.
    """

    row: Mapping[str, Any]
    weights: tuple[WeightView, ...]
    times: Mapping[str, str]
    difference_kg: Decimal | None
    permille: Decimal | None


def view_manifest(row: Mapping[str, Any]) -> ManifestView:
    """The view of a manifest's row, with its events if it has them."""
    planned, dispatched, received = row["planned_kg"], row["dispatched_kg"], row["received_kg"]
    return ManifestView(
        row=row,
        weights=(
            WeightView("联单计划", "Planned", planned, None),
            WeightView("移出装车", "Dispatched", dispatched, _less(dispatched, planned)),
            WeightView("接收过磅", "Received", received, _less(received, dispatched)),
        ),
        times=_times(row.get("events", ())),
        difference_kg=_less(received, dispatched),
        permille=_permille(received, dispatched),
    )


@dataclass(frozen=True, slots=True)
class Correctable:
    """A field of one event that can be corrected, with what it says."""

    idx: int
    event: Named
    field: str
    field_zh: str
    value: str


def correctable(events: Sequence[Mapping[str, Any]]) -> list[Correctable]:
    """What of a manifest's events can be corrected (更正), the newest event first."""
    found = []
    for event in reversed(events):
        idx, name, body = event["idx"], event_name(event["typ"]), json.loads(event["body"])
        told = [(field, zh, body[field]) for field, zh in _CORRECTABLE.items() if body.get(field)]
        for number, line in enumerate(body.get("lines", []), start=1):
            told += [
                (f"lines.{number}.{field}", f"第 {number} 项{zh}", line[field])
                for field, zh in _CORRECTABLE_LINE.items()
                if line.get(field)
            ]
        if event["typ"] in MANIFEST_VERBS - {"number_manifest"}:
            told.append(
                ("claimed_at", "发生时间", event["claimed_at"].astimezone(SHANGHAI).isoformat())
            )
        found += [Correctable(idx, name, field, zh, spelled(value)) for field, zh, value in told]
    return found


def _times(events: Sequence[Mapping[str, Any]]) -> Mapping[str, str]:
    first: dict[str, str] = dict.fromkeys(_STEPS, NOTHING)
    for event in sorted(events, key=lambda event: event["claimed_at"], reverse=True):
        if event["typ"] in first:
            first[event["typ"]] = shanghai(event["claimed_at"])
    return first


def _less(weight_kg: Decimal | None, before_kg: Decimal | None) -> Decimal | None:
    return None if weight_kg is None or before_kg is None else weight_kg - before_kg


def _permille(received_kg: Decimal | None, dispatched_kg: Decimal | None) -> Decimal | None:
    """The difference in per mille of the dispatched weight, to one decimal."""
    if received_kg is None or not dispatched_kg:
        return None
    return ((received_kg - dispatched_kg) * 1000 / dispatched_kg).quantize(Decimal("0.1"))
