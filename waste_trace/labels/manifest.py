"""What a printed transfer manifest says (危险废物转移联单; 转移管理办法, 部令23号, art. 7 to 20).

移出人 fills the first part, 承运人 the second, 接受人 the third. The set of fields is that of the
platforms (form of 2021 [M]); what nobody has filled in yet stays blank, to write by hand.
"""

from dataclasses import dataclass
from decimal import Decimal

from waste_trace.codes.digital_id import DigitalId
from waste_trace.codes.manifest_number import ManifestNumber


@dataclass(frozen=True, slots=True)
class Party:
    """A unit as a part of the manifest names it; ``licence`` is 营运证件号 or 经营许可证编号."""

    name: str
    code: str
    address: str = ""
    person: str = ""
    phone: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True)
class WasteLine:
    """One waste: what was sent, and what the receiver says of it; tonnes as decimals."""

    name: str
    code: str
    tonnes: Decimal
    packages: int
    hazards: str = ""
    form: str = ""
    harmful: str = ""
    package_zh: str = ""
    received_tonnes: Decimal | None = None
    decision: str = ""
    method: str = ""


@dataclass(frozen=True, slots=True)
class Carriage:
    """The journey: vehicle, driver, where and when; times as they are to be printed."""

    plate: str = ""
    driver: str = ""
    driver_phone: str = ""
    start: str = ""
    end: str = ""
    way: str = ""
    departed: str = ""
    arrived: str = ""


@dataclass(frozen=True, slots=True)
class PrintedManifest:
    """A manifest with its containers and the receipt of its newest event in the ledger.

    ``title``, ``licence``: as its form has them. ``further``: the parts of the carriers after the
    first. ``difference``: 是否存在重大差异.
    """

    number: ManifestNumber
    sender: Party
    carrier: Party
    receiver: Party
    lines: tuple[WasteLine, ...]
    carriage: Carriage
    containers: tuple[DigitalId, ...]
    receipt: str
    title: str = "危险废物转移联单"
    licence: str = "危险废物经营许可证编号"
    further: tuple[tuple[Party, Carriage], ...] = ()
    handed_over: str = ""
    received: str = ""
    difference: str = ""
    state_zh: str = ""
