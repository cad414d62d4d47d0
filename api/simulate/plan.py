"""What is going to happen: deeds with their times, and what they belong to."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from api.simulate.district import Party
from waste_trace.codes import digital_id, uscc, waste_code

SHANGHAI = timezone(timedelta(hours=8))


@dataclass(eq=False)
class Deed:
    """One event before it is signed.

    Attributes:
        device: the name of the device that signs it. at: when it happens.
        heard: when it reaches the ledger; later than ``at`` for a device without a network.
        claim: the time that it claims, if that is not when it happens.
        shipment: whose manifest number its body takes. lost: signed, and never sent.
        index: its place in the ledger, once it is there.
    """

    device: str
    party: Party
    typ: str
    at: datetime
    body: dict[str, Any]
    site: str = ""
    heard: datetime | None = None
    claim: datetime | None = None
    shipment: "Shipment | None" = None
    lost: bool = False
    index: int | None = None

    @property
    def arrives(self) -> datetime:
        """When it reaches the ledger."""
        return self.heard or self.at


@dataclass(eq=False)
class Shipment:
    """One manifest. ``number``: once it has been given out. ``deeds``: by verb."""

    sender: Party
    carrier: Party
    plant: Party
    waste: tuple[str, str, str]
    codes: list[str]
    deeds: dict[str, Deed] = field(default_factory=dict)
    number: str = ""

    @property
    def at(self) -> datetime:
        """When it begins."""
        return self.deeds["store_out"].at


@dataclass(eq=False)
class Merge:
    """Small containers into one at a depot."""

    platform: Party
    into: str
    codes: list[str]
    deed: Deed


@dataclass
class Plan:
    """Everything that happens in the simulated days.

    Attributes:
        labels: how many codes are issued, by day, unit, who asks, waste code.
        kg: what each container really holds. devices: device name to the party that owns it.
        permits: by plant, the licence that is registered on the first morning.
        plans, contracts: by sender, what it has filed and signed. medical: the hospital's.
    """

    start: date
    days: int
    deeds: list[Deed] = field(default_factory=list)
    shipments: list[Shipment] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    labels: Counter[tuple[date, str, str, str]] = field(default_factory=Counter)
    kg: dict[str, Decimal] = field(default_factory=dict)
    devices: dict[str, Party] = field(default_factory=dict)
    permits: dict[str, Deed] = field(default_factory=dict)
    plans: dict[str, Deed] = field(default_factory=dict)
    contracts: dict[str, list[Deed]] = field(default_factory=dict)
    medical: list[Shipment] = field(default_factory=list)
    _numbers: Counter[tuple[date, str, str]] = field(default_factory=Counter)

    @property
    def end(self) -> datetime:
        """The evening of the last day."""
        return at(self.start, 20) + timedelta(days=self.days - 1)

    def code(self, unit: str, asked_by: str, waste: str, day: date) -> str:
        """A container code that the issuer will give out on the day."""
        self._numbers[day, unit, waste] += 1
        self.labels[day, unit, asked_by, waste] += 1
        number = self._numbers[day, unit, waste]
        return str(digital_id.build(uscc.parse(unit), waste_code.parse(waste), day, number))

    def do(
        self, device: str, party: Party, typ: str, when: datetime, body: dict[str, Any],
        *, site: str = "",
    ) -> Deed:  # fmt: skip
        """Plan a deed."""
        self.devices.setdefault(device, party)
        deed = Deed(device, party, typ, when, body, site)
        self.deeds.append(deed)
        return deed

    def drop(self, deed: Deed) -> None:
        """It will not happen."""
        self.deeds.remove(deed)

    def of_day(self, day: date) -> Iterator[Deed]:
        """The deeds that happen on a day, in order."""
        return iter(sorted((d for d in self.deeds if d.at.date() == day), key=lambda d: d.at))


def keeper_of(party: Party) -> str:
    """The device of who keeps a store."""
    return f"{party.org}/{'depot' if party.kind == 'platform' else 'store'}"


def driver_of(carrier: Party, number: int) -> tuple[str, str]:
    """A driver's device and pseudonym."""
    return f"{carrier.org}/driver{number}", f"usr_{carrier.org[-8:]}_{number}"


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment of a day in Shanghai."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)


def text(weight_kg: Decimal) -> str:
    """A weight as a body says it."""
    return f"{weight_kg:.3f}"
