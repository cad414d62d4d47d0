"""The product's own server on a free port, with signed-in people."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.cast import BUREAU, CARRIER, FACTORY, GARAGE, KINDS, PLANT, PLATFORM
from tests.http import http_client
from tests.serving import application, serving
from waste_trace.services.deployment import Deployment
from waste_trace.services.sign_in import create_user

PASSWORD = "correct-horse-9"
PEOPLE = {
    "regulator": BUREAU,
    "producer": FACTORY,
    "garage": GARAGE,
    "platform": PLATFORM,
    "transporter": CARRIER,
    "treatment": PLANT,
}
ClientOf = Callable[[str], httpx.Client]


@pytest.fixture
def base_url(deployment: Deployment) -> Iterator[str]:
    """The address of a running server."""
    with serving(application(deployment)) as url:
        yield url


@pytest.fixture
def client_of(deployment: Deployment, base_url: str) -> Iterator[ClientOf]:
    """``client_of("producer")``: an HTTP client of that person; ``""``: of nobody."""
    clients: list[httpx.Client] = []

    def make(username: str) -> httpx.Client:
        client = http_client(base_url)
        clients.append(client)
        if username:
            org = PEOPLE[username]
            create_user(deployment, username, PASSWORD, "测试员", KINDS[org], org)
            answer = client.post("/v1/session", json={"username": username, "password": PASSWORD})
            assert answer.status_code == 201, answer.text
            client.cookies.clear()
            client.headers["authorization"] = f"Bearer {answer.json()['token']}"
        return client

    yield make
    for client in clients:
        client.close()
