"""People with addresses, a real mail server, a real receiver of webhooks, and a runner in hand."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from api.worker.tasks import do_job
from tests.cast import BUREAU, CARRIER, FACTORY, GARAGE, KINDS, PLANT, PLATFORM
from tests.conftest import OpenDeployment
from tests.databases import Database
from waste_trace.notices.signed_message import is_signed
from waste_trace.services.deployment import Deployment
from waste_trace.services.sign_in import Person, create_user
from waste_trace.store import outbox

PEOPLE = {
    "bureau": BUREAU,
    "factory": FACTORY,
    "garage": GARAGE,
    "platform": PLATFORM,
    "carrier": CARRIER,
    "plant": PLANT,
}


@dataclass
class Mailbox:
    """What a mail server has taken. ``refuses``: addresses that it answers with 550, or 451."""

    messages: list[tuple[str, bytes]] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)

    async def handle_RCPT(  # noqa: N802 - the server's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take an address or not."""
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the server's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take a message."""
        assert isinstance(envelope.content, bytes)
        self.messages += [(to, envelope.content) for to in envelope.rcpt_tos]
        return "250 OK"


@pytest.fixture
def mailbox() -> Mailbox:
    """An empty mailbox."""
    return Mailbox()


@pytest.fixture
def smtp_url(mailbox: Mailbox) -> Iterator[str]:
    """The address of a mail server on loopback, without encryption."""
    port = free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield f"smtp://127.0.0.1:{port}?tls=none"
    controller.stop()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Receiver:
    """A receiver of webhooks that answers as it is told to.

    Attributes:
        answers: status codes of the next requests; then 204 for ever.
        requests: path, headers and body of each.
    """

    url: str = ""
    answers: list[int] = field(default_factory=list)
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def messages(self) -> list[dict[str, Any]]:
        """The bodies, parsed."""
        return [json.loads(body) for _, _, body in self.requests]

    def all_signed(self, secret: str) -> bool:
        """Whether every request carries a good signature."""
        return all(
            is_signed(
                secret, head["webhook-id"], int(head["webhook-timestamp"]), body,
                head["webhook-signature"],
            )
            for _, head, body in self.requests
        )  # fmt: skip


@contextmanager
def receiving(receiver: Receiver) -> Iterator[Receiver]:
    """A receiver on a port of loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Keep the request, answer as told."""
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            head = {name.lower(): value for name, value in self.headers.items()}
            receiver.requests.append((self.path, head, body))
            status = receiver.answers.pop(0) if receiver.answers else 204
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("location", f"{receiver.url}/elsewhere")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A running receiver."""
    with receiving(Receiver()) as running:
        yield running


@pytest.fixture
def deployment(
    opened_database: Database, data_dir: Any, open_deployment: OpenDeployment, smtp_url: str
) -> Deployment:
    """A deployment that can send mail, and may post to loopback."""
    return open_deployment(
        opened_database,
        data_dir,
        smtp_url=smtp_url,
        mail_sender="trace@bureau.example",
        public_url="https://trace.example/",
        webhook_private=True,
        webhook_attempts=4,
    )


@pytest.fixture
def people(deployment: Deployment) -> dict[str, Person]:
    """Somebody of each organisation, with an address."""
    return {
        name: create_user(
            deployment, name, "correct-horse-9", f"{name} 先生", KINDS[org], org,
            admin=True, email=f"{name}@example.cn",
        )
        for name, org in PEOPLE.items()
    }  # fmt: skip


Work = Callable[[], list[str]]


@pytest.fixture
def work(deployment: Deployment) -> Work:
    """Do all jobs that are due, as a runner would; the names of their tasks."""

    def run() -> list[str]:
        done: list[str] = []
        while jobs := outbox.lease_due(deployment.engine, deployment.now()):
            for job in jobs:
                do_job(deployment, job)
                done.append(job.task)
        return done

    return run
