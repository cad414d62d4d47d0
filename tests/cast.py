"""Parties with devices, and the usual events of a drum's life as bodies."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.devices import Device, MakeDevice
from waste_trace.services.deployment import Deployment
from waste_trace.services.issue_labels import issue_labels
from waste_trace.services.number_manifest import number_manifest
from waste_trace.services.register_party import register_organisation, register_site
from waste_trace.services.sign_in import Person

REGION = "330482"
DAY = date(2026, 11, 23)
WASTE = "900-214-08"
BATCH = "HWCS20261123001"

BUREAU = "11330482002512341H"
FACTORY = "91330482MA2CUX11X3"
GARAGE = "91330482MA28AB125R"
PLATFORM = "91330482MA2BEF34X5"
CARRIER = "91330482MA2KGH459G"
PLANT = "91330482MA2LJK569P"
KINDS = {
    BUREAU: "regulator",
    FACTORY: "producer",
    GARAGE: "producer",
    PLATFORM: "platform",
    CARRIER: "transporter",
    PLANT: "treatment",
}
SITES = {FACTORY: "TS-FACTORY", PLATFORM: "TS-PLATFORM", PLANT: "TS-PLANT"}


def person(org: str) -> Person:
    """Somebody of an organisation, as the services are told who asks."""
    return Person("tester", "测试", KINDS[org], org, "usr_tester01")


def register_all(deployment: Deployment) -> None:
    """Write every organisation and site into the ledger."""
    for org, kind in KINDS.items():
        register_organisation(deployment, org, f"单位 {org[-4:]}", [kind], REGION)
    for org, site in SITES.items():
        register_site(deployment, site, org, "贮存库", "贮存库")


@dataclass
class Cast:
    """One device for each organisation, made when it first speaks."""

    deployment: Deployment
    make: MakeDevice
    devices: dict[str, Device] = field(default_factory=dict)

    def device(self, org: str) -> Device:
        """The device of an organisation."""
        if org not in self.devices:
            self.devices[org] = self.make(org, SITES.get(org, ""))
        return self.devices[org]

    def containers(self, count: int = 1, unit: str = FACTORY) -> list[str]:
        """Newly issued codes."""
        issued = issue_labels(self.deployment, unit, WASTE, DAY, count)
        return [str(token.digital_id) for token in issued.tokens]

    def manifest(self, org: str = FACTORY) -> str:
        """A new manifest number."""
        return number_manifest(self.deployment, org, DAY.year)


def produce(weight_kg: str = "500.000", **more: Any) -> dict[str, Any]:
    """A ``produce`` body."""
    return {
        "batch": BATCH,
        "waste_code": WASTE,
        "edition": "2021",
        "waste_name": "废矿物油",
        "form": "液态",
        "weight_kg": weight_kg,
        **more,
    }


def fill(code: str, weight_kg: str = "180.000") -> dict[str, Any]:
    """A ``fill`` body of one container."""
    return {"containers": [code], "batch": BATCH, "weight_kg": weight_kg}


def collect(code: str, weight_kg: str = "18.000", from_org: str = GARAGE) -> dict[str, Any]:
    """A ``collect`` body of one container."""
    return {"containers": [code], "from_org": from_org, "weight_kg": weight_kg}


def merge(codes: list[str], into: str, weight_kg: str) -> dict[str, Any]:
    """A ``merge`` body."""
    return {"containers": codes, "into": into, "weight_kg": weight_kg}


def open_manifest(number: str, codes: list[str], weight_kg: str = "180.000") -> dict[str, Any]:
    """An ``open_manifest`` body with one line."""
    line = {
        "waste_code": WASTE,
        "edition": "2021",
        "waste_name": "废矿物油",
        "weight_kg": weight_kg,
        "packages": len(codes),
    }
    return {
        "containers": codes,
        "manifest": number,
        "carrier": CARRIER,
        "receiver": PLANT,
        "lines": [line],
    }


def transport(number: str, codes: list[str], **more: Any) -> dict[str, Any]:
    """A ``load``, ``depart`` or ``arrive`` body."""
    return {"containers": codes, "manifest": number, "vehicle_plate": "浙F7K21挂", **more}


def weigh_in(number: str, codes: list[str], weight_kg: str = "180.000") -> dict[str, Any]:
    """A ``weigh_in`` body."""
    return {"containers": codes, "manifest": number, "weight_kg": weight_kg}


def treat(codes: list[str], weight_kg: str = "180.000") -> dict[str, Any]:
    """A ``treat`` body."""
    return {"containers": codes, "method": "R9", "weight_kg": weight_kg}
