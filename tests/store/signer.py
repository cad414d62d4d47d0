"""Devices in memory: they sign for the sequencer directly, without notebook, service or HTTP."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from tests.cast import FACTORY, produce
from waste_trace.ledger.dsse import Envelope, sign_envelope
from waste_trace.ledger.encoding import b64
from waste_trace.ledger.event import (
    PAYLOAD_TYPE,
    Event,
    Seen,
    build_payload,
    new_event_id,
    parse_event,
    payload_hash,
)
from waste_trace.ledger.keys import SigningKey
from waste_trace.ledger.receipt import VerifiedReceipt, verify_receipt
from waste_trace.store.sequencer import Draft, Recorded, Sequencer, Submitted

T = "2026-11-23T08:00:00.000Z"


class Signer:
    """A device with its chain, enrolled in the ledger of a sequencer."""

    def __init__(self, sequencer: Sequencer, dev: str, org: str = FACTORY) -> None:
        self.sequencer = sequencer
        self.dev = dev
        self.org = org
        self.key = SigningKey.generate()
        self.seq = 0
        self.prev = b""
        enrolment: dict[str, object] = {
            "dev": dev,
            "ep": 0,
            "alg": "ed25519",
            "pub": b64(self.key.public_key),
            "org": org,
            "purpose": "device",
            "name": dev,
            "from_seq": 0,
        }

        def build(_: Connection) -> Sequence[Draft]:
            return [Draft("key.enrol", enrolment)]

        sequencer.compose("registrar", build)

    def sign(
        self,
        typ: str = "produce",
        body: Mapping[str, Any] | None = None,
        *,
        seq: int | None = None,
        at: str = T,
    ) -> Submitted:
        """The next event of the chain, or another one with a number that was used."""
        event = Event(
            log=self.sequencer.origin,
            typ=typ,
            id=new_event_id(1_795_420_800_000, os.urandom(10)),
            dev=self.dev,
            ep=0,
            seq=self.seq if seq is None else seq,
            prev=self.prev if seq is None else (b"" if seq == 0 else bytes(32)),
            seen=Seen(),
            t=at,
            off=False,
            act="usr_tester01",
            org=self.org,
            site="",
            body=dict(produce() if body is None else body),
        )
        payload = build_payload(event)
        if seq is None:
            self.seq, self.prev = self.seq + 1, payload_hash(payload)
        return self.submitted(sign_envelope(payload, PAYLOAD_TYPE, event.key_id, self.key))

    def submitted(self, envelope: Envelope) -> Submitted:
        """An envelope as the services hand it to the sequencer."""
        payload = envelope.payload
        return Submitted(envelope, parse_event(payload), payload_hash(payload))

    def append(self, count: int = 1) -> list[Recorded]:
        """Sign and append events, one batch or several."""
        answers = [self.sequencer.submit(self.sign()) for _ in range(count)]
        return [answer.result(60) for answer in answers]


def proven(sequencer: Sequencer, item: Submitted, recorded: Recorded) -> VerifiedReceipt:
    """The receipt of an event, verified with the log's public key alone."""
    return verify_receipt(recorded.receipt, item.envelope, sequencer.log_vkey.text)
