"""What one carrier hands over and the next takes over are one thing, said twice (联运交接)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from waste_trace.compliance.rule import Raised, Rule, Severity
from waste_trace.compliance.thresholds import Thresholds
from waste_trace.custody.fold import Touch
from waste_trace.custody.manifest_parts import texts

HAND_OVER_DIFFERS = Rule(
    "hand_over_differs",
    "交接双方所述不一致",
    "The two sides of a hand-over differ",
    "危险废物转移管理办法 art. 17 (联运：前后承运人核对交接)",
    "P",
    Severity.SERIOUS,
)
HAND_OVER_UNANSWERED = Rule(
    "hand_over_unanswered",
    "交接仅有一方登记",
    "Only one side of a hand-over is recorded",
    "危险废物转移管理办法 art. 17; the number of hours is configuration",
    "M",
    Severity.WARNING,
    ("hand_over_answer_hours",),
)
HAND_OVER_VERBS = ("hand_over", "take_over")
_SAID = {"hand_over": ("交出", "handed over"), "take_over": ("接下", "took over")}


@dataclass(frozen=True, slots=True)
class Told:
    """One container in one carrier's words: from whom to whom, and the event that says so."""

    container: str
    giver: str
    taker: str
    touch: Touch

    @property
    def relay(self) -> tuple[str, str, str]:
        """What the other side has to say, too."""
        return self.container, self.giver, self.taker


@dataclass(frozen=True, slots=True)
class HandOvers:
    """What of a manifest's hand-overs does not agree.

    Attributes:
        differing: pairs of the giver's and the taker's words on one container, who name one party
            alike and the other differently.
        given, taken: what only one side has said so far.
    """

    differing: tuple[tuple[Told, Told], ...]
    given: tuple[Told, ...]
    taken: tuple[Told, ...]


def hand_overs(touches: Iterable[Touch]) -> HandOvers:
    """Compare both sides' words, container by container ("": loose waste).

    Args:
        touches: of one manifest, in any order.
    """
    ordered = sorted(touches, key=lambda touch: (touch.claimed_at, touch.idx))
    given = [one for touch in ordered if touch.typ == "hand_over" for one in _given(touch)]
    taken = [one for touch in ordered if touch.typ == "take_over" for one in _taken(touch)]
    said = {one.relay for one in given} & {one.relay for one in taken}
    given = [one for one in given if one.relay not in said]
    taken = [one for one in taken if one.relay not in said]
    differing = []
    for one in list(given):
        other = next((t for t in taken if _contradict(one, t)), None)
        if other is not None:
            differing.append((one, other))
            given.remove(one)
            taken.remove(other)
    return HandOvers(tuple(differing), tuple(given), tuple(taken))


def _given(touch: Touch) -> list[Told]:
    to_org, codes = str(touch.body["to_org"]), texts(touch.body.get("containers")) or ("",)
    return [Told(code, touch.org, to_org, touch) for code in codes]


def _taken(touch: Touch) -> list[Told]:
    from_org, codes = str(touch.body["from_org"]), texts(touch.body.get("containers")) or ("",)
    return [Told(code, from_org, touch.org, touch) for code in codes]


def _contradict(given: Told, taken: Told) -> bool:
    """True if no third word can make both right: a later hand-over has two other parties."""
    same = (given.giver == taken.giver) + (given.taker == taken.taker)
    return given.container == taken.container and same == 1


def hand_over_differs(manifest: str, touches: Iterable[Touch]) -> list[Raised]:
    """A finding for each two events that tell of the same containers and other parties."""
    pairs: dict[tuple[int, int], list[tuple[Told, Told]]] = {}
    for given, taken in hand_overs(touches).differing:
        pairs.setdefault((given.touch.idx, taken.touch.idx), []).append((given, taken))
    return [_differs(manifest, pair) for pair in pairs.values()]


def _differs(manifest: str, pair: Sequence[tuple[Told, Told]]) -> Raised:
    given, taken = pair[0]
    rule, events = HAND_OVER_DIFFERS, [given.touch.idx, taken.touch.idx]
    return Raised(
        rule,
        f"{rule.name}:{manifest}:{events[0]}:{events[1]}",
        manifest,
        given.touch.org,
        f"{given.giver} 登记交给 {given.taker}，{taken.taker} 登记接自 {taken.giver}。",
        f"{given.giver} says it handed over to {given.taker}; {taken.taker} says it took over "
        f"from {taken.giver}.",
        {"events": events, "parties": sorted({given.giver, given.taker, taken.giver, taken.taker}),
         "containers": [one.container for one, _ in pair if one.container]},
    )  # fmt: skip


def hand_over_unanswered(
    manifest: str, touches: Sequence[Touch], now: datetime, limits: Thresholds
) -> list[Raised]:
    """A finding for each event that the other side has not matched so long after it.

    Where the other side has told of the same hand-over and left containers out, both are named.
    """
    told = hand_overs(touches)
    by_event: dict[int, list[Told]] = {}
    for one in (*told.given, *told.taken):
        if now - one.touch.claimed_at > limits.hand_over_answer:
            by_event.setdefault(one.touch.idx, []).append(one)
    return [_unanswered(manifest, missing, touches, limits) for missing in by_event.values()]


def _unanswered(
    manifest: str, missing: Sequence[Told], touches: Iterable[Touch], limits: Thresholds
) -> Raised:
    one, rule = missing[0], HAND_OVER_UNANSWERED
    gave = one.touch.typ == "hand_over"
    silent = one.taker if gave else one.giver
    others = sorted(touch.idx for touch in touches if _is_other_side(one, touch))
    hours = int(limits.hand_over_answer.total_seconds() // 3600)
    said_zh, said_en = _SAID[one.touch.typ]
    other_zh, _ = _SAID["take_over" if gave else "hand_over"]
    count, several = len(missing), "s" * (len(missing) > 1)
    what_zh = f" {count} 个容器" if one.container else "散装废物"
    what_en = f"{count} container{several}" if one.container else "loose waste"
    return Raised(
        rule,
        f"{rule.name}:{manifest}:{one.touch.idx}",
        manifest,
        silent,
        f"{one.touch.org} 登记{said_zh}{what_zh}，{silent} 超过 {hours} 小时未登记{other_zh}"
        f"{'，另有容器已登记' if others else ''}。",
        f"{one.touch.org} {said_en} {what_en}; {silent} has not recorded its side of it within "
        f"{hours} hours{', but that of other containers' if others else ''}.",
        {"events": [one.touch.idx, *others], "parties": [one.giver, one.taker],
         "containers": [told.container for told in missing if told.container],
         "limit_hours": hours},
    )  # fmt: skip


def _is_other_side(one: Told, touch: Touch) -> bool:
    """True if the event is the other party's word on a hand-over between the same two."""
    if touch.typ not in HAND_OVER_VERBS or touch.typ == one.touch.typ:
        return False
    told = (_given if touch.typ == "hand_over" else _taken)(touch)[0]
    return (told.giver, told.taker) == (one.giver, one.taker)
