"""A device as the list shows it: how far it has come, what is missing, whether it still signs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.console.show import Named, shanghai
from waste_trace.ledger.device_chain import DeviceChain
from waste_trace.ledger.registry import REGISTRAR

_PURPOSES: Mapping[str, Named] = {
    "device": Named("终端", "device"),
    "label": Named("签发", "label issuer"),
    "service": Named("服务", "service"),
}


@dataclass(frozen=True, slots=True)
class DeviceView:
    """One key of one device.

    Attributes:
        gaps: numbers of records that have not arrived, as text; "" if none is missing.
        signs: the key still counts.
        name_kept: what has become of its name, if it stands beside the ledger.
    """

    dev: str
    ep: int
    name: str
    name_kept: str
    org_name: str
    purpose: Named
    alg: str
    records: int
    gaps: str
    last_seen: str
    enrolled_idx: int
    revoked_idx: int | None
    last_good_seq: int | None
    signs: bool
    revocable: bool


def view_device(row: Mapping[str, Any]) -> DeviceView:
    """The view of a device's row (with ``org_name``)."""
    chain = DeviceChain.from_value(json.loads(row["chain"]))
    return DeviceView(
        dev=row["dev"],
        ep=row["ep"],
        # Leaf 0 names its key and no name for it; the other services are named when enrolled.
        name="登记员 registrar" if row["dev"] == REGISTRAR else row["name"],
        name_kept=row["name_kept"],
        org_name=row["org_name"] or row["org"] or "台账服务",
        purpose=_PURPOSES.get(row["purpose"], Named(row["purpose"], row["purpose"])),
        alg=row["alg"],
        records=row["next_seq"] - chain.missing,
        gaps="、".join(str(a) if a == b else f"{a}–{b}" for a, b in chain.gaps),
        last_seen=shanghai(row["last_seen_at"]),
        enrolled_idx=row["enrolled_idx"],
        revoked_idx=row["revoked_idx"],
        last_good_seq=row["last_good_seq"],
        signs=row["revoked_idx"] is None,
        revocable=row["purpose"] == "device" and row["revoked_idx"] is None,
    )


def enrolment_link(base_url: str, code: str) -> str:
    """Where the QR leads: the handheld's page; the code stands behind #, which no server sees."""
    return f"{base_url.rstrip('/')}/handheld/#enrol={code}"
