"""Another key for the registrar, the log or one of the ledger's own services (换钥).

For a service, whose key is old or was stolen, two leaves of the registrar in one transaction: the
new key counts, and the old one no longer does. What the old key has signed until then stays good,
labels in the yards included. The registrar has nobody above it: its old key names its next one. The
log's next key is named by the registrar, and both keys sign the checkpoint that covers the leaf.
"""

from collections.abc import Sequence
from typing import ClassVar

from sqlalchemy import Connection, select

from waste_trace.custody.errors import CustodyError
from waste_trace.ledger.encoding import b64
from waste_trace.ledger.note import log_vkey
from waste_trace.ledger.reasons import RenewalReason
from waste_trace.ledger.registry import REGISTRAR
from waste_trace.services.deployment import Deployment
from waste_trace.services.open_ledger import SERVICES, enrolment
from waste_trace.store.key_store import service_key_name
from waste_trace.store.sequencer import Draft, Recorded
from waste_trace.store.sequencer.own_keys import LOG
from waste_trace.store.tables import Device
from waste_trace.store.writing import table_of

RENEWABLE = (LOG, REGISTRAR, *SERVICES)


class RenewalRefused(CustodyError):
    """There is no such service."""

    code: ClassVar[str] = "renewal-refused"
    default_do_zh = f"名称：{'、'.join(RENEWABLE)}。"
    default_do_en = f"The names are {', '.join(RENEWABLE)}."


def renew_key(deployment: Deployment, name: str, reason: RenewalReason) -> Recorded:
    """Make a new key for ``name``, one of `RENEWABLE`; the leaf from which on it counts.

    Raises:
        RenewalRefused
    """
    if name not in RENEWABLE:
        raise RenewalRefused(f"不能更换“{name}”的密钥。", f"The key of {name!r} cannot be renewed.")
    if name == REGISTRAR:
        return _renew_registrar_key(deployment, reason)
    if name == LOG:
        return _renew_log_key(deployment, reason)
    return _renew_service_key(deployment, name, reason)


def _renew_service_key(deployment: Deployment, dev: str, reason: RenewalReason) -> Recorded:
    """Enrol the next key and end the one before, in the name of the registrar."""
    ep = deployment.sequencer.refresh().epochs[dev]

    def build(connection: Connection) -> Sequence[Draft]:
        device = table_of(Device)
        own = (device.c.dev == dev) & (device.c.ep == ep)
        next_seq = connection.execute(select(device.c.next_seq).where(own)).scalar_one()
        ended: dict[str, object] = {
            "dev": dev,
            "ep": ep,
            "last_good_seq": next_seq - 1,
            "reason": reason.value,
        }
        return [enrolment(deployment, dev, ep + 1), Draft("key.revoke", ended)]

    return deployment.sequencer.compose("registrar", build)[0]


def _renew_registrar_key(deployment: Deployment, reason: RenewalReason) -> Recorded:
    """``key.rotate``, as a device does it: the old key signs which one comes after it."""
    ep = deployment.sequencer.refresh().epochs[REGISTRAR]
    public_key = deployment.keys.key(service_key_name(REGISTRAR, ep + 1)).public_key

    def build(connection: Connection) -> Sequence[Draft]:
        device = table_of(Device)
        own = (device.c.dev == REGISTRAR) & (device.c.ep == ep)
        chain = select(device.c.next_seq, device.c.last_hash).where(own)
        next_seq, last_hash = connection.execute(chain).one()
        body: dict[str, object] = {
            "ep": ep + 1,
            "alg": "ed25519",
            "pub": b64(public_key),
            "last_seq": next_seq - 1,
            "last_hash": last_hash,
            "reason": reason.value,
        }
        return [Draft("key.rotate", body)]

    return deployment.sequencer.compose(REGISTRAR, build)[0]


def _renew_log_key(deployment: Deployment, reason: RenewalReason) -> Recorded:
    sequencer = deployment.sequencer
    ep = sequencer.refresh().log_keys.epoch + 1
    key = deployment.keys.key(service_key_name(LOG, ep))
    body: dict[str, object] = {
        "ep": ep,
        "vkey": log_vkey(sequencer.origin, key).text,
        "replaces": sequencer.log_vkey.text,
        "reason": reason.value,
    }
    return sequencer.compose(REGISTRAR, lambda _: [Draft("log.key", body)])[0]
