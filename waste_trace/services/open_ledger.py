"""Open the ledger: leaf 0, and the keys of the ledger's own services."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from sqlalchemy import Connection, select

from waste_trace.custody.vocabulary import DESK
from waste_trace.ledger.encoding import b64
from waste_trace.services.deployment import Deployment
from waste_trace.store.key_store import service_key_name
from waste_trace.store.sequencer import Draft
from waste_trace.store.tables import Device
from waste_trace.store.tiles import read_head
from waste_trace.store.writing import table_of

#: Edition of the waste catalogue that lines are written under unless they say otherwise.
CATALOGUE_EDITION = "2021"
#: Service to its key's purpose and name.
SERVICES = {
    "issuer": ("label", "标签签发 label issuer"),
    "vision": ("service", "画面核验 vision"),
    "numbering": ("service", "联单取号 manifest numbers"),
    DESK: ("service", "办事窗口 desk"),
    "calendar": ("service", "日历巡查 calendar"),
}


def open_ledger(deployment: Deployment, continues: Mapping[str, object] | None = None) -> bool:
    """Write ``ledger.open`` and enrol the services, once; True if this call did it.

    ``continues``: what leaf 0 says of an earlier ledger (`restore_ledger`).
    """

    def build(connection: Connection) -> Sequence[Draft]:
        head = read_head(connection)
        if head is not None and head.size:
            return []
        opening: dict[str, object] = {
            "origin": deployment.sequencer.origin,
            "registrar": deployment.sequencer.registrar_vkey.text,
            "log_key": deployment.sequencer.log_vkey.text,
            "catalogue": CATALOGUE_EDITION,
            **(continues or {}),
        }
        enrolled = (draft for dev in SERVICES for draft in _enrol_all(deployment, dev))
        return [Draft("ledger.open", opening), *enrolled]

    return bool(deployment.sequencer.compose("registrar", build))


def enrol_service(deployment: Deployment, dev: str) -> None:
    """Enrol a service of the ledger that was opened before there was this service."""
    if deployment.sequencer.registry.key_for(dev, 0) is not None:
        return

    def build(connection: Connection) -> Sequence[Draft]:
        device = table_of(Device)
        there = connection.execute(select(device.c.dev).where(device.c.dev == dev)).first()
        return [] if there else [enrolment(deployment, dev, 0)]

    deployment.sequencer.compose("registrar", build)


def _enrol_all(deployment: Deployment, dev: str) -> Iterator[Draft]:
    """Its first key, and those after it that an earlier ledger has left (`restore_ledger`)."""
    yield enrolment(deployment, dev, 0)
    for ep in count(1):
        if not deployment.keys.has(service_key_name(dev, ep)):
            return
        yield enrolment(deployment, dev, ep)


def enrolment(deployment: Deployment, dev: str, ep: int) -> Draft:
    """The leaf that says with which key a service signs from now on."""
    purpose, name = SERVICES[dev]
    public_key = deployment.keys.key(service_key_name(dev, ep)).public_key
    return Draft(
        "key.enrol",
        {
            "dev": dev,
            "ep": ep,
            "alg": "ed25519",
            "pub": b64(public_key),
            "org": "",
            "purpose": purpose,
            "name": name,
            "from_seq": 0,
        },
    )
