"""A district of the size of Pinghu: invented parties with well-formed codes, places and habits."""

import random
from dataclasses import dataclass, field
from decimal import Decimal

from waste_trace.codes import facility_code, uscc

REGION = "330482"
CENTRE = (30.69, 121.02)
#: Waste code, name, form; what large and what small producers have.
LARGE_WASTES = (
    ("900-249-08", "废矿物油", "液态"),
    ("900-006-09", "废乳化液", "液态"),
    ("336-064-17", "表面处理污泥", "半固态"),
    ("900-252-12", "废漆渣", "半固态"),
    ("900-041-49", "沾染废包装", "固态"),
)
SMALL_WASTES = (
    ("900-214-08", "车辆维修废机油", "液态"),
    ("900-041-49", "沾染废包装", "固态"),
    ("900-023-29", "废荧光灯管", "固态"),
)
MEDICAL_WASTE = ("841-001-01", "感染性废物", "固态")
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_TOWNS = ("当湖", "钟埭", "曹桥", "乍浦", "新埭", "新仓", "独山港", "广陈", "林埭")
_LARGE_TRADES = ("机械", "电镀", "化工", "涂装", "印染", "电子", "紧固件")
_SMALL_TRADES = ("汽修", "五金", "印务", "洗车行", "农机站", "灯具店", "牙科诊所", "实验站")


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation with its store. ``position``: latitude, longitude of the store, or None."""

    org: str
    name: str
    kind: str
    site: str = ""
    site_kind: str = ""
    position: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Large:
    """A large producer.

    Attributes:
        drums: filled on a working day on average. every: days from one consignment to the next.
        carrier, plant: with whom it has its contracts.
    """

    party: Party
    waste: tuple[str, str, str]
    drums: float
    every: int
    carrier: Party
    plant: Party


@dataclass(frozen=True, slots=True)
class Small:
    """A small producer (小微产废单位). ``every``: days from one collection to the next."""

    party: Party
    waste: tuple[str, str, str]
    kg_a_day: float
    every: int
    platform: Party


@dataclass
class District:
    """Everybody."""

    hospital: Party
    large: list[Large] = field(default_factory=list)
    small: list[Small] = field(default_factory=list)
    platforms: list[Party] = field(default_factory=list)
    carriers: list[Party] = field(default_factory=list)
    plants: list[Party] = field(default_factory=list)

    def parties(self) -> list[Party]:
        """All organisations."""
        producers = [*(one.party for one in self.large), *(one.party for one in self.small)]
        services = [*self.plants, *self.platforms, *self.carriers, self.hospital]
        return [*services, *producers]


def build_district(producers: int, rng: random.Random) -> District:
    """A district with so many producers, about one in ten of them large."""
    district = District(_party(rng, "平湖康宁医院", "producer", "贮存库", _near(rng)))
    district.plants = [_party(rng, f"嘉兴{name}环保", "treatment", "贮存库", (30.75, west))
                       for name, west in (("德固", 120.72), ("清源", 120.74))]  # fmt: skip
    district.carriers = [_party(rng, f"{name}危货运输", "transporter") for name in ("安运", "通达",
                         "顺捷")]  # fmt: skip
    platforms = 2 if producers >= 100 else 1
    district.platforms = [_party(rng, f"{name}小微收集", "platform", "贮存库", _near(rng))
                          for name in ("绿收", "净源")[:platforms]]  # fmt: skip
    for number in range(max(2, round(producers / 10))):
        district.large.append(_large(number, district, rng))
    for number in range(producers - len(district.large)):
        district.small.append(_small(number, district, rng))
    return district


def new_small(district: District, rng: random.Random) -> Small:
    """One more small producer."""
    district.small.append(_small(len(district.small), district, rng))
    return district.small[-1]


def position_of(party: Party) -> tuple[Decimal, Decimal] | None:
    """Where a party's store is, as the ledger takes it."""
    if party.position is None:
        return None
    latitude, longitude = (Decimal(f"{degrees:.6f}") for degrees in party.position)
    return latitude, longitude


def _large(number: int, district: District, rng: random.Random) -> Large:
    kind = "贮存点" if number % 3 == 2 else "贮存库"
    name = f"{rng.choice(_TOWNS)}{rng.choice(_LARGE_TRADES)}{number + 1}厂"
    return Large(
        _party(rng, name, "producer", kind, _near(rng)),
        rng.choice(LARGE_WASTES),
        rng.uniform(0.7, 2.2),
        5 if number % 4 == 0 else rng.randint(8, 16),
        rng.choice(district.carriers),
        rng.choice(district.plants),
    )


def _small(number: int, district: District, rng: random.Random) -> Small:
    name = f"{rng.choice(_TOWNS)}{rng.choice(_SMALL_TRADES)}{number + 1}号"
    return Small(
        _party(rng, name, "producer"),
        rng.choice(SMALL_WASTES),
        rng.uniform(0.3, 2.5),
        rng.randint(24, 38),
        rng.choice(district.platforms),
    )


def _party(
    rng: random.Random,
    name: str,
    kind: str,
    site_kind: str = "",
    position: tuple[float, float] | None = None,
) -> Party:
    organisation = "MA" + "".join(rng.choice(_ALPHABET) for _ in range(7))
    org = str(uscc.build("9", "1", REGION, organisation))
    site = ""
    if site_kind:
        site = str(facility_code.build("TS", 1, facility_code.build_site(uscc.parse(org), 1, "P")))
    return Party(org, name, kind, site, site_kind, position)


def _near(rng: random.Random) -> tuple[float, float]:
    return CENTRE[0] + rng.uniform(-0.1, 0.1), CENTRE[1] + rng.uniform(-0.08, 0.12)
