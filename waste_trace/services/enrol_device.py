"""Enrol a device by one-time code and proof of possession; revoke it; both as leaves."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import ClassVar, cast

from sqlalchemy import Connection, select, update

from waste_trace.errors import WasteTraceError
from waste_trace.ledger.dsse import Envelope
from waste_trace.ledger.encoding import b64
from waste_trace.ledger.errors import InvalidSignature
from waste_trace.ledger.keys import verify
from waste_trace.ledger.leaf import Leaf, parse_leaf
from waste_trace.ledger.reasons import RevocationReason
from waste_trace.services.deployment import Deployment
from waste_trace.services.plain_text import MOST_NAME, is_plain
from waste_trace.services.prove import prove_event
from waste_trace.services.record_at_desk import sealed
from waste_trace.store.sequencer import Draft, Recorded
from waste_trace.store.tables import Device, EnrolmentCode
from waste_trace.store.tiles import leaves
from waste_trace.store.writing import insert_rows, table_of, write_transaction

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no 0 O 1 I: people read codes aloud
_CONTEXT = b"waste-trace-enrol-v1\n"
#: The name of the disclosure that says what people call a device; they may name it after one.
DEVICE_NAME = "device_name"


class EnrolmentRefused(WasteTraceError):
    """The one-time code or the proof of possession is not good."""

    code: ClassVar[str] = "enrolment-refused"
    default_do_zh = "请向管理员索取新的登记码，并在有效期内使用一次。"
    default_do_en = "Ask the administrator for a new code and use it once, in time."


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A device that may sign from now on; ``envelope`` is the leaf that the receipt proves."""

    dev: str
    ep: int
    org: str
    site: str
    actor: str
    receipt: str
    envelope: Envelope


def create_enrolment_code(
    deployment: Deployment, org: str, site: str, actor: str, created_by: str, hours: int = 24
) -> str:
    """A one-time code for a device of ``org``, used by the person ``actor`` (a pseudonym)."""
    code = "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))
    row = {
        "code_hash": _hash(code),
        "org": org,
        "site": site,
        "actor": actor,
        "created_by": created_by,
        "expires_at": deployment.now() + timedelta(hours=hours),
        "used_by_dev": "",
    }
    with write_transaction(deployment.engine) as connection:
        insert_rows(connection, EnrolmentCode, [row])
    return code


def possession_message(code: str, algorithm: str, public_key: bytes) -> bytes:
    """What a device signs to show that it holds the key it wants enrolled."""
    return _CONTEXT + f"{code}\n{algorithm}\n{b64(public_key)}".encode()


def enrol_device(
    deployment: Deployment, code: str, algorithm: str, public_key: bytes, name: str, proof: bytes
) -> Enrolled:
    """Turn a code and a key into an enrolled device; the same code and key give the same answer.

    Args:
        name: what people call it; kept beside the ledger, where the device goes by its id.

    Raises:
        EnrolmentRefused
    """
    try:
        verify(algorithm, public_key, proof, possession_message(code, algorithm, public_key))
    except InvalidSignature as error:
        raise EnrolmentRefused(
            "设备未能证明持有该密钥。", "The device did not prove that it holds the key."
        ) from error
    if not is_plain(name, MOST_NAME):
        raise EnrolmentRefused(
            f"设备名称应为 1 至 {MOST_NAME} 个可读的字符。",
            f"A device's name has 1 to {MOST_NAME} readable characters.",
            do_zh="请改用其他设备名称后重试。",
            do_en="Choose another name for the device and try again.",
        )
    dev = f"dev-{hashlib.sha256(public_key).hexdigest()[:16]}"
    found: dict[str, str] = {}

    def build(connection: Connection) -> Sequence[Draft]:
        row = _use_code(connection, deployment, code, dev)
        found.update(org=row.org, site=row.site, actor=row.actor)
        if row.used_by_dev == dev:
            return []
        _require_new(connection, dev)
        body: dict[str, object] = {
            "dev": dev,
            "ep": 0,
            "alg": algorithm,
            "pub": b64(public_key),
            "org": row.org,
            "purpose": "device",
            "name": dev,
            "from_seq": 0,
        }
        said, disclosures = sealed(body, {DEVICE_NAME: name})
        keep = partial(deployment.vault.keep, disclosures=disclosures, now=deployment.now())
        return [Draft("key.enrol", said, beside=keep)]

    written = deployment.sequencer.compose("registrar", build)
    index = written[0].index if written else _where(deployment, dev)
    receipt = written[0].receipt if written else prove_event(deployment, index)
    envelope = _leaf(deployment, index).envelope
    return Enrolled(dev, 0, found["org"], found["site"], found["actor"], receipt, envelope)


def revoke_device(
    deployment: Deployment, dev: str, reason: RevocationReason, *, last_good_seq: int | None = None
) -> Recorded:
    """End a device's key; events up to ``last_good_seq`` (default: those logged) still count.

    Raises:
        EnrolmentRefused: no such device. The ledger's own services are none: without its
            registrar a ledger could never take in anybody again.
    """
    registry = deployment.sequencer.refresh()
    key = registry.current_key(dev)
    if key is None or key.purpose != "device":
        raise EnrolmentRefused(
            f"没有设备 {dev}。",
            f"There is no device {dev}.",
            do_zh="请在设备列表中核对设备编号。",
            do_en="Check the device's id in the list of devices.",
            dev=dev,
        )
    epoch = key.ep

    def build(connection: Connection) -> Sequence[Draft]:
        device = table_of(Device)
        head = connection.execute(
            select(device.c.next_seq).where(device.c.dev == dev, device.c.ep == epoch)
        ).scalar_one()
        last = head - 1 if last_good_seq is None else last_good_seq
        body: dict[str, object] = {
            "dev": dev,
            "ep": epoch,
            "last_good_seq": last,
            "reason": reason.value,
        }
        return [Draft("key.revoke", body)]

    return deployment.sequencer.compose("registrar", build)[0]


def _use_code(connection: Connection, deployment: Deployment, code: str, dev: str) -> EnrolmentCode:
    """Take the code for this device, in the transaction that writes the leaf."""
    table = table_of(EnrolmentCode)
    digest = _hash(code)
    row = connection.execute(select(table).where(table.c.code_hash == digest)).first()
    if row is None or row.expires_at < deployment.now() or row.used_by_dev not in ("", dev):
        raise EnrolmentRefused(
            "登记码无效、已过期或已被使用。", "The code is unknown, expired or used."
        )
    connection.execute(update(table).where(table.c.code_hash == digest).values(used_by_dev=dev))
    return cast(EnrolmentCode, row)


def _require_new(connection: Connection, dev: str) -> None:
    table = table_of(Device)
    if connection.execute(select(table.c.dev).where(table.c.dev == dev)).first() is not None:
        raise EnrolmentRefused(
            "该密钥已经登记过。",
            "This key is enrolled already.",
            do_zh="请在设备上重新生成密钥后再登记；登记码未被使用。",
            do_en="Make a new key on the device and enrol that; the code has not been used.",
            dev=dev,
        )


def _where(deployment: Deployment, dev: str) -> int:
    table = table_of(Device)
    with deployment.engine.connect() as connection:
        return int(
            connection.execute(
                select(table.c.enrolled_idx).where(table.c.dev == dev, table.c.ep == 0)
            ).scalar_one()
        )


def _leaf(deployment: Deployment, index: int) -> Leaf:
    with deployment.engine.connect() as connection:
        return parse_leaf(leaves(connection, index, index + 1)[0])


def _hash(code: str) -> str:
    return hashlib.sha256(code.strip().upper().encode()).hexdigest()
