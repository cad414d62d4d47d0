"""Devices that sign in memory: the same events, chain and quoted checkpoint as a handheld's."""

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime

from api.simulate.district import Party
from api.simulate.plan import Deed
from waste_trace.ledger.dsse import envelope_bytes, sign_envelope
from waste_trace.ledger.event import (
    PAYLOAD_TYPE,
    Event,
    Seen,
    build_payload,
    new_event_id,
    payload_hash,
)
from waste_trace.ledger.keys import SigningKey
from waste_trace.services.deployment import Deployment
from waste_trace.services.enrol_device import (
    create_enrolment_code,
    enrol_device,
    possession_message,
)


@dataclass
class SigningDevice:
    """An enrolled device. ``seen``: the newest checkpoint that it has verified."""

    key: SigningKey
    dev: str
    ep: int
    actor: str
    origin: str
    seen: Seen = field(default_factory=lambda: Seen(0, b""))
    seq: int = 0
    prev: bytes = b""

    def sign(self, deed: Deed, body: dict[str, object]) -> bytes:
        """The envelope of a deed; the device's chain moves on."""
        claimed = (deed.claim or deed.at).astimezone(UTC)
        event = Event(
            log=self.origin,
            typ=deed.typ,
            id=new_event_id(int(claimed.timestamp() * 1000), os.urandom(10)),
            dev=self.dev,
            ep=self.ep,
            seq=self.seq,
            prev=self.prev,
            seen=self.seen,
            t=claimed.strftime("%Y-%m-%dT%H:%M:%S.") + f"{claimed.microsecond // 1000:03d}Z",
            off=deed.heard is not None,
            act=self.actor,
            org=deed.party.org,
            site=deed.site,
            body=body,  # type: ignore[arg-type]
        )
        payload = build_payload(event)
        self.seq, self.prev = self.seq + 1, payload_hash(payload)
        return envelope_bytes(sign_envelope(payload, PAYLOAD_TYPE, event.key_id, self.key))


def new_device(deployment: Deployment, name: str, party: Party) -> SigningDevice:
    """Enrol a device with a new key by a one-time code, as people do."""
    key, actor = SigningKey.generate(), "usr_simulated"
    code = create_enrolment_code(deployment, party.org, party.site, actor, "simulate")
    proof = key.sign(possession_message(code, key.algorithm, key.public_key))
    shown = name.rpartition("/")[2]
    enrolled = enrol_device(deployment, code, key.algorithm, key.public_key, shown, proof)
    return SigningDevice(key, enrolled.dev, enrolled.ep, actor, deployment.sequencer.origin)


def claimed_ms(moment: datetime) -> int:
    """Unix milliseconds."""
    return int(moment.timestamp() * 1000)
