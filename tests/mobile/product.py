"""The product's own server, as the browser tests see it: its address, its people and its ledger.

One server serves the whole folder; nothing of the product is imitated. What is not honest in the
tests of distrust is the road between this server and the page, which those tests tamper with.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

import migrations
from tests.cast import BUREAU, KINDS, PLATFORM, WASTE, register_all
from tests.conftest import settings_for
from tests.http import http_client
from tests.serving import application, serving
from waste_trace.codes import digital_id, label_token, place_token
from waste_trace.codes.place_token import PlaceKind
from waste_trace.ledger.dsse import Envelope
from waste_trace.ledger.encoding import b64
from waste_trace.ledger.event import Event, parse_event
from waste_trace.ledger.keys import SigningKey
from waste_trace.ledger.leaf import parse_leaf
from waste_trace.services.deployment import Deployment
from waste_trace.services.enrol_device import possession_message
from waste_trace.services.open_ledger import open_ledger
from waste_trace.services.sign_in import create_user
from waste_trace.store.engine import open_engine
from waste_trace.store.tiles import all_leaves, read_head


@dataclass(frozen=True)
class Logged:
    """One accepted event with the key that signed it."""

    event: Event
    envelope: Envelope
    algorithm: str
    public_key: bytes


@dataclass
class Product:
    """A running server with one signed-in person for each organisation of the cast."""

    deployment: Deployment
    url: str
    people: dict[str, httpx.Client] = field(default_factory=dict)

    def person(self, org: str) -> httpx.Client:
        """An HTTP client that an organisation's person signed in with."""
        if org not in self.people:
            name, password = f"person-{org[-4:].lower()}", secrets.token_hex(12)
            create_user(self.deployment, name, password, "测试员", KINDS[org], org)
            client = http_client(self.url)
            answer = client.post("/v1/session", json={"username": name, "password": password})
            assert answer.status_code == 201, answer.text
            client.headers["authorization"] = f"Bearer {answer.json()['token']}"
            client.cookies.clear()
            self.people[org] = client
        return self.people[org]

    def ask(self, org: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """What an organisation's person gets for a request that succeeds."""
        answer = self.person(org).post(path, json=body)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def new_code(self, org: str, site: str = "") -> str:
        """A fresh one-time enrolment code."""
        return str(self.ask(org, "/v1/devices/codes", {"site": site})["code"])

    def enrol_stranger(self) -> dict[str, Any]:
        """The answer that another device of the platform got when it enrolled."""
        key, code = SigningKey.generate(), self.new_code(PLATFORM)
        asked = {
            "code": code,
            "alg": key.algorithm,
            "pub": b64(key.public_key),
            "name": "另一台",
            "proof": b64(key.sign(possession_message(code, key.algorithm, key.public_key))),
        }
        return self.ask(PLATFORM, "/v1/devices/enrol", asked)

    def issue(self, org: str) -> str:
        """The signed text of the label of a container that really was issued today."""
        day = datetime.now(UTC).date().isoformat()
        asked = {"waste_code": WASTE, "day": day, "count": 1}
        return str(self.ask(org, "/v1/labels", asked)["labels"][0]["text"])

    def reissue(self, org: str, label: str) -> str:
        """The new label of a container whose label was lost."""
        code = str(label_token.parse(label).digital_id)
        return str(self.ask(org, f"/v1/labels/{code}/reissue", {"reason": "lost"})["text"])

    def revoke(self, dev: str) -> None:
        """End a device's key, as the bureau does for a lost one."""
        answer = self.person(BUREAU).post(f"/v1/devices/{dev}/revoke", json={"reason": "lost"})
        assert answer.status_code == 200, answer.text

    def label(self, text: str, rotation: int = 0) -> str:
        """The text of a container's label under the issuer's real key, whatever the code."""
        issuer = self.deployment.keys.key("issuer")
        return label_token.sign(digital_id.parse(text), rotation, issuer).text

    def place(self, kind: PlaceKind, code: str) -> str:
        """The signed text of a place's code."""
        return place_token.sign(kind, code, self.deployment.keys.key("issuer")).text

    def logged(self) -> list[Logged]:
        """The events of handhelds that are in the ledger, oldest first."""
        with self.deployment.engine.connect() as connection:
            head = read_head(connection)
            assert head is not None
            envelopes = [parse_leaf(leaf).envelope for _, leaf in all_leaves(connection, head.size)]
        registry = self.deployment.sequencer.refresh()
        found = []
        for envelope in envelopes:
            event = parse_event(envelope.payload)
            key = registry.key_for(event.dev, event.ep)
            if key is not None and key.purpose == "device":
                found.append(Logged(event, envelope, key.algorithm, key.public_key))
        return found

    def log_key(self) -> str:
        """The ledger's verifier key."""
        return self.deployment.sequencer.log_vkey.text


@contextmanager
def serve_product(folder: Path) -> Iterator[Product]:
    """Run the product over a new migrated database, by the machine's own clock."""
    database = f"sqlite:///{folder / 'mobile.db'}"
    engine = open_engine(database)
    migrations.upgrade(engine)
    engine.dispose()
    deployment = Deployment.open(settings_for(database, folder / "data"))
    assert open_ledger(deployment)
    register_all(deployment)
    try:
        with serving(application(deployment)) as url:
            product = Product(deployment, url)
            yield product
            for client in product.people.values():
                client.close()
    finally:
        deployment.close()
