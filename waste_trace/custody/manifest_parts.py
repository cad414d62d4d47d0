"""The parts of a manifest that several may fill: one for each carrier, one decision a container."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from waste_trace.codes import digital_id
from waste_trace.custody.fold import Touch

_CARRYING = frozenset(
    {"load", "depart", "waypoint", "hand_over", "take_over", "arrive", "return", "take_back"}
)
ACCEPTED, REFUSED = "accepted", "refused"
#: In what something may differ from the manifest (art. 18).
DIFFERENCE_ZH: Mapping[str, str] = {
    "name": "名称",
    "quantity": "数量",
    "property": "特性",
    "form": "形态",
    "packaging": "包装方式",
    "other": "其他",
}


@dataclass(frozen=True, slots=True)
class Waypoint:
    """经由地: a place on the way, as the carrier recorded it (art. 11)."""

    idx: int
    at: datetime
    place: str
    latitude: str
    longitude: str


@dataclass(frozen=True, slots=True)
class CarrierPart:
    """One carrier's part (运输信息): vehicle, start, way and end.

    ``driver``, ``escort``: pseudonyms (驾驶员、押运员), "" where it names none.
    ``from_org``, ``to_org``: the carriers before and after it (联运). ``back``: it takes refused
    waste back to the sender (退运).
    """

    org: str
    plate: str = ""
    driver: str = ""
    escort: str = ""
    start: str = ""
    loaded_at: datetime | None = None
    started_at: datetime | None = None
    waypoints: tuple[Waypoint, ...] = ()
    end: str = ""
    ended_at: datetime | None = None
    from_org: str = ""
    to_org: str = ""
    back: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What the receiver decided on one container; ``returned``: the sender has it again."""

    verdict: str
    org: str
    at: datetime
    differences: tuple[str, ...] = ()
    method: str = ""
    returned: bool = False


@dataclass(frozen=True, slots=True)
class LineOutcome:
    """What became of one waste line: counts of containers, and what the receiver says of it."""

    waste_code: str
    decision: str = ""
    accepted: int = 0
    refused: int = 0
    received_kg: Decimal | None = None
    method: str = ""
    differs: bool = False


def carrier_parts(touches: Iterable[Touch]) -> tuple[CarrierPart, ...]:
    """The parts of all carriers in the order in which they began.

    Args:
        touches: of one manifest, in the order of their claimed times.
    """
    parts: list[CarrierPart] = []
    for touch in touches:
        if touch.typ == "take_back":
            parts = [_taken_back(part, touch) for part in parts]
        elif touch.typ in _CARRYING:
            place = _place(parts, touch)
            if place == len(parts):
                parts.append(CarrierPart(touch.org, back=touch.typ == "return"))
            parts[place] = _fill(parts[place], touch)
    return tuple(parts)


def _place(parts: Sequence[CarrierPart], touch: Touch) -> int:
    """Which part the event belongs to: the newest of its carrier, or one that begins with it."""
    own = [place for place, part in enumerate(parts) if part.org == touch.org]
    if not own:
        return len(parts)
    newest = parts[own[-1]]
    begins = touch.typ == "return" and not newest.back
    again = touch.typ == "take_over" or (touch.typ == "load" and newest.loaded_at is not None)
    return len(parts) if begins or (again and newest.ended_at is not None) else own[-1]


def _fill(part: CarrierPart, touch: Touch) -> CarrierPart:
    body, at = touch.body, touch.claimed_at
    place = str(body.get("place", ""))
    part = replace(part, plate=str(body.get("vehicle_plate", "")) or part.plate)
    if touch.typ in ("load", "take_over"):
        driver = str(body.get("driver", "")) or part.driver
        part = replace(part, driver=driver, escort=str(body.get("escort", "")) or part.escort)
        start = part.start or place
        from_org = str(body.get("from_org", "")) or part.from_org
        part = replace(part, start=start, loaded_at=part.loaded_at or at, from_org=from_org)
    if touch.typ in ("depart", "return", "take_over"):
        return replace(part, start=part.start or place, started_at=part.started_at or at)
    if touch.typ == "waypoint":
        seen = Waypoint(touch.idx, at, place, str(body["latitude"]), str(body["longitude"]))
        return replace(part, waypoints=(*part.waypoints, seen))
    if touch.typ in ("hand_over", "arrive"):
        to_org = str(body.get("to_org", "")) or part.to_org
        return replace(part, end=place or part.end, ended_at=at, to_org=to_org)
    return part


def _taken_back(part: CarrierPart, touch: Touch) -> CarrierPart:
    open_back = part.back and part.ended_at is None
    return replace(part, ended_at=touch.claimed_at) if open_back else part


def decisions(touches: Iterable[Touch]) -> dict[str, Decision]:
    """The newest decision on each container; "" stands for waste without containers (散装)."""
    made: dict[str, Decision] = {}
    for touch in touches:
        codes = texts(touch.body.get("containers")) or ("",)
        if touch.typ in ("accept", "accept_with_difference", "accept_in_part"):
            # In part, the differences are those of what was refused.
            kept = touch.typ != "accept_in_part"
            made |= dict.fromkeys(codes, _decision(ACCEPTED, touch, differing=kept))
            refused = texts(touch.body.get("refused"))
            made |= dict.fromkeys(refused, _decision(REFUSED, touch))
        elif touch.typ == "reject":
            made |= dict.fromkeys(codes, _decision(REFUSED, touch))
        elif touch.typ == "take_back":
            for code in codes:
                if code in made:
                    made[code] = replace(made[code], returned=True)
    return made


def _decision(verdict: str, touch: Touch, *, differing: bool = True) -> Decision:
    differences = texts(touch.body.get("differences")) if differing else ()
    method = str(touch.body.get("method", ""))
    return Decision(verdict, touch.org, touch.claimed_at, differences, method)


def line_outcomes(
    lines: Sequence[Mapping[str, object]],
    made: Mapping[str, Decision],
    weighed: Iterable[Touch],
    touches: Iterable[Touch],
) -> tuple[LineOutcome, ...]:
    """Each line with what the decisions on its containers add up to, or with what was said of it.

    Args:
        made: by container. weighed: the receiver's weighings that count. touches: in order.
    """
    by_code: dict[str, list[Decision]] = {}
    for code, decision in made.items():
        by_code.setdefault(waste_of(code), []).append(decision)
    kilograms = _by_waste(weighed)
    outcomes = [
        _outcome(str(line["waste_code"]), by_code, kilograms, alone=len(lines) == 1)
        for line in lines
    ]
    for touch in touches:
        stated = touch.body.get("by_line")
        for one in stated if isinstance(stated, list) else ():
            if one["line"] <= len(outcomes):
                outcomes[one["line"] - 1] = _stated(outcomes[one["line"] - 1], one)
    return tuple(outcomes)


def _outcome(
    waste_code: str,
    by_code: Mapping[str, list[Decision]],
    kilograms: Mapping[str, Decimal],
    *,
    alone: bool,
) -> LineOutcome:
    made = by_code.get(waste_code, []) + (by_code.get("", []) if alone else [])
    accepted = [one for one in made if one.verdict == ACCEPTED]
    refused = len(made) - len(accepted)
    decision = ""
    if made:
        decision = "accept" if not refused else "part" if accepted else "refuse"
    return LineOutcome(
        waste_code=waste_code,
        decision=decision,
        accepted=len(accepted),
        refused=refused,
        received_kg=kilograms.get(waste_code, kilograms.get("") if alone else None),
        method=next((one.method for one in accepted if one.method), ""),
        differs=any(one.differences for one in made),
    )


def _stated(outcome: LineOutcome, said: Mapping[str, object]) -> LineOutcome:
    text = said.get("weight_kg")
    return replace(
        outcome,
        decision=str(said["decision"]),
        received_kg=outcome.received_kg if text is None else Decimal(str(text)),
        method=str(said.get("method", "")) or outcome.method,
        differs=bool(said.get("differs")) or outcome.differs,
    )


def _by_waste(weighed: Iterable[Touch]) -> dict[str, Decimal]:
    """What was weighed of each waste; a weighing of several wastes together is none of theirs."""
    sums: dict[str, Decimal] = {}
    mixed: set[str] = set()
    for touch in weighed:
        codes = {waste_of(code) for code in texts(touch.body.get("containers")) or ("",)}
        if len(codes) > 1:
            mixed |= codes
        for code in codes if len(codes) == 1 else ():
            sums[code] = sums.get(code, Decimal(0)) + Decimal(str(touch.body["weight_kg"]))
    return {code: weight_kg for code, weight_kg in sums.items() if code not in mixed}


def waste_of(container: str) -> str:
    """The waste code that a container's code says, "" for waste without containers."""
    return str(digital_id.parse(container).waste) if container else ""


def texts(value: object) -> tuple[str, ...]:
    """The texts of a list in a body; none where there is no list."""
    return tuple(str(item) for item in value) if isinstance(value, list) else ()
