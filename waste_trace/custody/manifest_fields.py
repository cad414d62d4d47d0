"""Who fills which field of a manifest, and when it is sealed (联单填写与签署): one table.

Filled by the verbs of ``filled``; once one of ``sealed`` has happened, only a correction (更正)
that the other party confirms can change it. 转移管理办法 art. 7, 10 to 13, 17, 18; the fields are
those of the form of 2021 [M].
"""

from collections.abc import Iterable
from dataclasses import dataclass

from waste_trace.custody.fold import Touch

SENDER, CARRIER, RECEIVER, SYSTEM = "sender", "carrier", "receiver", "system"
ROLE_ZH = {SENDER: "移出人", CARRIER: "承运人", RECEIVER: "接受人", SYSTEM: "系统"}


@dataclass(frozen=True, slots=True)
class ManifestField:
    """A row: a field, whose it is, the verbs that fill it, the verbs that seal it."""

    name: str
    zh: str
    en: str
    role: str
    filled: tuple[str, ...]
    sealed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FieldState:
    """A field on one manifest: by whose events it is filled and sealed; None: not yet."""

    field: ManifestField
    filled_by: Touch | None
    sealed_by: Touch | None

    @property
    def open(self) -> bool:
        """True while its party may still fill it."""
        return self.sealed_by is None


_OPENS = ("open_manifest",)
_LOADING = ("load", "take_over")
_LEFT = ("hand_over", "arrive")
_DECIDED = ("accept", "accept_with_difference", "accept_in_part", "reject")
#: The sender's part is signed when it is opened, and sealed when the first container is loaded.
_SEALS_SENT = ("load", "void_manifest")

FIELDS: tuple[ManifestField, ...] = (
    ManifestField("manifest", "联单编号", "Manifest number", SYSTEM, ("number_manifest",),
                  ("number_manifest",)),
    ManifestField("kind", "联单类型", "Form", SENDER, _OPENS, _SEALS_SENT),
    ManifestField("receiver", "接受单位", "Receiver", SENDER, _OPENS, _SEALS_SENT),
    ManifestField("carriers", "运输单位", "Carriers", SENDER, _OPENS, _SEALS_SENT),
    ManifestField("lines", "废物明细与移出量", "Waste lines", SENDER,
                  _OPENS, _SEALS_SENT),
    ManifestField("containers", "容器", "Containers", SENDER, _OPENS, _SEALS_SENT),
    ManifestField("method", "拟利用处置方式", "Planned method", SENDER, _OPENS, _SEALS_SENT),
    ManifestField("vehicle_plate", "车辆号牌", "Plate", CARRIER, _LOADING, _LEFT),
    ManifestField("start", "运输起点", "Start", CARRIER, (*_LOADING, "depart"), _LEFT),
    ManifestField("loaded_kg", "装车重量", "Loaded weight", CARRIER, ("load",), ("depart",)),
    ManifestField("started_at", "实际起运时间", "Departed", CARRIER, ("depart",), _LEFT),
    ManifestField("waypoints", "经由地", "Way", CARRIER, ("waypoint",), ("arrive",)),
    ManifestField("relay", "联运交接", "Relay", CARRIER, ("hand_over", "take_over"), ("arrive",)),
    ManifestField("end", "运输终点", "End", CARRIER, ("arrive",), ("weigh_in", *_DECIDED)),
    ManifestField("ended_at", "实际到达时间", "Arrived", CARRIER, ("arrive",),
                  ("weigh_in", *_DECIDED)),
    ManifestField("received_kg", "接受量", "Received weight", RECEIVER, ("weigh_in",), _DECIDED),
    ManifestField("differences", "是否存在重大差异", "Differences", RECEIVER, _DECIDED,
                  _DECIDED),
    ManifestField("decision", "处理意见", "Decision", RECEIVER, _DECIDED, _DECIDED),
    ManifestField("accepted_method", "利用处置方式", "Method", RECEIVER, _DECIDED,
                  _DECIDED),
    ManifestField("returned", "退回收回", "Taken back", SENDER, ("take_back",), ("take_back",)),
)  # fmt: skip


def field_states(touches: Iterable[Touch]) -> tuple[FieldState, ...]:
    """Each field of one manifest, from its events in any order."""
    ordered = sorted(touches, key=lambda touch: (touch.claimed_at, touch.idx))
    return tuple(_state(row, ordered) for row in FIELDS)


def _state(row: ManifestField, ordered: list[Touch]) -> FieldState:
    seal = next((touch for touch in ordered if touch.typ in row.sealed), None)
    before = ordered if seal is None else ordered[: ordered.index(seal) + 1]
    filled = next((touch for touch in reversed(before) if touch.typ in row.filled), None)
    late = next((touch for touch in ordered if touch.typ in row.filled), None)
    return FieldState(row, filled or late, seal)
