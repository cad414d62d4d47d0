"""A transfer and what the registers say of it, as plain facts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from waste_trace.codes import waste_code
from waste_trace.codes.errors import InvalidCode
from waste_trace.custody.manifest_forms import manifest_forms

PLANS, PERMITS, CONTRACTS = "plan", "permit", "contract"
CARRIERS, VEHICLES, APPLICATIONS = "carrier", "vehicle", "transfer_application"
DRIVERS, ESCORTS = "driver", "escort"


@dataclass(frozen=True, slots=True)
class Sent:
    """A waste line of the manifest. ``exemption``: the row of the list that it is sent under."""

    waste_code: str
    weight_kg: Decimal
    packages: int
    exemption: int | None = None


@dataclass(frozen=True, slots=True)
class Carried:
    """A container of it, the waste on its label, and who has had it in their hands before."""

    container: str
    waste_code: str
    holders: frozenset[str]


@dataclass(frozen=True, slots=True)
class Crew:
    """Somebody aboard (驾驶员、押运员): ``kind`` "driver" or "escort", ``person`` a pseudonym.

    ``person`` is "" where a part is loaded and names nobody.
    """

    kind: str
    org: str
    person: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """What is to be moved, by whom, on which day (Asia/Shanghai).

    ``listed``: the containers that the sender wrote down; ``carried``: those and what was loaded.
    ``kind``: which form it is on. ``regions``: 行政区划 of sender and receiver, "" where unknown.
    """

    manifest: str
    sender: str
    carriers: tuple[str, ...]
    receiver: str
    plates: tuple[str, ...]
    day: date
    lines: tuple[Sent, ...]
    listed: tuple[str, ...]
    carried: tuple[Carried, ...]
    regions: tuple[str, str] = ("", "")
    application: int | None = None
    kind: str = "hazardous"
    crew: tuple[Crew, ...] = ()

    @property
    def hazardous(self) -> bool:
        """True if its form is one for which plan, licence and qualification are needed."""
        return manifest_forms()[self.kind].licensed

    @property
    def kilograms(self) -> Mapping[str, Decimal]:
        """How much of each waste."""
        sums: dict[str, Decimal] = {}
        for line in self.lines:
            sums[line.waste_code] = sums.get(line.waste_code, Decimal(0)) + line.weight_kg
        return sums

    @property
    def crosses_provinces(self) -> bool:
        """True if sender and receiver are in two provinces."""
        sender, receiver = self.regions
        return bool(sender and receiver) and sender[:2] != receiver[:2]


@dataclass(frozen=True, slots=True)
class Period:
    """From the first to the last day, both included."""

    first: str
    last: str

    def holds(self, day: date) -> bool:
        """True if the day is one of it."""
        return self.first <= day.isoformat() <= self.last


@dataclass(frozen=True, slots=True)
class PermitFact:
    """A licence: groups of wastes with their kilograms a year; ``suspended``: days without it."""

    number: str
    groups: tuple[tuple[tuple[str, ...], Decimal], ...]
    valid: Period
    suspended: Period | None = None


@dataclass(frozen=True, slots=True)
class QualificationFact:
    """A qualification of a carrier, a vehicle (``subject``: the plate) or a person (pseudonym)."""

    org: str
    kind: str
    subject: str
    valid: Period


@dataclass(frozen=True, slots=True)
class ContractFact:
    """A contract of the sender; no ``codes``: on all wastes."""

    partner: str
    role: str
    codes: tuple[str, ...]
    valid: Period


@dataclass(frozen=True, slots=True)
class ApplicationFact:
    """An application for a transfer to another province; ``approved_to``: "" if it is not."""

    idx: int
    org: str
    receiver: str
    kilograms: Mapping[str, Decimal]
    valid_from: str
    approved_to: str
    status: str


@dataclass(frozen=True, slots=True)
class Registers:
    """What the ledger's registers say of one transfer, this calendar year.

    Attributes:
        kept: names of the registers that have entries at all.
        planned_kg: by waste, what the sender's plan moves to this receiver; None: it has no plan.
        sent_kg, received_kg: by waste, other transfers of the sender, to the receiver, this year.
        applied_kg: what other manifests have moved under the same application.
    """

    kept: frozenset[str] = frozenset()
    planned_kg: Mapping[str, Decimal] | None = None
    sent_kg: Mapping[str, Decimal] = field(default_factory=dict)
    permits: tuple[PermitFact, ...] = ()
    received_kg: Mapping[str, Decimal] = field(default_factory=dict)
    qualifications: tuple[QualificationFact, ...] = ()
    contracts: tuple[ContractFact, ...] = ()
    application: ApplicationFact | None = None
    applied_kg: Decimal = Decimal(0)


def covers(names: Iterable[str], code: str) -> bool:
    """True if a waste is named by its code (900-249-08) or its class (HW08)."""
    try:
        names_of_it = {code, waste_code.parse(code).category}
    except InvalidCode:
        names_of_it = {code}
    return not names_of_it.isdisjoint(names)


def sum_of(kilograms: Mapping[str, Decimal], names: Iterable[str]) -> Decimal:
    """The kilograms of all wastes that are named."""
    wanted = tuple(names)
    return sum((kg for code, kg in kilograms.items() if covers(wanted, code)), Decimal(0))
