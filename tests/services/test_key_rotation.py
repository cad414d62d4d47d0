"""A handheld changes its key: events before, at and after it are good, the old key is not."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from scanner.agent import Handheld, RotationPending, enrol, sync
from tests.api.conftest import base_url
from tests.cast import FACTORY, produce
from tests.devices import ACTOR
from tests.http import http_client
from waste_trace.ledger.dsse import envelope_bytes, parse_envelope, sign_envelope
from waste_trace.ledger.encoding import b64
from waste_trace.ledger.event import PAYLOAD_TYPE, build_payload, parse_event, payload_hash
from waste_trace.ledger.keys import Algorithm, SigningKey
from waste_trace.ledger.reasons import RevocationReason
from waste_trace.ledger.verify import verify_bundle
from waste_trace.ledger.verify_result import Verdict
from waste_trace.services.deployment import Deployment
from waste_trace.services.enrol_device import create_enrolment_code, revoke_device
from waste_trace.services.export_bundle import export_bundle
from waste_trace.services.rebuild import rebuild, snapshot

__all__ = ["base_url"]


@pytest.fixture
def client(base_url: str) -> Iterator[httpx.Client]:
    """The way to the running server."""
    with http_client(base_url) as opened:
        yield opened


@pytest.fixture
def device(deployment: Deployment, client: httpx.Client, quick_path: Path) -> Iterator[Handheld]:
    """A handheld that enrolled over HTTP."""
    handheld = Handheld(quick_path / "own", "tests")
    enrol(handheld, client, create_enrolment_code(deployment, FACTORY, "", ACTOR, "x"), "手持端")
    yield handheld
    handheld.close()


def places(device: Handheld) -> list[tuple[str, int, int, str]]:
    """Type, epoch, sequence number and state of each record."""
    found = []
    for record in device.notebook.records():
        event = parse_event(parse_envelope(record.envelope).payload)
        found.append((event.typ, event.ep, event.seq, record.state))
    return found


@pytest.mark.parametrize("algorithm", ["ed25519", "p256"])
def test_before_at_and_after(
    deployment: Deployment,
    device: Handheld,
    client: httpx.Client,
    algorithm: Algorithm,
    tmp_path: Path,
) -> None:
    old = device.key
    device.record("produce", produce())
    device.rotate(algorithm)
    report = sync(device, client)
    assert (report.received, report.refused, report.waiting) == ([0, 1], [], 0)
    assert (device.identity["ep"], device.key.algorithm) == (1, algorithm)
    assert device.key.public_key != old.public_key
    device.record("produce", produce("2.000"), personal={"handler_name": "陈仓管"})
    device.record("produce", produce("3.000"))
    assert sync(device, client).received == [2, 3]
    assert places(device) == [
        ("produce", 0, 0, "received"),
        ("key.rotate", 0, 1, "received"),
        ("produce", 1, 0, "received"),
        ("produce", 1, 1, "received"),
    ]
    with deployment.engine.connect() as connection:
        before = snapshot(connection)
    rebuild(deployment)
    with deployment.engine.connect() as connection:
        assert snapshot(connection) == before
    export_bundle(deployment, tmp_path / "bundle")
    report_of = verify_bundle(tmp_path / "bundle")
    assert report_of.verdict is Verdict.PROVEN
    assert [notice for notice in report_of.warnings if notice.index is not None] == []


def test_the_old_key_counts_no_more(device: Handheld, client: httpx.Client) -> None:
    old = device.key
    number = device.rotate()
    assert sync(device, client).received == [number]
    last = parse_envelope(device.notebook.records()[number].envelope)
    said = parse_event(last.payload)
    body = dict(produce())
    before = payload_hash(last.payload)
    late = replace(said, typ="produce", seq=said.seq + 1, prev=before, body=body)
    envelope = sign_envelope(build_payload(late), PAYLOAD_TYPE, late.key_id, old)
    answer = client.post("/v1/events", content=envelope_bytes(envelope))
    assert (answer.status_code, answer.json()["code"]) == (403, "revoked-device")


def test_nothing_is_signed_between_rotation_and_receipt(
    device: Handheld, client: httpx.Client
) -> None:
    device.rotate()
    with http_client("http://127.0.0.1:9") as nowhere:
        assert sync(device, nowhere).waiting == 1
    with pytest.raises(RotationPending):
        device.record("produce", produce())
    with pytest.raises(RotationPending):
        device.rotate()
    assert len(device.notebook.records()) == 1
    assert sync(device, client).received == [0]
    device.record("produce", produce())
    assert sync(device, client).received == [1]


def test_a_device_that_restarts_goes_on_where_it_was(
    device: Handheld, client: httpx.Client, quick_path: Path
) -> None:
    folder = quick_path / "own"
    device.rotate("p256")
    device.close()
    again = Handheld(folder, "tests")
    assert sync(again, client).received == [0]
    again.close()
    third = Handheld(folder, "tests")
    assert (third.identity["ep"], third.key.algorithm) == (1, "p256")
    assert sorted(path.name for path in folder.glob("*.pem")) == ["device-1.pem"]
    third.rotate()
    assert sync(third, client).received == [1]
    third.record("produce", produce())
    assert sync(third, client).received == [2]
    assert places(third)[-1] == ("produce", 2, 0, "received")
    third.close()


def test_a_refused_rotation_leaves_the_old_key(
    deployment: Deployment, device: Handheld, client: httpx.Client
) -> None:
    device.record("produce", produce())
    sync(device, client)
    old = device.key.public_key
    revoke_device(deployment, str(device.identity["dev"]), RevocationReason.LOST)
    number = device.rotate()
    assert sync(device, client).refused == [number]
    assert (device.identity["ep"], device.key.public_key) == (0, old)
    device.record("produce", produce())  # not pending any more; the ledger will say no to it too
    chain = device.notebook.recall("chain")
    assert (chain["next"], "rotating" in chain) == (3, False)


def test_a_rotation_that_names_another_past_is_refused(
    device: Handheld, client: httpx.Client
) -> None:
    device.record("produce", produce())
    sync(device, client)
    new = SigningKey.generate()
    body = {"ep": 1, "alg": "ed25519", "pub": b64(new.public_key), "last_seq": 0,
            "last_hash": ""}  # fmt: skip
    number = device.record("key.rotate", body)
    assert sync(device, client).refused == [number]
    device.record("produce", produce("2.000"))
    assert len(sync(device, client).received) == 1


def test_a_rotation_says_nothing_beside_the_key(device: Handheld, client: httpx.Client) -> None:
    """A leaf is for everybody to read, and nobody can erase it."""
    new = SigningKey.generate()
    body = {"ep": 1, "alg": "ed25519", "pub": b64(new.public_key), "last_seq": -1,
            "last_hash": "", "note": "张师傅 13800000001"}  # fmt: skip
    number = device.record("key.rotate", body)
    outcome = sync(device, client)
    assert (outcome.received, outcome.refused) == ([], [number])
    (refused,) = device.notebook.records("refused")
    assert "note" in str(refused.problem)
