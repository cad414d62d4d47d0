"""The books of a whole ledger, kept from its events alone: for whoever has no database of ours.

Fed entry by entry in the order of the ledger, it comes to the same bookings as the projector, which
keeps them in tables; a test compares the two.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from waste_trace.codes import digital_id
from waste_trace.custody.balance import Booking
from waste_trace.custody.correcting import applies, who_must_agree
from waste_trace.custody.fold import Present, Touch, fold
from waste_trace.custody.manifest_progress import MANIFEST_VERBS
from waste_trace.custody.together import shared_moves, shared_waste_code, weighed_members
from waste_trace.custody.vocabulary import VOCABULARY, parse_body
from waste_trace.ledger.event import Event


@dataclass(slots=True)
class _Correction:
    """A correction that waits for an answer."""

    corrects: int
    field: str
    new: str
    others: list[str]


class Books:
    """Touches by container and manifest, corrections, and the bookings that follow."""

    def __init__(self) -> None:
        self._containers: dict[str, list[Touch]] = {}
        self._manifests: dict[str, list[Touch]] = {}
        self._events: dict[int, Touch] = {}
        self._waiting: dict[int, _Correction] = {}
        self._agreed: dict[int, dict[str, str]] = {}

    def take(self, idx: int, event: Event) -> None:
        """The next entry of the ledger; what the vocabulary does not know changes no book.

        Raises:
            MalformedBody: the entry cannot be an event of its type.
        """
        if event.typ not in VOCABULARY:
            return
        touch = Touch(
            idx, event.typ, "subject", event.claimed_at, event.org, event.site, event.body
        )
        self._events[idx] = touch
        if event.typ == "correct":
            self._correct(touch)
        elif event.typ in ("confirm_correction", "dispute_correction"):
            self._answer(touch)
        else:
            self._touch_containers(touch, parse_body(event.typ, event.body).roles())
            if event.typ in MANIFEST_VERBS:
                number = str(event.body["manifest"])
                self._manifests.setdefault(number, []).append(touch)

    def bookings(self) -> Iterator[Booking]:
        """Every booking, container by container, then the weighings of several together."""
        presents = {code: fold(self._corrected(found)) for code, found in self._containers.items()}
        for code, present in presents.items():
            waste_code = str(digital_id.parse(code).waste)
            yield from (Booking(code, waste_code, move) for move in present.moves)
        for idx in sorted({idx for present in presents.values() for idx in present.together}):
            yield from self._shared(idx, presents)

    def _shared(self, idx: int, presents: Mapping[str, Present]) -> Iterator[Booking]:
        (touch,) = self._corrected([self._events[idx]])
        members = weighed_members(touch)
        contents = [presents[code].together.get(idx) for code in members]
        waste_code = shared_waste_code(members)
        for move in shared_moves(touch, contents):
            yield Booking(f"#{idx}", waste_code, move)

    def _touch_containers(self, touch: Touch, roles: Mapping[str, str]) -> None:
        for code, role in roles.items():
            told = replace(touch, role=role, container=code)
            self._containers.setdefault(code, []).append(told)

    def _correct(self, touch: Touch) -> None:
        body = touch.body
        target = self._events.get(int(str(body["corrects"])))
        if target is None:
            return
        if applies(target.typ, target.body, body):
            others = who_must_agree(target.org, touch.org, self._around(target))
            field, new = str(body["field"]), str(body["new"])
            if others:
                self._waiting[touch.idx] = _Correction(target.idx, field, new, others)
            else:
                self._agree(target.idx, field, new)
        self._show(touch, target)

    def _answer(self, touch: Touch) -> None:
        idx = int(str(touch.body["correction"]))
        waiting = self._waiting.get(idx)
        if waiting is None or touch.org not in waiting.others:
            return
        self._show(touch, self._events[waiting.corrects])
        if touch.typ == "confirm_correction":
            del self._waiting[idx]
            self._agree(waiting.corrects, waiting.field, waiting.new)

    def _agree(self, idx: int, field: str, new: str) -> None:
        self._agreed.setdefault(idx, {})[field] = new

    def _around(self, target: Touch) -> Iterator[Touch]:
        """What is known of the containers and the manifest of an event."""
        for code in parse_body(target.typ, target.body).roles():
            yield from self._containers[code]
        yield from self._manifests.get(str(target.body.get("manifest", "")), ())

    def _show(self, touch: Touch, target: Touch) -> None:
        """Who corrects or answers is from now on a party of what it is about."""
        roles = parse_body(target.typ, target.body).roles()
        self._touch_containers(touch, dict.fromkeys(roles, "correction"))

    def _corrected(self, touches: list[Touch]) -> list[Touch]:
        return [
            replace(touch, body={**touch.body, **self._agreed[touch.idx]})
            if touch.idx in self._agreed
            else touch
            for touch in touches
        ]
