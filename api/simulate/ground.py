"""Where faults are planted, and what is said of each, so that findings can be compared with it."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from api.simulate.district import District, Large
from api.simulate.plan import Deed, Merge, Plan, Shipment, at


@dataclass(frozen=True)
class DeviceOf:
    """A device by its name in the plan."""

    name: str


#: What a fault is about: a container, site, organisation or two parties (text), an event, a
#: manifest, a device.
About = str | Deed | Shipment | DeviceOf


@dataclass(frozen=True)
class Planted:
    """One fault.

    Attributes:
        about: where it should be found, one of them suffices.
        touched: what else looks strange because of it.
        alone: nothing but the fault itself is strange about ``about``; what else is found of it
            is false.
    """

    kind: str
    about: list[About]
    touched: list[About] = field(default_factory=list)
    alone: bool = False


@dataclass
class Ground:
    """Where faults are planted: each shipment, merge and large producer serves one at most."""

    plan: Plan
    district: District
    rng: random.Random
    used: set[object] = field(default_factory=set)

    def shipments(self, lead_days: int = 0) -> Iterator[Shipment]:
        """Unused ones of large producers, in random order, so many days before the end."""
        latest = self.plan.end - timedelta(days=lead_days)
        senders = {large.party.org for large in self.district.large}
        found = [
            s for s in self.plan.shipments
            if s.sender.org in senders and "treat" in s.deeds and s.deeds["treat"].at <= latest
        ]  # fmt: skip
        self.rng.shuffle(found)
        for shipment in found:
            if shipment not in self.used and shipment.sender.org not in self.used:
                self.used.add(shipment)
                yield shipment

    def large(self, wanted: Callable[[Large], bool] = lambda large: True) -> Iterator[Large]:
        """Unused large producers of which no shipment is used either."""
        busy = {one.sender.org for one in self.used if isinstance(one, Shipment)}
        for large in self.rng.sample(self.district.large, len(self.district.large)):
            org = large.party.org
            if org not in self.used and org not in busy and wanted(large):
                self.used.add(org)
                yield large

    def merges(self) -> Iterator[Merge]:
        """Unused ones whose container is shipped before the end."""
        shipped = {code for s in self.plan.shipments for code in s.codes}
        found = [m for m in self.plan.merges if m.into in shipped]
        self.rng.shuffle(found)
        for merge in found:
            if merge not in self.used and not self.used.intersection(self.shipped_in(merge.into)):
                self.used.add(merge)
                yield merge

    def shipped_in(self, code: str) -> list[Shipment]:
        """The shipment of a container."""
        return [s for s in self.plan.shipments if code in s.codes]

    def of(self, large: Large) -> list[Shipment]:
        """The shipments of a large producer, in order."""
        mine = [s for s in self.plan.shipments if s.sender is large.party]
        return sorted(mine, key=lambda shipment: shipment.at)

    def inspect(self, large: Large, day: int, device: str = "") -> Deed:
        """巡检 in the afternoon: an event that moves nothing."""
        when = at(self.plan.start + timedelta(days=day), 16, 40)
        device = device or f"{large.party.org}/store"
        body = {"containers": [], "result": "sound"}
        return self.plan.do(device, large.party, "inspect", when, body, site=large.party.site)
