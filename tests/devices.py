"""Enrolled handhelds that sign events in tests and hand them to the services without HTTP."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from scanner.agent import Handheld
from scanner.agent.sync import event_request
from waste_trace.codes.signature import key_id
from waste_trace.ledger.encoding import b64
from waste_trace.ledger.keys import Algorithm
from waste_trace.services.deployment import Deployment
from waste_trace.services.enrol_device import (
    create_enrolment_code,
    enrol_device,
    possession_message,
)
from waste_trace.services.record_event import record_event
from waste_trace.store.sequencer import Recorded

ACTOR = "usr_tester01"


class Clock:
    """A clock that moves only when a test moves it; milliseconds since 1970."""

    def __init__(self, start: datetime) -> None:
        self.ms = int(start.timestamp() * 1000)

    def __call__(self) -> int:
        return self.ms

    def forward(self, **how_far: float) -> None:
        """Move by a timedelta's arguments."""
        self.ms += int(timedelta(**how_far) / timedelta(milliseconds=1))


class Device:
    """A handheld of an organisation, with its notebook, beside a deployment."""

    def __init__(self, deployment: Deployment, handheld: Handheld) -> None:
        self.deployment = deployment
        self.handheld = handheld

    @property
    def dev(self) -> str:
        """The device id."""
        return str(self.handheld.identity["dev"])

    def sign(
        self,
        typ: str,
        body: Mapping[str, Any],
        *,
        at: datetime | None = None,
        offline: bool = False,
        site: str | None = None,
        personal: Mapping[str, str] | None = None,
    ) -> bytes:
        """Record an event on the device; what it posts. ``at``: the deployment's now."""
        at = at or self.deployment.now()
        seq = self.handheld.record(typ, body, at=at, offline=offline, site=site, personal=personal)
        notebook = self.handheld.notebook
        return event_request(notebook.records()[seq].envelope, notebook.disclosures(seq))

    def send(self, envelope: bytes) -> Recorded:
        """Hand an envelope in, as the HTTP edge would."""
        return record_event(self.deployment, envelope, remote="test")

    def tell(
        self,
        typ: str,
        body: Mapping[str, Any],
        *,
        at: datetime | None = None,
        offline: bool = False,
        site: str | None = None,
        personal: Mapping[str, str] | None = None,
    ) -> Recorded:
        """Sign an event and hand it in."""
        return self.send(self.sign(typ, body, at=at, offline=offline, site=site, personal=personal))


def enrolled_device(
    deployment: Deployment,
    folder: Path,
    org: str,
    *,
    site: str = "",
    algorithm: Algorithm = "ed25519",
) -> Device:
    """A new device with a new key, enrolled for ``org`` by a one-time code."""
    handheld = Handheld(folder, "tests", algorithm)
    code = create_enrolment_code(deployment, org, site, ACTOR, "tests")
    key = handheld.key
    proof = key.sign(possession_message(code, key.algorithm, key.public_key))
    enrolled = enrol_device(
        deployment, code, key.algorithm, key.public_key, "手持端 handheld", proof
    )
    handheld.notebook.remember(
        identity={
            "dev": enrolled.dev,
            "ep": enrolled.ep,
            "org": enrolled.org,
            "act": enrolled.actor,
            "site": enrolled.site,
            "origin": deployment.sequencer.origin,
            "log_vkey": deployment.sequencer.log_vkey.text,
            "issuers": _issuers(deployment),
        }
    )
    return Device(deployment, handheld)


def _issuers(deployment: Deployment) -> dict[str, str]:
    public_key = deployment.keys.key("issuer").public_key
    return {key_id(public_key): b64(public_key)}


#: ``handheld(org)``: a new enrolled device of that organisation.
MakeDevice = Callable[..., Device]
