"""Webhooks against a real receiver: signed, tried again, given up, replayed; nowhere private."""

import socket
from datetime import timedelta

import pytest
from sqlalchemy import select

from api.worker.post import post
from tests.cast import Cast
from tests.devices import Clock
from tests.notices.conftest import Receiver, Work, receiving
from tests.services.lives import drum
from waste_trace.notices.signed_message import secret_text
from waste_trace.services.deployment import Deployment
from waste_trace.services.notices.daily import daily_notices
from waste_trace.services.notices.deliver import Message
from waste_trace.services.notices.webhooks import (
    MOST,
    WebhookRefused,
    add_webhook,
    list_deliveries,
    list_webhooks,
    ping,
    renew_secret,
    replay,
    require_address,
    show_secret,
    stop_webhook,
)
from waste_trace.services.sign_in import Person
from waste_trace.store.tables import Webhook
from waste_trace.store.writing import table_of

People = dict[str, Person]


def test_a_fact_is_posted_and_signed(
    cast: Cast, clock: Clock, people: People, work: Work, receiver: Receiver
) -> None:
    house = cast.deployment
    hook = add_webhook(house, people["plant"], f"{receiver.url}/in?a=1", [])
    number = drum(cast, clock).manifest
    work()
    ((path, head, _),) = receiver.requests
    (message,) = receiver.messages()
    assert path == "/in?a=1"
    assert receiver.all_signed(hook["secret"])
    assert head["content-type"].startswith("application/json")
    assert message["id"] == head["webhook-id"]
    assert message["type"] == "manifest_addressed"
    assert message["fact"]["manifest"] == number
    assert message["fact"]["receiver"] == people["plant"].org
    (sent,) = list_deliveries(house, people["plant"], hook["id"])
    assert (sent["state"], sent["attempts"], sent["idx"]) == ("delivered", 1, message["index"])


def test_only_the_kinds_that_were_asked_for(
    cast: Cast, clock: Clock, people: People, work: Work, receiver: Receiver
) -> None:
    add_webhook(cast.deployment, people["carrier"], receiver.url, ["manifest_confirmed"])
    drum(cast, clock)
    work()
    assert [message["type"] for message in receiver.messages()] == ["manifest_confirmed"]


def test_a_receiver_that_fails_is_asked_again_with_the_same_id(
    cast: Cast, clock: Clock, people: People, work: Work, receiver: Receiver
) -> None:
    hook = add_webhook(cast.deployment, people["plant"], receiver.url, [])
    receiver.answers[:] = [500, 302]
    drum(cast, clock)
    work()
    assert len(receiver.requests) == 1
    clock.forward(seconds=3)
    work()
    clock.forward(seconds=5)
    work()
    assert len({head["webhook-id"] for _, head, _ in receiver.requests}) == 1
    assert len({head["webhook-timestamp"] for _, head, _ in receiver.requests}) == 3
    assert [path for path, _, _ in receiver.requests] == ["/"] * 3, "no redirect is followed"
    assert receiver.all_signed(hook["secret"])
    (sent,) = list_deliveries(cast.deployment, people["plant"], hook["id"])
    assert (sent["state"], sent["attempts"]) == ("delivered", 3)


def test_what_is_given_up_can_be_replayed(
    cast: Cast, clock: Clock, people: People, work: Work, receiver: Receiver
) -> None:
    house, plant = cast.deployment, people["plant"]
    hook = add_webhook(house, plant, receiver.url, [])
    first = drum(cast, clock)
    work()
    receiver.answers[:] = [500] * 4
    second = drum(cast, clock)
    for _ in range(6):
        work()
        clock.forward(hours=1)
    (dead,) = list_deliveries(house, plant, hook["id"], "dead")
    assert (dead["attempts"], dead["answered"]) == (4, "HTTP 500")
    assert list_webhooks(house, plant)[0]["dead"] == 1
    before = len(receiver.requests)
    assert replay(house, plant, hook["id"], -1, dead_only=True) == 1
    work()
    assert list_deliveries(house, plant, hook["id"], "dead") == []
    assert receiver.requests[-1][1]["webhook-id"] == dead["id"]
    assert len(receiver.requests) == before + 1
    cursor = dead["idx"] - 1
    assert replay(house, plant, hook["id"], cursor) == 1
    assert replay(house, plant, hook["id"], -1) == 1, "the other one; this one waits already"
    work()
    told = [message["fact"]["manifest"] for message in receiver.messages()[-2:]]
    assert sorted(told) == sorted([first.manifest, second.manifest])


def test_a_receiver_that_is_gone_is_left_alone(
    cast: Cast, clock: Clock, people: People, work: Work, receiver: Receiver
) -> None:
    add_webhook(cast.deployment, people["plant"], receiver.url, [])
    receiver.answers[:] = [410]
    drum(cast, clock)
    drum(cast, clock)
    work()
    assert len(receiver.requests) == 1
    assert list_webhooks(cast.deployment, people["plant"]) == []


def test_a_server_that_is_down_is_only_a_line(
    cast: Cast, clock: Clock, people: People, work: Work
) -> None:
    with receiving(Receiver()) as gone:
        url = gone.url
    hook = add_webhook(cast.deployment, people["plant"], url, [])
    drum(cast, clock)
    work()
    (sent,) = list_deliveries(cast.deployment, people["plant"], hook["id"])
    assert sent["state"] == "waiting"
    assert "ConnectError" in sent["answered"]


def test_the_secret_is_in_no_row_and_can_be_changed(
    deployment: Deployment, people: People, work: Work, receiver: Receiver
) -> None:
    plant = people["plant"]
    hook = add_webhook(deployment, plant, receiver.url, [])
    assert show_secret(deployment, plant, hook["id"]) == hook["secret"]
    with deployment.engine.connect() as connection:
        row = connection.execute(select(table_of(Webhook))).one()
    assert hook["secret"].removeprefix("whsec_")[:12] not in repr(row)
    new = renew_secret(deployment, plant, hook["id"])
    assert new != hook["secret"]
    message_id = ping(deployment, plant, hook["id"])
    work()
    assert receiver.all_signed(new)
    assert not receiver.all_signed(hook["secret"])
    assert receiver.messages()[0]["id"] == message_id
    assert receiver.messages()[0]["type"] == "ping"
    assert secret_text(b"a" * 32, "x", 0) != secret_text(b"b" * 32, "x", 0)


def test_webhooks_are_one_s_own(deployment: Deployment, people: People) -> None:
    hook = add_webhook(deployment, people["plant"], "https://example.com/x", [])
    for act in (show_secret, renew_secret, ping, list_deliveries, stop_webhook):
        with pytest.raises(WebhookRefused):
            act(deployment, people["carrier"], hook["id"])
    with pytest.raises(WebhookRefused):
        replay(deployment, people["carrier"], hook["id"], -1)
    assert list_webhooks(deployment, people["carrier"]) == []


def test_there_are_not_too_many(deployment: Deployment, people: People) -> None:
    made = [
        add_webhook(deployment, people["plant"], f"https://example.com/{number}", [])
        for number in range(MOST)
    ]
    with pytest.raises(WebhookRefused):
        add_webhook(deployment, people["plant"], "https://example.com/more", [])
    stop_webhook(deployment, people["plant"], made[0]["id"])
    add_webhook(deployment, people["plant"], "https://example.com/more", [])
    with pytest.raises(WebhookRefused):
        add_webhook(deployment, people["plant"], "https://example.com/kind", ["no-kind"])


@pytest.mark.parametrize(
    "url",
    [
        "", "example.com", "http://example.com/", "ftp://example.com/", "https:///x",
        "https://user:word@example.com/", "https://127.0.0.1/", "https://10.0.0.8/hook",
        "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://localhost:8443/",
        "https://169.254.169.254/latest/meta-data", "https://example.com:99999/",
        "https://例子.cn/", "https://example.com/#x", "file:///etc/passwd",
        "https://" + "a" * 500 + ".cn/",
    ],
)  # fmt: skip
def test_addresses_that_are_refused_at_once(url: str) -> None:
    with pytest.raises(WebhookRefused):
        require_address(url, private=False)


def test_private_addresses_are_a_setting() -> None:
    require_address("https://example.com/hook", private=False)
    require_address("http://10.0.0.8:8080/hook", private=True)
    with pytest.raises(WebhookRefused):
        require_address("ftp://10.0.0.8/", private=True)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "2130706433", "0x7f.1"])
def test_no_way_of_writing_loopback_reaches_it(receiver: Receiver, host: str) -> None:
    port = receiver.url.rpartition(":")[2]
    message = Message("msg_1", f"http://{host}:{port}/", {}, b"{}")
    status, said = post(message, private=False)
    assert (status, receiver.requests) == (0, [])
    assert "no public address" in said


def test_a_name_that_turns_private_between_check_and_connection_is_not_followed(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: whatever a second question would be answered, it is not asked."""
    port = int(receiver.url.rpartition(":")[2])
    asked: list[str] = []
    real = socket.getaddrinfo

    def answer(host: str, *rest: object, **more: object) -> object:
        asked.append(host)
        if host == "rebind.example":
            address = "127.0.0.1" if asked.count(host) > 1 else "192.0.2.1"
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]
        return real(host, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    message = Message("msg_1", f"http://rebind.example:{port}/", {}, b"{}")
    assert post(message, private=False)[0] == 0
    assert asked == ["rebind.example"]
    assert receiver.requests == []


def test_old_deliveries_go_and_waiting_ones_stay(
    cast: Cast, clock: Clock, people: People, work: Work, receiver: Receiver
) -> None:
    house, plant = cast.deployment, people["plant"]
    hook = add_webhook(house, plant, receiver.url, [])
    drum(cast, clock)
    work()
    clock.forward(days=house.settings.notice_days, hours=1)
    receiver.answers[:] = [500]
    ping(house, plant, hook["id"])
    work()
    daily_notices(house, (house.now() + timedelta(0)).date().isoformat())
    assert [row["kind"] for row in list_deliveries(house, plant, hook["id"])] == ["ping"]
