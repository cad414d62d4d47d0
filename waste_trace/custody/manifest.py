"""The transfer manifest (危险废物转移联单, 部令23号) as its events tell it, in any order.

One part each for sender, carrier and receiver; each part's weight is that party's and stays.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from waste_trace.custody.fold import Touch

#: How far a manifest has come; an event that arrives late never takes it back.
PROGRESS = (
    "numbered",
    "opened",
    "loaded",
    "in_transit",
    "arrived",
    "weighed",
    "accepted",
    "rejected",
    "returning",
    "returned",
    "void",
)
PROGRESS_ZH: Mapping[str, str] = {
    "numbered": "已取号",
    "opened": "已填写",
    "loaded": "已装车",
    "in_transit": "运输中",
    "arrived": "已运抵",
    "weighed": "已过磅",
    "accepted": "已接收",
    "rejected": "已拒收",
    "returning": "退运中",
    "returned": "已退回",
    "void": "已作废",
}
_REACHED = {
    "number_manifest": "numbered",
    "open_manifest": "opened",
    "load": "loaded",
    "depart": "in_transit",
    "waypoint": "in_transit",
    "hand_over": "in_transit",
    "take_over": "in_transit",
    "arrive": "arrived",
    "weigh_in": "weighed",
    "accept": "accepted",
    "accept_with_difference": "accepted",
    "accept_in_part": "accepted",
    "reject": "rejected",
    "return": "returning",
    "take_back": "returned",
    "void_manifest": "void",
}
#: Events that belong to a manifest.
MANIFEST_VERBS = frozenset(_REACHED)


@dataclass(frozen=True, slots=True)
class ManifestPresent:
    """What the events of one manifest number add up to.

    ``loaded_kg``: by container, what the carrier weighed it at when it was loaded alone.
    ``weighed``: the receiver's weighings; one of the same containers again replaces the former.
    """

    sender: str = ""
    carrier: str = ""
    receiver: str = ""
    state: str = "numbered"
    lines: tuple[Mapping[str, object], ...] = ()
    containers: tuple[str, ...] = ()
    vehicle_plate: str = ""
    opened: Touch | None = None
    weighed: tuple[Touch, ...] = ()
    loaded_kg: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def planned_kg(self) -> Decimal | None:
        """The sum of the sender's lines."""
        if not self.lines:
            return None
        return sum((Decimal(str(line["weight_kg"])) for line in self.lines), Decimal(0))

    @property
    def received_kg(self) -> Decimal | None:
        """The sum of what the receiver weighed."""
        if not self.weighed:
            return None
        return sum((Decimal(str(touch.body["weight_kg"])) for touch in self.weighed), Decimal(0))

    @property
    def weighed_containers(self) -> tuple[str, ...]:
        """The containers that the receiver's weight is about."""
        found: dict[str, None] = {}
        for touch in self.weighed:
            for code in _texts(touch.body.get("containers")):
                found[code] = None
        return tuple(found)


def fold_manifest(touches: Iterable[Touch]) -> ManifestPresent:
    """The present of one manifest from all its events."""
    present = ManifestPresent()
    for touch in sorted(touches, key=lambda touch: (touch.claimed_at, touch.idx)):
        reached = _REACHED[touch.typ]
        if PROGRESS.index(reached) > PROGRESS.index(present.state):
            present = replace(present, state=reached)
        present = _part(present, touch)
    return present


def _part(present: ManifestPresent, touch: Touch) -> ManifestPresent:
    body = touch.body
    containers = tuple(dict.fromkeys((*present.containers, *_texts(body.get("containers")))))
    if touch.typ == "number_manifest":
        return replace(present, sender=present.sender or str(body["org"]))
    if touch.typ == "open_manifest":
        lines = body["lines"]
        return replace(
            present,
            sender=touch.org,
            carrier=str(body["carrier"]),
            receiver=str(body["receiver"]),
            lines=tuple(lines) if isinstance(lines, list) else (),
            containers=containers,
            vehicle_plate=present.vehicle_plate or str(body.get("vehicle_plate", "")),
            opened=touch,
        )
    if touch.typ == "load":
        plate = str(body.get("vehicle_plate", "")) or present.vehicle_plate
        return replace(
            present,
            containers=containers,
            vehicle_plate=plate,
            carrier=present.carrier or touch.org,
            loaded_kg={**present.loaded_kg, **_loaded(touch)},
        )
    if touch.typ == "weigh_in":
        return replace(present, containers=containers, weighed=_weigh(present.weighed, touch))
    return replace(present, containers=containers)


def _weigh(weighed: tuple[Touch, ...], touch: Touch) -> tuple[Touch, ...]:
    """Put a container on the scale twice and it still weighs what it did the second time."""
    now = set(_texts(touch.body.get("containers")))
    others = (old for old in weighed if not now.issuperset(_texts(old.body.get("containers"))))
    return (*others, touch)


def _loaded(touch: Touch) -> dict[str, Decimal]:
    containers = _texts(touch.body.get("containers"))
    text = touch.body.get("weight_kg")
    return {containers[0]: Decimal(str(text))} if text is not None and len(containers) == 1 else {}


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list) else ()
