"""Organisations, sites and device keys from the registrar's events."""

import json
from decimal import Decimal

from waste_trace.compliance.device_fork import device_fork
from waste_trace.ledger.device_chain import DeviceChain
from waste_trace.ledger.encoding import b64
from waste_trace.ledger.registry_bodies import ForkEvidence, read_body
from waste_trace.ledger.vkey import parse_vkey
from waste_trace.store.projector.findings import Findings
from waste_trace.store.projector.record import Record
from waste_trace.store.rows import Row, Rows
from waste_trace.store.tables import Device, Organisation, Site

#: Events of the registrar that change who and where.
REGISTRY_TYPES = frozenset(
    {"ledger.open", "key.enrol", "key.rotate", "key.revoke", "org.register", "site.register"}
)


def project_registry(record: Record, rows: Rows) -> None:
    """One event of the registrar (or a device's own rotation)."""
    event, body = record.event, record.event.body
    if event.typ == "ledger.open":
        registrar = parse_vkey(str(body["registrar"]))
        rows.put(Device, _device(record, "registrar", 0, "", "registrar", "service", "ed25519",
                                 b64(registrar.public_key)))  # fmt: skip
    elif event.typ == "key.enrol":
        rows.put(Device, _device(record, body["dev"], body["ep"], body["org"], body["name"],
                                 body["purpose"], body["alg"], body["pub"]))  # fmt: skip
    elif event.typ == "key.rotate":
        old = rows.get(Device, event.dev, event.ep) or {}
        rows.put(Device, _device(record, event.dev, body["ep"], old.get("org", ""),
                                 old.get("name", ""), old.get("purpose", "device"), body["alg"],
                                 body["pub"]))  # fmt: skip
    elif event.typ == "key.revoke":
        row = rows.get(Device, body["dev"], body["ep"])
        if row is not None:
            last = body["last_good_seq"]
            rows.put(Device, {**row, "revoked_idx": record.idx, "last_good_seq": last})
    elif event.typ == "org.register":
        kinds = body["kinds"]
        rows.put(
            Organisation,
            {
                "org": body["org"],
                "name": body["name"],
                "kinds": ",".join(map(str, kinds)) if isinstance(kinds, list) else "",
                "region": body["region"],
                "registered_idx": record.idx,
            },
        )
    elif event.typ == "site.register":
        capacity = body.get("capacity_kg")
        rows.put(
            Site,
            {
                "site": body["site"],
                "org": body["org"],
                "name": body["name"],
                "kind": body["kind"],
                "latitude": body.get("latitude"),
                "longitude": body.get("longitude"),
                "capacity_kg": None if capacity is None else Decimal(str(capacity)),
            },
        )


def project_fork(record: Record, rows: Rows, findings: Findings) -> None:
    """The registrar quotes a second event of a key: a finding on that key's organisation."""
    evidence = read_body(record.event)
    if not isinstance(evidence, ForkEvidence):
        return
    row = rows.get(Device, evidence.dev, evidence.ep) or {}
    key = f"{evidence.dev}/{evidence.ep}"
    raised = device_fork(key, str(row.get("org", "")), evidence.seq, evidence.index, record.idx)
    findings.add(raised, record)


def _device(
    record: Record, dev: object, ep: object, org: object, name: object, purpose: object,
    alg: object, public_key: object,
) -> Row:  # fmt: skip
    return {
        "dev": dev,
        "ep": ep,
        "org": org,
        "name": name,
        "purpose": purpose,
        "alg": alg,
        "public_key": public_key,
        "enrolled_idx": record.idx,
        "revoked_idx": None,
        "last_good_seq": None,
        "next_seq": 0,
        "last_hash": "",
        "chain": json.dumps(DeviceChain().to_value(), sort_keys=True),
        "last_seen_at": None,
    }
