"""The books of a whole ledger, kept from its events alone: for whoever has no database of ours.

Fed entry by entry in the order of the ledger, it comes to the same bookings as the projector, which
keeps them in tables; a test compares the two.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from waste_trace.codes import digital_id
from waste_trace.custody.balance import Booking
from waste_trace.custody.bulk import (
    BULK_VERBS,
    STOCKTAKE,
    Heap,
    Stocktake,
    bulk_moves,
    event_subject,
    heap_of,
    stocktake_moves,
    stocktake_of,
)
from waste_trace.custody.correcting import applies, reads, who_must_agree
from waste_trace.custody.fold import Present, Touch, fold
from waste_trace.custody.loads import loads
from waste_trace.custody.manifest import fold_manifest
from waste_trace.custody.manifest_progress import MANIFEST_VERBS
from waste_trace.custody.movements import Movement
from waste_trace.custody.together import shared_moves, shared_waste_code, weighed_members
from waste_trace.custody.vocabulary import VOCABULARY, container_roles
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
        self._retold: dict[int, Touch] = {}

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
            self._touch_containers(touch, container_roles(event.typ, event.body))
            if event.typ in MANIFEST_VERBS:
                number = str(event.body["manifest"])
                self._manifests.setdefault(number, []).append(touch)

    def bookings(self) -> Iterator[Booking]:
        """Every booking: by container, weighings of several together, then loose waste."""
        presents = {code: fold(found) for code, found in self._containers.items()}
        for code, present in presents.items():
            waste_code = str(digital_id.parse(code).waste)
            yield from (Booking(code, waste_code, move) for move in present.moves)
        for idx in sorted({idx for present in presents.values() for idx in present.together}):
            yield from self._shared(idx, presents)
        yield from self._loose()

    def _loose(self) -> Iterator[Booking]:
        """Heaps and loads, then what stocktakes find beyond them."""
        heaps: dict[Heap, list[Movement]] = {}
        taken: dict[Heap, list[Stocktake]] = {}
        for booking in self._heaps_and_loads(taken):
            heap = Heap(booking.movement.account, booking.waste_code)
            heaps.setdefault(heap, []).append(booking.movement)
            yield booking
        for heap, stocktakes in taken.items():
            moves = heaps.get(heap, [])
            for earlier, one in enumerate(sorted(stocktakes)):
                before = [m.weight_kg for m in moves if (m.at, m.idx) < one.place]
                booked_kg = sum(before, Decimal(0)) if before or earlier else None
                found = stocktake_moves(one, heap, booked_kg)
                moves += found
                subject = event_subject(one.idx)
                yield from (Booking(subject, heap.waste_code, move) for move in found)

    def _heaps_and_loads(self, taken: dict[Heap, list[Stocktake]]) -> Iterator[Booking]:
        on_heaps = [idx for idx, touch in self._events.items() if touch.typ in BULK_VERBS]
        for touch in (self._retold.get(idx, self._events[idx]) for idx in on_heaps):
            heap = heap_of(touch)
            if touch.typ == STOCKTAKE:
                taken.setdefault(heap, []).append(stocktake_of(touch))
            subject = event_subject(touch.idx)
            yield from (Booking(subject, heap.waste_code, move) for move in bulk_moves(touch))
        for number, touches in self._manifests.items():
            for load in loads(number, fold_manifest(touches), touches):
                yield from (Booking(load.subject, load.waste_code, move) for move in load.moves)

    def _shared(self, idx: int, presents: Mapping[str, Present]) -> Iterator[Booking]:
        touch = self._retold.get(idx, self._events[idx])
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
        if applies(target, body):
            others = who_must_agree(target.org, touch.org, self._around(target, body))
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
        signed = self._events[idx]
        changes = {**self._agreed.get(idx, {}), field: new}
        told = reads(signed, changes)
        if told is None:
            return
        before = self._retold.get(idx, signed)
        self._agreed[idx], self._retold[idx] = changes, told
        for code in container_roles(before.typ, before.body):
            self._containers[code] = [one for one in self._containers[code] if one.idx != idx]
        self._touch_containers(told, container_roles(told.typ, told.body))
        parts = self._manifests.get(str(told.body.get("manifest", "")), [])
        parts[:] = [told if one.idx == idx else one for one in parts]

    def _around(self, target: Touch, correction: Mapping[str, object]) -> Iterator[Touch]:
        """What is known of the containers and the manifest of an event, and of a new container."""
        yield target
        for code in (*self._roles(target), str(correction["new"])):
            yield from self._containers.get(code, ())
        yield from self._manifests.get(str(target.body.get("manifest", "")), ())

    def _roles(self, target: Touch) -> Mapping[str, str]:
        """The containers of an event as it reads by now."""
        told = self._retold.get(target.idx, target)
        return container_roles(told.typ, told.body)

    def _show(self, touch: Touch, target: Touch) -> None:
        """Who corrects or answers is from now on a party of what it is about."""
        self._touch_containers(touch, dict.fromkeys(self._roles(target), "correction"))
