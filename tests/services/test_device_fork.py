"""A key that signs two events with one number: the second one is quoted in the ledger."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.cast import FACTORY, Cast, produce
from tests.devices import Device
from waste_trace.custody.errors import UnknownEventType
from waste_trace.ledger.dsse import envelope_bytes, parse_envelope, sign_envelope
from waste_trace.ledger.encoding import b64, b64url
from waste_trace.ledger.event import payload_hash
from waste_trace.ledger.fork_evidence import DEVICE_FORK, MAX_QUOTED
from waste_trace.ledger.leaf import parse_leaf
from waste_trace.ledger.verify import verify_bundle
from waste_trace.services.deployment import Deployment
from waste_trace.services.export_bundle import export_bundle
from waste_trace.services.look_up import list_devices, list_findings
from waste_trace.services.quarantine import list_quarantine
from waste_trace.services.rebuild import rebuild, snapshot
from waste_trace.services.sign_in import Person
from waste_trace.store.sequencer import DeviceFork
from waste_trace.store.tables import EventIndex
from waste_trace.store.tiles import leaves
from waste_trace.store.writing import table_of

REGULATOR = Person("tester", "测试", "regulator", "", "usr_tester01")


@pytest.fixture
def factory(cast: Cast) -> Device:
    """A device whose event 0 is in the ledger."""
    device = cast.device(FACTORY)
    device.tell("produce", produce())
    return device


def second(device: Device, weight: str = "499.000", note: str = "") -> bytes:
    """Another event 0 of the device, by its own key."""
    original = parse_envelope(device.handheld.notebook.records()[0].envelope)
    other = original.payload.replace(b'"500.000"', json.dumps(weight).encode())
    if note:
        name = "废矿物油" + note
        other = other.replace("废矿物油".encode(), name.encode())
    return envelope_bytes(
        sign_envelope(other, original.payload_type, original.key_id, device.handheld.key)
    )


def evidence(deployment: Deployment) -> list[tuple[int, dict[str, object]]]:
    """The entries that quote a fork: index and body."""
    table = table_of(EventIndex)
    with deployment.engine.connect() as connection:
        query = select(table.c.idx, table.c.body).where(table.c.typ == DEVICE_FORK)
        return [(idx, json.loads(body)) for idx, body in connection.execute(query)]


def test_the_second_event_is_refused_and_quoted(deployment: Deployment, factory: Device) -> None:
    fork = second(factory)
    with pytest.raises(DeviceFork):
        factory.send(fork)
    ((idx, body),) = evidence(deployment)
    envelope = parse_envelope(fork)
    with deployment.engine.connect() as connection:
        first = parse_leaf(leaves(connection, idx - 1, idx)[0]).envelope
    assert body == {
        "dev": factory.dev,
        "ep": 0,
        "seq": 0,
        "index": idx - 1,
        "first": b64url(payload_hash(first.payload)),
        "second": b64url(payload_hash(envelope.payload)),
        "payload": b64(envelope.payload),
        "sig": b64(envelope.signature),
    }
    assert [row.reason for row in list_quarantine(deployment)] == ["device-fork"]


def test_once_for_each_number_however_often_it_is_sent(
    deployment: Deployment, factory: Device
) -> None:
    for weight in ("499.000", "499.000", "498.000"):
        with pytest.raises(DeviceFork):
            factory.send(second(factory, weight))
    assert len(evidence(deployment)) == 1
    assert [row.times for row in list_quarantine(deployment)] == [1, 2]


def test_it_is_a_serious_finding_on_the_device_and_the_device_goes_on(
    deployment: Deployment, factory: Device
) -> None:
    with pytest.raises(DeviceFork):
        factory.send(second(factory))
    (finding,) = [f for f in list_findings(deployment, REGULATOR) if f["rule"] == "device_fork"]
    assert (finding["severity"], finding["org"]) == ("serious", FACTORY)
    assert finding["subject"] == f"{factory.dev}/0"
    factory.tell("produce", produce())
    (row,) = [r for r in list_devices(deployment, REGULATOR) if r["dev"] == factory.dev]
    assert row["next_seq"] == 2


def test_a_payload_that_is_too_long_is_named_by_its_hash(
    deployment: Deployment, factory: Device
) -> None:
    fork = second(factory, note="长" * 40)
    long = parse_envelope(fork)
    assert len(long.payload) < MAX_QUOTED
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("waste_trace.ledger.fork_evidence.MAX_QUOTED", len(long.payload) - 1)
        with pytest.raises(DeviceFork):
            factory.send(fork)
    ((_, body),) = evidence(deployment)
    assert "payload" not in body
    assert body["second"] == b64url(payload_hash(long.payload))


def test_verifier_and_rebuild_know_it(
    deployment: Deployment, factory: Device, tmp_path: Path
) -> None:
    with pytest.raises(DeviceFork):
        factory.send(second(factory))
    with deployment.engine.connect() as connection:
        before = snapshot(connection)
    rebuild(deployment)
    with deployment.engine.connect() as connection:
        assert snapshot(connection) == before
    export_bundle(deployment, tmp_path / "bundle")
    deployment.write_public_keys(tmp_path / "keys")
    report = verify_bundle(tmp_path / "bundle", tmp_path / "keys")
    assert report.exit_code == 0
    (notice,) = [one for one in report.warnings if one.what == "device_fork"]
    assert notice.device == factory.dev


def test_a_device_cannot_write_evidence_itself(deployment: Deployment, factory: Device) -> None:
    with pytest.raises(DeviceFork):
        factory.send(second(factory))
    ((_, body),) = evidence(deployment)
    with pytest.raises(UnknownEventType):
        factory.tell(DEVICE_FORK, body)
    assert len(evidence(deployment)) == 1
