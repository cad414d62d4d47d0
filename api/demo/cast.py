"""Who plays: invented parties in a real district, with well-formed codes."""

from dataclasses import dataclass

from waste_trace.codes import facility_code, uscc

REGION = "330482"


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation, its one site and the person who signs in for it."""

    key: str
    org: str
    name: str
    kind: str
    site_name: str
    site_kind: str
    username: str
    person: str

    @property
    def site(self) -> str:
        """The site's code (HJ 608 facility code), or "" for a party without one."""
        if not self.site_name:
            return ""
        home = facility_code.build_site(uscc.parse(self.org), 1, "P")
        return str(facility_code.build("TS", 1, home))


BUREAU = Party(
    "bureau",
    "11330482002512341H",
    "嘉兴市生态环境局平湖分局",
    "regulator",
    "",
    "",
    "regulator",
    "沈监管",
)
FACTORY = Party(
    "factory", "91330482MA2CUX11X3", "平湖宏达机械制造有限公司", "producer",
    "宏达危废贮存库", "贮存库", "producer", "陈仓管",
)  # fmt: skip
GARAGE = Party(
    "garage", "91330482MA28AB125R", "平湖永顺汽车维修厂", "producer", "", "", "garage", "张师傅"
)
PRINTER = Party(
    "printer", "91330482MA29CD2377", "平湖明德印刷厂", "producer", "", "", "printer", "李主管"
)
PLATFORM = Party(
    "platform", "91330482MA2BEF34X5", "平湖绿收小微危废收集有限公司", "platform",
    "绿收小微收集贮存库", "贮存库", "platform", "周收集",
)  # fmt: skip
CARRIER = Party(
    "carrier", "91330482MA2KGH459G", "嘉兴安运危险品运输有限公司", "transporter",
    "", "", "transporter", "吴驾驶",
)  # fmt: skip
PLANT = Party(
    "plant", "91330482MA2LJK569P", "嘉兴德固环保处置有限公司", "treatment",
    "德固接收贮存库", "贮存库", "treatment", "郑接收",
)  # fmt: skip
CAST = (BUREAU, FACTORY, GARAGE, PRINTER, PLATFORM, CARRIER, PLANT)

#: Verbs with which a person signs for a part of the manifest, and what the form calls the person.
_SIGNS = {"open_manifest": "handler", "load": "driver", "accept": "handler"}


def personal_of(party: Party, typ: str) -> dict[str, str]:
    """Name and telephone of who acts, for the verbs that ask for them. The numbers are invented."""
    role = _SIGNS.get(typ)
    if role is None:
        return {}
    number = 10_000_000 + CAST.index(party)
    return {f"{role}_name": party.person, f"{role}_phone": f"138{number}"}


CAMERA = "CAM-HD-01"
PLATE = "浙F7K21挂"
