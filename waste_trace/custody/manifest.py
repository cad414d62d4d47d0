"""The transfer manifest (危险废物转移联单, 部令23号) as its events tell it, in any order.

A part for the sender, one for each carrier and one for the receiver; each part's weight is that
party's and stays.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from waste_trace.custody.fold import Touch
from waste_trace.custody.manifest_parts import (
    ACCEPTED,
    CarrierPart,
    Decision,
    LineOutcome,
    carrier_parts,
    decisions,
    line_outcomes,
    texts,
)
from waste_trace.custody.manifest_progress import stage

_LOADED = frozenset({"load", "depart", "hand_over", "take_over", "arrive"})
_CARRIER = _LOADED | {"waypoint", "return"}
_RECEIVER = frozenset(
    {"weigh_in", "accept", "accept_with_difference", "accept_in_part", "reject"}
)  # fmt: skip
_SENDER = frozenset({"open_manifest", "void_manifest", "take_back"})


@dataclass(frozen=True, slots=True)
class Irregular:
    """An event that the signing order has no place for; it stays recorded.

    ``kind``: ``void_after_loading``, ``changed_after_signing`` or ``unnamed_party``.
    """

    kind: str
    touch: Touch


@dataclass(frozen=True, slots=True)
class ManifestPresent:
    """What the events of one manifest number add up to.

    Attributes:
        carrier: the first; carriers: the part of each. named: who may carry it.
        opened: the sender's part as it counts. void: the event that took it back, or None.
        loaded_kg: by container, what the carrier weighed it at when it was loaded alone; "" for
            loose waste (散装).
        weighed: the receiver's weighings; one of the same containers again replaces the former.
        decisions: by container. outcomes: by line.
        paper: the paper manifest that was entered later, as its first part states it.
    """

    sender: str = ""
    carrier: str = ""
    receiver: str = ""
    state: str = "numbered"
    kind: str = "hazardous"
    lines: tuple[Mapping[str, object], ...] = ()
    containers: tuple[str, ...] = ()
    vehicle_plate: str = ""
    method: str = ""
    transfer: int | None = None
    opened: Touch | None = None
    void: Touch | None = None
    named: tuple[str, ...] = ()
    carriers: tuple[CarrierPart, ...] = ()
    weighed: tuple[Touch, ...] = ()
    loaded_kg: Mapping[str, Decimal] = field(default_factory=dict)
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    outcomes: tuple[LineOutcome, ...] = ()
    paper: Mapping[str, object] | None = None
    irregular: tuple[Irregular, ...] = ()

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
            for code in texts(touch.body.get("containers")):
                found[code] = None
        return tuple(found)

    @property
    def refuses_loose(self) -> bool:
        """Whether loose waste that the receiver refused, of a line or all, still has to go back."""
        return _refuses_lines(self.decisions, self.outcomes) and not self.decisions[""].returned

    @property
    def differences(self) -> tuple[str, ...]:
        """In what it differs from what was sent, as the receiver says (重大差异)."""
        found = (name for one in self.decisions.values() for name in one.differences)
        return tuple(dict.fromkeys(found))

    @property
    def parties(self) -> tuple[str, ...]:
        """Whose business it is: sender, receiver and all who carry it."""
        return tuple(dict.fromkeys(filter(None, (self.sender, self.receiver, *self.named))))


def fold_manifest(touches: Iterable[Touch], ended: Collection[str] = ()) -> ManifestPresent:
    """The present of one manifest from all its events.

    Args:
        ended: containers of it that were treated, or that the receiver has passed on.
    """
    ordered = sorted(touches, key=lambda touch: (touch.claimed_at, touch.idx))
    opened = _opened(ordered)
    said: Mapping[str, object] = opened.body if opened else {}
    sender = opened.org if opened else _numbered_for(ordered)
    loads = [touch for touch in ordered if touch.typ == "load"]
    carrier = str(said["carrier"]) if opened else (loads[0].org if loads else "")
    lines = said.get("lines")
    weighed = _weighings(ordered)
    made = decisions(ordered)
    parts = carrier_parts(ordered)
    named = _named(ordered, [carrier, *texts(said.get("next_carriers"))])
    rows = tuple(lines) if isinstance(lines, list) else ()
    outcomes = line_outcomes(rows, made, weighed, ordered)
    transfer = said.get("transfer")
    return ManifestPresent(
        sender=sender,
        carrier=carrier,
        receiver=str(said.get("receiver", "")),
        state=_state(ordered, made, outcomes, ended),
        kind=str(said.get("kind", "hazardous")),
        lines=rows,
        containers=_containers(ordered),
        vehicle_plate=_plate(said, loads),
        method=str(said.get("method", "")),
        transfer=transfer if isinstance(transfer, int) else None,
        opened=opened,
        void=next((touch for touch in ordered if touch.typ == "void_manifest"), None),
        named=named,
        carriers=parts,
        weighed=weighed,
        loaded_kg=_loaded(loads),
        decisions=made,
        outcomes=outcomes,
        paper=_paper(ordered),
        irregular=_irregular(ordered, opened, named),
    )


def _opened(ordered: Sequence[Touch]) -> Touch | None:
    """The sender's part: it can be written anew until the first container is loaded."""
    opens = [touch for touch in ordered if touch.typ == "open_manifest"]
    loaded = next((place for place, t in enumerate(ordered) if t.typ in _LOADED), len(ordered))
    before = [touch for touch in ordered[:loaded] if touch.typ == "open_manifest"]
    return before[-1] if before else opens[0] if opens else None


def _numbered_for(ordered: Iterable[Touch]) -> str:
    return next((str(t.body["org"]) for t in ordered if t.typ == "number_manifest"), "")


def _named(ordered: Iterable[Touch], carriers: Sequence[str]) -> tuple[str, ...]:
    """Who may carry it: whom the sender names, and whom one of them hands it over to."""
    found = dict.fromkeys(filter(None, carriers))
    for touch in ordered:
        if touch.typ == "hand_over" and touch.org in found:
            found[str(touch.body["to_org"])] = None
    return tuple(found)


def _refuses_lines(made: Mapping[str, Decision], outcomes: Iterable[LineOutcome]) -> bool:
    """Loose waste has one decision, but its lines may have each their own (逐行意见)."""
    return "" in made and any(one.decision in ("part", "refuse") for one in outcomes)


def _state(
    ordered: Sequence[Touch],
    made: Mapping[str, Decision],
    outcomes: Sequence[LineOutcome],
    ended: Collection[str],
) -> str:
    accepted = {code for code, one in made.items() if one.verdict == ACCEPTED}
    refused = made.keys() - accepted
    if _refuses_lines(made, outcomes):
        refused = refused | {""}
        if all(one.decision == "refuse" for one in outcomes):
            accepted = accepted - {""}
    returned = {code for code in refused if made[code].returned}
    undecided = set(_containers(ordered)) - made.keys()
    if accepted and not undecided and returned == refused and accepted <= set(ended):
        return "closed"
    verbs = {touch.typ for touch in ordered}
    return stage(verbs, len(accepted), len(refused), len(returned))


def _containers(ordered: Iterable[Touch]) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(
            code
            for touch in ordered
            for code in (
                *texts(touch.body.get("containers")),
                *texts(touch.body.get("refused")),
            )
        )
    )


def _plate(said: Mapping[str, object], loads: Iterable[Touch]) -> str:
    plates = [str(touch.body.get("vehicle_plate", "")) for touch in loads]
    return next((plate for plate in reversed(plates) if plate), str(said.get("vehicle_plate", "")))


def _weighings(ordered: Iterable[Touch]) -> tuple[Touch, ...]:
    """Put a container on the scale twice and it still weighs what it did the second time."""
    weighed: list[Touch] = []
    for touch in ordered:
        if touch.typ == "weigh_in":
            now = set(texts(touch.body.get("containers")))
            weighed = [t for t in weighed if not now.issuperset(texts(t.body.get("containers")))]
            weighed.append(touch)
    return tuple(weighed)


def _loaded(loads: Iterable[Touch]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for touch in loads:
        containers, text = texts(touch.body.get("containers")), touch.body.get("weight_kg")
        if text is not None and len(containers) <= 1:
            found[containers[0] if containers else ""] = Decimal(str(text))
    return found


def _paper(ordered: Iterable[Touch]) -> Mapping[str, object] | None:
    for touch in ordered:
        paper = touch.body.get("paper")
        if isinstance(paper, Mapping):
            return paper
    return None


def _irregular(
    ordered: Sequence[Touch], opened: Touch | None, named: Collection[str]
) -> tuple[Irregular, ...]:
    loaded = any(touch.typ in _LOADED for touch in ordered)
    numbered_for = _numbered_for(ordered)
    found: list[Irregular] = []
    for touch in ordered:
        if touch.typ == "void_manifest" and loaded:
            found.append(Irregular("void_after_loading", touch))
        if touch.typ == "open_manifest" and opened and touch.claimed_at > opened.claimed_at:
            found.append(Irregular("changed_after_signing", touch))
        if not _is_named(touch, opened, named, numbered_for):
            found.append(Irregular("unnamed_party", touch))
    return tuple(found)


def _is_named(
    touch: Touch, opened: Touch | None, named: Collection[str], numbered_for: str
) -> bool:
    """True while nobody has said who it should be."""
    if touch.typ in _SENDER:
        sender = numbered_for or (opened.org if opened else "")
        return not sender or touch.org == sender
    if opened is None:
        return True
    if touch.typ in _CARRIER:
        return touch.org in named
    return touch.typ not in _RECEIVER or touch.org == opened.body["receiver"]
