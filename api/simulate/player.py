"""The plan goes through the real write path: signed envelopes, checked, sequenced, projected."""

import heapq
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from api.simulate.device import SigningDevice, claimed_ms, new_device
from api.simulate.district import REGION, District, Party, position_of
from api.simulate.plan import Deed, Plan, Shipment, at
from waste_trace.codes import digital_id
from waste_trace.ledger.event import Seen
from waste_trace.services.deployment import Deployment
from waste_trace.services.issue_labels import issue_labels, sign_label
from waste_trace.services.number_manifest import number_manifest
from waste_trace.services.open_ledger import open_ledger
from waste_trace.services.record_event import submit_event
from waste_trace.services.register_party import register_organisation, register_site
from waste_trace.services.review_deadlines import review_deadlines
from waste_trace.store.sequencer import Recorded
from waste_trace.store.tiles import read_head

#: The hours of a day at which what happened since the last one reaches the ledger.
_HOURS = (9, 14, 21)
#: How many services ask the ledger at once; each waits for a commit, and one commit serves all.
_AT_ONCE = 64
_MOST_LABELS = 200


class SimulatedClock:
    """The deployment's clock: Unix milliseconds of the simulated day."""

    def __init__(self, start: datetime) -> None:
        self.ms = claimed_ms(start)

    def __call__(self) -> int:
        return self.ms

    def set(self, moment: datetime) -> None:
        """It is now so late."""
        self.ms = claimed_ms(moment)


@dataclass
class Player:
    """Plays a plan on a deployment whose clock it moves.

    Attributes:
        ids: what the ledger calls each device ("dev-.../0").
    """

    deployment: Deployment
    clock: SimulatedClock
    district: District
    plan: Plan
    progress: Callable[[date], None] = lambda day: None
    devices: dict[str, SigningDevice] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    _labels: dict[str, str] = field(default_factory=dict)
    _waiting: list[tuple[datetime, int, Deed, bytes]] = field(default_factory=list)
    _signed: int = 0

    def play(self) -> None:
        """All days, a review in the night after each."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            self._open(pool)
            for number in range(self.plan.days):
                day = self.plan.start + timedelta(days=number)
                self._day(day, pool)
                self.clock.set(at(day, 0, 5) + timedelta(days=1))
                review_deadlines(self.deployment)
                self.progress(day)

    def _open(self, pool: ThreadPoolExecutor) -> None:
        deployment = self.deployment
        open_ledger(deployment)

        def register(party: Party) -> None:
            register_organisation(deployment, party.org, party.name, [party.kind], REGION)
            if party.site:
                where = position_of(party)
                register_site(
                    deployment, party.site, party.org, "危废贮存", party.site_kind, None, where
                )

        def enrol(name: str) -> SigningDevice:
            return new_device(deployment, name, self.plan.devices[name])

        _all(pool, self.district.parties(), register)
        names = sorted(self.plan.devices)
        made = _all(pool, names, enrol)
        self.devices = dict(zip(names, made, strict=True))
        self.ids = {name: f"{device.dev}/{device.ep}" for name, device in self.devices.items()}

    def _day(self, day: date, pool: ThreadPoolExecutor) -> None:
        self.clock.set(at(day, 7, 30))
        self._issue(day, pool)
        deeds = list(self.plan.of_day(day))
        for before, hour in zip((0, *_HOURS), _HOURS, strict=False):
            part = [deed for deed in deeds if before <= deed.at.hour < hour]
            self.clock.set(at(day, hour))
            self._number(part, pool)
            for deed in part:
                self._sign(deed)
            self._send(at(day, hour))

    def _issue(self, day: date, pool: ThreadPoolExecutor) -> None:
        asked = [(key, count) for key, count in self.plan.labels.items() if key[0] == day]
        parts = [
            (key, min(_MOST_LABELS, count - start))
            for key, count in asked
            for start in range(0, count, _MOST_LABELS)
        ]

        def issue(part: tuple[tuple[date, str, str, str], int]) -> None:
            (when, unit, asked_by, waste), count = part
            issue_labels(self.deployment, unit, waste, when, count, asked_by=asked_by)

        _all(pool, parts, issue)

    def _number(self, deeds: Iterable[Deed], pool: ThreadPoolExecutor) -> None:
        opened = [deed.shipment for deed in deeds if deed.typ == "open_manifest" and deed.shipment]

        def number(shipment: Shipment) -> None:
            org = shipment.sender.org
            shipment.number = number_manifest(self.deployment, org, self.plan.start.year)

        _all(pool, opened, number)

    def _sign(self, deed: Deed) -> None:
        body: dict[str, Any] = dict(deed.body)
        if deed.shipment is not None:
            body["manifest"] = deed.shipment.number
        if deed.typ in ("fill", "collect") and "labels" not in body:
            body["labels"] = [self._label(code) for code in body["containers"]]
        envelope = self.devices[deed.device].sign(deed, body)
        if not deed.lost:
            self._signed += 1
            heapq.heappush(self._waiting, (deed.arrives, self._signed, deed, envelope))

    def _label(self, code: str) -> str:
        if code not in self._labels:
            self._labels[code] = sign_label(self.deployment, digital_id.parse(code), 0).text
        return self._labels[code]

    def _send(self, now: datetime) -> None:
        """Everything that has a network by now, in flight at once; then all learn the head."""
        flying: list[tuple[Deed, Future[Recorded]]] = []
        while self._waiting and self._waiting[0][0] <= now:
            _, _, deed, envelope = heapq.heappop(self._waiting)
            flying.append((deed, submit_event(self.deployment, envelope, remote="simulate")))
        for deed, answer in flying:
            deed.index = answer.result().index
        if flying:
            with self.deployment.engine.connect() as connection:
                head = read_head(connection)
            if head is not None:
                for deed, _ in flying:
                    self.devices[deed.device].seen = Seen(head.size, head.root)


def _all(pool: ThreadPoolExecutor, items: Sequence[Any], do: Callable[[Any], Any]) -> list[Any]:
    """Do it for all, many at once; the first error ends it."""
    return list(pool.map(do, items))
