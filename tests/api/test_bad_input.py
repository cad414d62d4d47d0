"""Bad input over HTTP: a problem with a stable code in two languages; evidence kept; no change."""

import hashlib
import json
from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import select

from tests.api.conftest import ClientOf
from tests.cast import BATCH, CARRIER, FACTORY, WASTE, Cast
from waste_trace.ledger.dsse import envelope_bytes, parse_envelope, sign_envelope
from waste_trace.ledger.keys import SigningKey
from waste_trace.ledger.reasons import RevocationReason
from waste_trace.services.deployment import Deployment
from waste_trace.services.enrol_device import revoke_device
from waste_trace.services.rebuild import snapshot
from waste_trace.store.tables import Quarantine
from waste_trace.store.tiles import read_head
from waste_trace.store.writing import table_of

PRODUCE = {
    "batch": BATCH,
    "waste_code": WASTE,
    "edition": "2021",
    "waste_name": "废机油",
    "form": "液态",
    "weight_kg": "10.000",
}


@pytest.fixture
def anybody(client_of: ClientOf) -> httpx.Client:
    """A client without a session: a device."""
    return client_of("")


@pytest.fixture
def unchanged(deployment: Deployment, cast: Cast) -> Iterator[None]:
    """After the test the ledger and every read table are what they were."""
    cast.device(FACTORY)
    cast.device(CARRIER)
    before = _state(deployment)
    yield
    assert _state(deployment) == before


def _state(deployment: Deployment) -> object:
    with deployment.engine.connect() as connection:
        return read_head(connection), snapshot(connection)


def _quarantined(deployment: Deployment) -> list[tuple[str, str]]:
    table = table_of(Quarantine)
    with deployment.engine.connect() as connection:
        rows = connection.execute(select(table.c.reason, table.c.sha256)).all()
    return [(row[0], row[1]) for row in rows]


def _refused(answer: httpx.Response, status: int, code: str) -> None:
    """A whole RFC 9457 problem, with advice in both languages."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == code
    assert problem["status"] == status
    assert problem["type"].endswith(code)
    for member in ("title", "detail", "zh", "en", "do_zh", "do_en"):
        assert problem[member], member
    assert any("\u4e00" <= letter <= "\u9fff" for letter in problem["do_zh"])


def _send(client: httpx.Client, body: bytes) -> httpx.Response:
    return client.post("/v1/events", content=body, headers={"content-type": "application/json"})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b'{"payload": "eyJ9"}',
        b"\xff\xfe\x00",
        b'{"payload":"e30=","payloadType":"x","signatures":[]}',
        b"[" * 5000,
    ],
)
def test_a_malformed_event(
    deployment: Deployment, unchanged: None, anybody: httpx.Client, body: bytes
) -> None:
    _refused(_send(anybody, body), 400, "malformed-request")
    assert _quarantined(deployment) == [("malformed-request", hashlib.sha256(body).hexdigest())]


def test_the_same_bad_bytes_are_kept_once_and_counted(
    deployment: Deployment, unchanged: None, anybody: httpx.Client
) -> None:
    for _ in range(3):
        _send(anybody, b"not json")
    table = table_of(Quarantine)
    with deployment.engine.connect() as connection:
        assert connection.execute(select(table.c.times)).scalars().all() == [3]


def test_an_unknown_device(
    deployment: Deployment, cast: Cast, unchanged: None, anybody: httpx.Client
) -> None:
    envelope = cast.device(FACTORY).sign("produce", PRODUCE)
    value = json.loads(envelope)
    device = cast.device(FACTORY).dev
    payload = parse_envelope(envelope).payload.replace(device.encode(), b"dev-0000000000000000")
    stranger = SigningKey.generate()
    forged = sign_envelope(payload, value["payloadType"], "dev-0000000000000000/0", stranger)
    _refused(_send(anybody, envelope_bytes(forged)), 401, "unknown-device")
    assert len(_quarantined(deployment)) == 1


def test_a_revoked_device(deployment: Deployment, cast: Cast, anybody: httpx.Client) -> None:
    device = cast.device(FACTORY)
    device.tell("produce", PRODUCE)
    late = device.sign("produce", PRODUCE | {"batch": "HWCS20261123002"})
    revoke_device(deployment, device.dev, RevocationReason.LOST)
    before = _state(deployment)
    _refused(_send(anybody, late), 403, "revoked-device")
    assert _state(deployment) == before


def test_a_wrong_signature(cast: Cast, unchanged: None, anybody: httpx.Client) -> None:
    value = json.loads(cast.device(FACTORY).sign("produce", PRODUCE))
    signature = value["signatures"][0]["sig"]
    value["signatures"][0]["sig"] = ("A" if signature[0] != "A" else "B") + signature[1:]
    _refused(_send(anybody, json.dumps(value).encode()), 401, "wrong-signature")


def test_somebody_who_may_not(cast: Cast, unchanged: None, anybody: httpx.Client) -> None:
    envelope = cast.device(CARRIER).sign("produce", PRODUCE)
    _refused(_send(anybody, envelope), 403, "not-permitted")


def test_a_body_that_is_not_its_types(cast: Cast, unchanged: None, anybody: httpx.Client) -> None:
    envelope = cast.device(FACTORY).sign("produce", PRODUCE | {"weight_kg": "-1"})
    answer = _send(anybody, envelope)
    _refused(answer, 422, "malformed-body")
    assert [field["field"] for field in answer.json()["facts"]["fields"]] == ["weight_kg"]


def test_a_replay_gives_the_same_entry(cast: Cast, anybody: httpx.Client) -> None:
    envelope = cast.device(FACTORY).sign("produce", PRODUCE)
    first, again = _send(anybody, envelope), _send(anybody, envelope)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["index"] == again.json()["index"]
    assert again.json()["duplicate"] is True


def test_a_replayed_sequence_number_with_other_content(
    deployment: Deployment, cast: Cast, anybody: httpx.Client
) -> None:
    """A restored or copied device says its record number 0 twice."""
    device = cast.device(FACTORY)
    device.tell("produce", PRODUCE)
    original = parse_envelope(device.handheld.notebook.records()[0].envelope)
    other = original.payload.replace(b'"10.000"', b'"11.000"')
    forked = sign_envelope(other, original.payload_type, original.key_id, device.handheld.key)
    _refused(_send(anybody, envelope_bytes(forked)), 409, "device-fork")
    after = _state(deployment)
    _refused(_send(anybody, envelope_bytes(forked)), 409, "device-fork")
    assert _state(deployment) == after
    assert [reason for reason, _ in _quarantined(deployment)] == ["device-fork"]


def test_a_body_that_is_too_large(
    deployment: Deployment, unchanged: None, anybody: httpx.Client
) -> None:
    limit = deployment.settings.max_event_bytes
    _refused(_send(anybody, b" " * (limit + 1)), 413, "body-too-large")
    kept = hashlib.sha256(b" " * limit).hexdigest()
    assert _quarantined(deployment) == [("body-too-large", kept)]


@pytest.mark.parametrize(
    ("picture", "status", "code"),
    [
        (b"", 422, "empty-image"),
        (b"GIF89a but no picture", 422, "broken-image"),
        (b"plain text", 422, "unknown-image-format"),
    ],
)
def test_an_unreadable_picture(
    deployment: Deployment,
    unchanged: None,
    client_of: ClientOf,
    picture: bytes,
    status: int,
    code: str,
) -> None:
    answer = client_of("producer").post("/v1/scans", content=picture)
    _refused(answer, status, code)
    assert [reason for reason, _ in _quarantined(deployment)] == [code]


def test_an_event_that_names_another_picture(
    deployment: Deployment, cast: Cast, unchanged: None, anybody: httpx.Client
) -> None:
    body = {"camera": "CAM-1", "sha256": "0" * 64, "media_type": "image/png"}
    envelope = cast.device(FACTORY).sign("capture_frame", body)
    answer = anybody.post(
        "/v1/frames",
        data={"envelope": envelope.decode()},
        files={"picture": ("a.png", b"something else", "image/png")},
    )
    _refused(answer, 400, "malformed-request")
    assert len(_quarantined(deployment)) == 1


def test_what_was_refused_can_be_listed(
    unchanged: None, anybody: httpx.Client, client_of: ClientOf
) -> None:
    _send(anybody, b"not json")
    rows = client_of("regulator").get("/v1/quarantine").json()
    assert [(row["reason"], row["length"]) for row in rows] == [("malformed-request", 8)]
    assert "body" not in rows[0]


def test_no_such_address(anybody: httpx.Client) -> None:
    _refused(anybody.get("/v1/nothing"), 404, "not-found")


def test_parameters_are_named(client_of: ClientOf) -> None:
    answer = client_of("producer").post("/v1/labels", json={"day": "tomorrow"})
    _refused(answer, 422, "bad-parameters")
    named = {field["field"] for field in answer.json()["facts"]["fields"]}
    assert named == {"body.day", "body.waste_code"}
