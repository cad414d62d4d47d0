"""Accounts, parties, notices, webhooks and changes over HTTP: who may, and what comes back."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.api.conftest import PASSWORD, PEOPLE
from tests.cast import CARRIER, FACTORY, KINDS, PLANT, REGION, Cast
from tests.devices import Clock
from tests.http import http_client
from tests.services.lives import drum
from waste_trace.services.deployment import Deployment
from waste_trace.services.sign_in import create_user

AdminOf = Callable[[str], httpx.Client]
SignIn = Callable[[str, str], httpx.Client]


@pytest.fixture
def signed_in(base_url: str) -> Iterator[SignIn]:
    """``signed_in(username, password)``: a client of that person."""
    clients: list[httpx.Client] = []

    def make(username: str, password: str) -> httpx.Client:
        secret = {"username": username, "password": password}
        answer = httpx.post(f"{base_url}/v1/session", json=secret, timeout=60)
        assert answer.status_code == 201, answer.text
        bearer = {"authorization": f"Bearer {answer.json()['token']}"}
        clients.append(http_client(base_url, headers=bearer))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def admin_of(deployment: Deployment, signed_in: SignIn) -> AdminOf:
    """``admin_of("producer")``: a client of an administrator of that organisation."""

    def make(username: str) -> httpx.Client:
        org = PEOPLE[username]
        create_user(deployment, username, PASSWORD, "管理员", KINDS[org], org, admin=True)
        return signed_in(username, PASSWORD)

    return make


def test_an_account_from_its_making_to_its_end(
    admin_of: AdminOf, signed_in: SignIn, base_url: str
) -> None:
    admin = admin_of("producer")
    asked = {"username": "li", "display_name": "李仓管"}
    made = admin.post("/v1/accounts", json=asked)
    assert made.status_code == 201
    assert made.json()["path"] == f"/welcome?token={made.json()['token']}"
    accept = {"token": made.json()["token"], "password": "another-horse-9"}
    assert httpx.post(f"{base_url}/v1/accounts/accept", json=accept).status_code == 201
    assert httpx.post(f"{base_url}/v1/accounts/accept", json=accept).status_code == 403
    person = signed_in("li", "another-horse-9")
    assert person.get("/v1/session").json()["org"] == FACTORY
    assert person.get("/v1/accounts").status_code == 403
    weak = {"current": "another-horse-9", "new": "short"}
    assert person.post("/v1/accounts/password", json=weak).json()["code"] == "weak-password"
    change = {"current": "another-horse-9", "new": "a-third-horse-9"}
    assert person.post("/v1/accounts/password", json=change).status_code == 204
    listed = {row["username"]: row for row in admin.get("/v1/accounts").json()}
    assert listed["li"]["invited"] is False
    assert "password_hash" not in listed["li"]
    assert admin.post("/v1/accounts/li/disable").status_code == 204
    assert person.get("/v1/session").status_code == 401
    assert admin.post("/v1/accounts/li/enable").status_code == 204
    assert admin.post("/v1/accounts/li/invitation").status_code == 201
    foreign = admin.post("/v1/accounts", json=asked | {"username": "wu", "org": CARRIER})
    assert (foreign.status_code, foreign.json()["code"]) == (422, "account-refused")


def test_the_bureau_s_administrators_register_parties(admin_of: AdminOf) -> None:
    bureau, factory = admin_of("regulator"), admin_of("producer")
    org = "91330482MA28WX126W"
    party = {"org": org, "name": "平湖新厂", "kinds": ["producer", "treatment"]}
    refused = factory.post("/v1/parties", json=party)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    wrong = bureau.post("/v1/parties", json=party | {"org": "123"})
    assert wrong.status_code == 422
    done = bureau.post("/v1/parties", json=party | {"org": FACTORY, "name": "宏达新名"})
    assert done.status_code == 201
    assert done.json()["receipt"].startswith("c2sp.org/tlog-proof@v1")
    row = next(row for row in factory.get("/v1/parties").json() if row["org"] == FACTORY)
    assert (row["name"], row["kinds"], row["region"]) == ("宏达新名", "producer,treatment", REGION)
    site = {"site": "TS-2", "org": FACTORY, "name": "二号库", "kind": "贮存库",
            "capacity_kg": "3000", "latitude": "30.7", "longitude": "121.0"}  # fmt: skip
    assert bureau.post("/v1/sites", json=site).status_code == 201
    assert "二号库" in {row["name"] for row in factory.get("/v1/sites").json()}
    assert factory.post("/v1/sites", json=site).status_code == 403


def test_notices_are_read_and_wished_for(admin_of: AdminOf, cast: Cast, clock: Clock) -> None:
    plant = admin_of("treatment")
    number = drum(cast, clock).manifest
    found = wait_for(lambda: plant.get("/v1/notices").json(), lambda body: body["unread"] > 0)
    (notice,) = found["notices"]
    assert number in notice["zh"]
    assert datetime.fromisoformat(notice["told_at"]).tzinfo is not None
    assert plant.post("/v1/notices/read", json={"facts": [notice["fact"]]}).status_code == 204
    assert plant.get("/v1/notices?unread=true").json() == {"unread": 0, "notices": []}
    kinds = plant.get("/v1/notices/subscriptions").json()
    assert {"kind", "zh", "en", "shown", "email"} == set(kinds[0])
    quiet = [{"kind": one["kind"], "shown": False, "email": "off"} for one in kinds]
    assert plant.put("/v1/notices/subscriptions", json=quiet).status_code == 204
    assert not any(one["shown"] for one in plant.get("/v1/notices/subscriptions").json())
    alien = [{"kind": "x", "shown": True, "email": "off"}]
    refused = plant.put("/v1/notices/subscriptions", json=alien)
    assert refused.json()["code"] == "unknown-notice-kind"


def wait_for(ask: Callable[[], dict[str, Any]], good: Callable[..., bool]) -> dict[str, Any]:
    """The answer, as soon as the background thread has done its part."""
    until = time.monotonic() + 60
    while not good(answer := ask()):
        assert time.monotonic() < until, answer
        time.sleep(0.05)
    return answer


def test_webhooks_are_for_administrators(
    admin_of: AdminOf, client_of: Callable[[str], httpx.Client]
) -> None:
    plant = admin_of("treatment")
    loopback = plant.post("/v1/webhooks", json={"url": "https://127.0.0.1/"})
    assert (loopback.status_code, loopback.json()["code"]) == (422, "webhook-refused")
    made = plant.post("/v1/webhooks", json={"url": "https://plant.example/in"})
    assert made.status_code == 201
    assert made.json()["secret"].startswith("whsec_")
    path = f"/v1/webhooks/{made.json()['id']}"
    (listed,) = plant.get("/v1/webhooks").json()
    assert "secret" not in listed
    assert plant.get(f"{path}/secret").json() == {"secret": made.json()["secret"]}
    assert plant.post(f"{path}/secret").json()["secret"] != made.json()["secret"]
    assert plant.post(f"{path}/replay", json={"after": 3}).json() == {"messages": 0}
    assert plant.get(f"{path}/deliveries").json() == []
    assert plant.delete(path).status_code == 204
    assert plant.get("/v1/webhooks").json() == []
    assert client_of("producer").get("/v1/webhooks").status_code == 403


def test_changes_come_in_order_and_by_page(admin_of: AdminOf, cast: Cast, clock: Clock) -> None:
    told = drum(cast, clock)
    plant = admin_of("treatment")
    first = plant.get("/v1/changes?limit=2").json()
    assert first["origin"] == cast.deployment.sequencer.origin
    found, page = list(first["changes"]), first
    while page["more"]:
        page = plant.get("/v1/changes", params={"after": page["cursor"], "limit": 2}).json()
        found += page["changes"]
    order = [(change["since"], change["index"]) for change in found]
    assert order == sorted(set(order))
    opened = next(change for change in found if change["typ"] == "open_manifest")
    assert opened["manifest"] == told.manifest
    assert opened["containers"] == [told.code]
    assert opened["body"]["receiver"] == PLANT
    beyond = plant.get("/v1/changes?after=100000")
    assert (beyond.status_code, beyond.json()["code"]) == (409, "foreign-cursor")
    assert plant.get("/v1/changes?limit=0").status_code == 422
    assert plant.get("/v1/changes?wait=61").status_code == 422


def test_who_waits_hears_at_once(admin_of: AdminOf, cast: Cast, clock: Clock) -> None:
    bureau, plant = admin_of("regulator"), admin_of("treatment")
    cursor = bureau.get("/v1/changes?limit=500").json()["cursor"]
    empty = bureau.get(f"/v1/changes?after={cursor}&wait=0.2").json()
    assert (empty["changes"], empty["cursor"]) == ([], cursor)
    heard: list[dict[str, object]] = []

    def wait() -> None:
        heard.append(plant.get(f"/v1/changes?after={cursor}&wait=60").json())

    waiting = threading.Thread(target=wait)
    waiting.start()
    drum(cast, clock, treated=False)
    waiting.join(60)
    assert not waiting.is_alive()
    assert heard[0]["changes"]
