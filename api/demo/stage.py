"""What the story is played on: the real server on a real port, signed-in people, real devices."""

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from api.demo.cast import Party, personal_of
from api.demo.clock import StoryClock
from scanner.agent import Handheld, SyncReport, enrol, sync
from waste_trace.services.deployment import Deployment


class NotProven(Exception):
    """A step's claim does not hold."""


def prove(claim: bool, what: str) -> None:
    """Fail the step unless the claim holds."""
    if not claim:
        raise NotProven(what)


@contextmanager
def serving(app: FastAPI, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Run an application on a port (0: a free one) in a thread; its base URL."""
    config = uvicorn.Config(app, host=host, port=port, log_level="warning", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="http", daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise OSError(f"the server did not start on {host}:{port}")
        time.sleep(0.01)
    address = server.servers[0].sockets[0].getsockname()
    try:
        yield f"http://{address[0]}:{address[1]}"
    finally:
        server.should_exit = True
        thread.join()


@cache
def _trust() -> ssl.SSLContext:
    """Read once: the list of the world's authorities costs a tenth of a second each time."""
    return ssl.create_default_context()


@dataclass
class Stage:
    """The story's hands: HTTP clients by party, and their handhelds.

    Attributes:
        passwords: of the people, by user name.
        receipts: how many receipts devices have checked. photographs: how many were taken.
    """

    deployment: Deployment
    base_url: str
    clock: StoryClock
    folder: Path
    passwords: dict[str, str]
    handhelds: dict[str, Handheld] = field(default_factory=dict)
    receipts: int = 0
    photographs: int = 0
    decode_ms: list[float] = field(default_factory=list)
    _tokens: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    def client(self, party: Party | None = None) -> httpx.Client:
        """An HTTP client, signed in for a party (or nobody)."""
        headers = {} if party is None else {"authorization": f"Bearer {self._token(party)}"}
        return httpx.Client(base_url=self.base_url, timeout=60, headers=headers, verify=_trust())

    def _token(self, party: Party) -> str:
        """A session of the party's person, a new one when the story's clock has moved far."""
        token, since = self._tokens.get(party.key, ("", self.clock.now()))
        if not token or self.clock.now() - since > timedelta(hours=8):
            secret = {"username": party.username, "password": self.passwords[party.username]}
            with self.client() as client:
                answer = self.checked(client.post("/v1/session", json=secret))
            token = str(answer.json()["token"])
            self._tokens[party.key] = (token, self.clock.now())
        return token

    def checked(self, answer: httpx.Response) -> httpx.Response:
        """The answer, if it is a success."""
        prove(answer.is_success, f"{answer.request.url.path}: {answer.status_code} {answer.text}")
        return answer

    def call(self, party: Party, method: str, path: str, **options: Any) -> Any:
        """One call as a party's person; the JSON."""
        with self.client(party) as client:
            return self.checked(client.request(method, path, **options)).json()

    def enrol(self, party: Party, name: str) -> Handheld:
        """A new device of a party, enrolled with a code that its person asked for."""
        code = self.call(party, "POST", "/v1/devices/codes", json={"site": party.site})["code"]
        handheld = Handheld(self.folder / "devices" / party.key, "demonstration")
        with self.client() as client:
            enrol(handheld, client, code, name)
        self.handhelds[party.key] = handheld
        return handheld

    def record(self, party: Party, typ: str, body: dict[str, Any], *, offline: bool = False) -> int:
        """Sign an event on the party's device now; its sequence number there.

        Whoever loads or accepts is named, as the manifest wants it: beside the ledger, not in it.
        """
        return self.handhelds[party.key].record(
            typ, body, at=self.clock.now(), offline=offline, personal=personal_of(party, typ)
        )

    def sync(self, party: Party) -> SyncReport:
        """Send what a party's device has waiting; every receipt is checked by the device."""
        with self.client() as client:
            report = sync(self.handhelds[party.key], client)
        self.receipts += len(report.received)
        refused = [
            record.problem
            for record in self.handhelds[party.key].notebook.records("refused")
            if record.seq in report.refused
        ]
        prove(not refused, f"refused: {refused}")
        return report

    def tell(self, party: Party, typ: str, body: dict[str, Any]) -> int:
        """Record and send one event; its ledger index, from the verified receipt."""
        seq = self.record(party, typ, body)
        report = self.sync(party)
        prove(seq in report.received, f"{typ} of {party.name} was not received")
        index = self.handhelds[party.key].notebook.records()[seq].index
        prove(index is not None, f"{typ} has no index")
        return int(index or 0)

    def close(self) -> None:
        """Put the devices away."""
        for handheld in self.handhelds.values():
            handheld.close()
