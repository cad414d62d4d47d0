"""Refused input over HTTP: listed, resolved, sent in again; for the regulator alone."""

import httpx
import pytest

from tests.api.conftest import ClientOf
from tests.cast import FACTORY, Cast, produce
from waste_trace.ledger.reasons import RevocationReason
from waste_trace.services.deployment import Deployment
from waste_trace.services.enrol_device import revoke_device


@pytest.fixture
def regulator(client_of: ClientOf) -> httpx.Client:
    """The regulator, signed in."""
    return client_of("regulator")


@pytest.fixture
def refused(
    deployment: Deployment, cast: Cast, client_of: ClientOf, regulator: httpx.Client
) -> int:
    """An event after its device's revocation, in quarantine."""
    device = cast.device(FACTORY)
    late = device.sign("produce", produce(), offline=True)
    revoke_device(deployment, device.dev, RevocationReason.LOST, last_good_seq=-1)
    headers = {"content-type": "application/json"}
    assert client_of("").post("/v1/events", content=late, headers=headers).status_code == 403
    (row,) = regulator.get("/v1/quarantine", params={"dev": device.dev}).json()
    assert row["recorded_idx"] is row["resolution"] is None
    assert "body" not in row
    return int(row["id"])


def test_a_decision_is_kept_and_the_item_is_no_longer_open(
    refused: int, regulator: httpx.Client
) -> None:
    path = f"/v1/quarantine/{refused}/resolution"
    answer = regulator.post(path, json={"outcome": "rejected", "reason": "设备遗失后的记录"})
    assert answer.status_code == 201
    assert regulator.get("/v1/quarantine", params={"unresolved": True}).json() == []
    (row,) = regulator.get("/v1/quarantine").json()
    assert row["resolution"]["outcome"] == "rejected"
    wrong = regulator.post(path, json={"outcome": "recorded", "reason": "x", "index": 10_000})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "resolution-refused")


def test_sent_in_again_the_answer_is_the_same_refusal(
    refused: int, regulator: httpx.Client
) -> None:
    answer = regulator.post(f"/v1/quarantine/{refused}/retry")
    assert (answer.status_code, answer.json()["code"]) == (403, "revoked-device")


def test_others_may_neither_look_nor_decide(refused: int, client_of: ClientOf) -> None:
    producer = client_of("producer")
    asked = {"outcome": "rejected", "reason": "x"}
    answers: list[httpx.Response] = [
        producer.get("/v1/quarantine"),
        producer.post(f"/v1/quarantine/{refused}/retry"),
        producer.post(f"/v1/quarantine/{refused}/resolution", json=asked),
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 403]


def test_the_console_shows_and_resolves_it(refused: int, regulator: httpx.Client) -> None:
    devices = regulator.get("/devices").text
    assert "/quarantine?dev=" in devices
    assert "未处理" in regulator.get("/quarantine").text
    form = {"outcome": "forwarded", "reason": "转执法部门", "index": ""}
    answer = regulator.post(f"/quarantine/{refused}/resolution", data=form, follow_redirects=False)
    assert answer.status_code == 303
    page = regulator.get("/quarantine").text
    assert "转执法部门" in page
    assert "已转办" in page
    assert "转执法部门" not in regulator.get("/quarantine?unresolved=true").text
    assert "/quarantine?dev=" not in regulator.get("/devices").text
