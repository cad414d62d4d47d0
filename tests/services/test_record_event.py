"""The one way in: what is good is proven, what is not is refused, kept and changes nothing."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.cast import (
    BATCH,
    FACTORY,
    GARAGE,
    Cast,
    collect,
    fill,
    merge,
    produce,
    transport,
    weigh_in,
)
from tests.devices import Device
from waste_trace.custody.errors import MalformedBody, NotPermitted, UnknownEventType
from waste_trace.errors import WasteTraceError
from waste_trace.ledger.canonical import canonical_bytes
from waste_trace.ledger.dsse import envelope_bytes, parse_envelope, sign_envelope
from waste_trace.ledger.encoding import b64, decode_b64
from waste_trace.ledger.event import PAYLOAD_TYPE
from waste_trace.ledger.keys import SigningKey
from waste_trace.ledger.reasons import RevocationReason
from waste_trace.ledger.receipt import verify_receipt
from waste_trace.services.deployment import Deployment
from waste_trace.services.enrol_device import revoke_device
from waste_trace.services.quarantine import list_quarantine
from waste_trace.services.rebuild import snapshot
from waste_trace.services.record_event import record_event
from waste_trace.services.refused import (
    ForeignLedger,
    MalformedRequest,
    RevokedDevice,
    UnknownDevice,
    WrongOrganisation,
    WrongSignature,
)
from waste_trace.store.sequencer import DeviceFork
from waste_trace.store.tables import Entry
from waste_trace.store.tiles import newest_checkpoint
from waste_trace.store.writing import table_of

State = tuple[dict[str, list[tuple[object, ...]]], str | None, int]


def state_of(deployment: Deployment) -> State:
    """Everything that a refused event must leave alone."""
    with deployment.engine.connect() as connection:
        entries = connection.execute(select(func.count()).select_from(table_of(Entry))).scalar_one()
        return snapshot(connection), newest_checkpoint(connection), int(entries)


def refuse(device: Device, envelope: bytes, kind: type[WasteTraceError]) -> WasteTraceError:
    """Hand in what must be refused as ``kind``: kept with its bytes, and nothing else changed."""
    deployment = device.deployment
    before = state_of(deployment)
    kept_before = len(list_quarantine(deployment))
    with pytest.raises(WasteTraceError) as caught:
        record_event(deployment, envelope, remote="192.0.2.7")
    error = caught.value
    assert type(error) is kind, error
    assert state_of(deployment) == before
    newest, *older = list_quarantine(deployment)
    assert len(older) == kept_before
    assert newest.body == envelope
    assert newest.sha256 == hashlib.sha256(envelope).hexdigest()
    assert (newest.reason, newest.remote, newest.times) == (kind.code, "192.0.2.7", 1)
    assert (newest.length, newest.channel) == (len(envelope), "event")
    assert newest.zh == error.zh
    assert newest.en == error.en
    return error


@pytest.fixture
def factory(cast: Cast) -> Device:
    """The factory's device."""
    return cast.device(FACTORY)


def test_a_recorded_event_is_proven_to_its_device(factory: Device) -> None:
    envelope = factory.sign("produce", produce())
    recorded = factory.send(envelope)
    vkey = factory.deployment.sequencer.log_vkey.text
    proven = verify_receipt(recorded.receipt, parse_envelope(envelope), vkey)
    assert (proven.index, proven.ms) == (recorded.index, recorded.ms)
    assert not recorded.duplicate


def test_the_same_bytes_again_are_the_same_entry(factory: Device) -> None:
    envelope = factory.sign("produce", produce())
    first = factory.send(envelope)
    factory.tell("produce", produce("600.000"))
    before = state_of(factory.deployment)
    again = factory.send(envelope)
    assert again.duplicate
    assert (again.index, again.ms) == (first.index, first.ms)
    vkey = factory.deployment.sequencer.log_vkey.text
    proven = verify_receipt(again.receipt, parse_envelope(envelope), vkey)
    assert proven.index == first.index
    assert proven.checkpoint.size > first.index + 1
    assert state_of(factory.deployment) == before
    assert list_quarantine(factory.deployment) == []


NOT_ENVELOPES: dict[str, bytes] = {
    "nothing": b"",
    "not json": b"{",
    "not utf-8": b"\xff\xfe{}",
    "not an object": b"[]",
    "no signature": b'{"payload":"e30=","payloadType":"x","signatures":[]}',
    "not base64": b'{"payload":"e30","payloadType":"x","signatures":[{"keyid":"a/0","sig":"!"}]}',
    "deeply nested": b"[" * 100_000,
    "a number that is too long": b"9" * 10_000,
    "nul": b"\x00",
    "not a number": b'{"payload":NaN}',
}


def test_what_is_no_envelope_is_malformed(factory: Device) -> None:
    for name, body in NOT_ENVELOPES.items():
        error = refuse(factory, body, MalformedRequest)
        assert error.zh, name


def resigned(device: Device, change: Callable[[dict[str, Any]], None]) -> bytes:
    """An event of the device with its payload changed and signed again by the device's key."""
    payload = json.loads(parse_envelope(device.sign("produce", produce())).payload)
    change(payload)
    data = json.dumps(payload, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()
    return signed(device, data, f"{payload.get('dev')}/{payload.get('ep')}")


def signed(device: Device, payload: bytes, key_id: str) -> bytes:
    """Any payload, signed by the device's key."""
    return envelope_bytes(sign_envelope(payload, PAYLOAD_TYPE, key_id, device.handheld.key))


def test_a_payload_in_another_spelling_is_malformed(factory: Device) -> None:
    payload = parse_envelope(factory.sign("produce", produce())).payload
    spaced = json.dumps(json.loads(payload), sort_keys=True, ensure_ascii=False).encode()
    error = refuse(factory, signed(factory, spaced, f"{factory.dev}/0"), MalformedRequest)
    assert error.facts["reason"] == "not-canonical"


HEADERS_OUT_OF_FORM: tuple[tuple[str, object], ...] = (
    ("typ", "Produce"), ("id", "0"), ("seq", -1), ("ep", -1), ("t", "2026-11-23T08:00:00Z"),
    ("t", "2026-02-30T08:00:00.000Z"), ("off", 0), ("act", "Zhang San"), ("org", "X"),
    ("site", "a\x00b"), ("log", "a b"), ("prev", "zz"), ("v", 2), ("body", []), ("extra", 1),
)  # fmt: skip


def test_a_header_out_of_form_is_malformed(factory: Device) -> None:
    for field, value in HEADERS_OUT_OF_FORM:
        envelope = resigned(factory, _set(field, value))
        refuse(factory, envelope, MalformedRequest)


def _set(field: str, value: object) -> Callable[[dict[str, Any]], None]:
    return lambda payload: payload.update({field: value})


def test_another_payload_type_is_malformed(factory: Device) -> None:
    payload = parse_envelope(factory.sign("produce", produce())).payload
    other = sign_envelope(payload, "application/json", f"{factory.dev}/0", factory.handheld.key)
    refuse(factory, envelope_bytes(other), MalformedRequest)


def test_a_keyid_of_another_device_is_malformed(factory: Device) -> None:
    payload = parse_envelope(factory.sign("produce", produce())).payload
    refuse(factory, signed(factory, payload, "dev-0000000000000000/0"), MalformedRequest)


def test_a_key_that_no_leaf_enrols_is_unknown(factory: Device) -> None:
    refuse(factory, resigned(factory, lambda p: p.update(dev="dev-never-enrolled")), UnknownDevice)
    refuse(factory, resigned(factory, lambda p: p.update(ep=1)), UnknownDevice)


def test_an_altered_payload_has_a_wrong_signature(factory: Device) -> None:
    envelope = json.loads(factory.sign("produce", produce()))
    payload = decode_b64(envelope["payload"])
    envelope["payload"] = b64(payload.replace(b"500.000", b"400.000"))
    refuse(factory, json.dumps(envelope).encode(), WrongSignature)


def test_another_devices_signature_is_wrong(factory: Device, cast: Cast) -> None:
    payload = parse_envelope(factory.sign("produce", produce())).payload
    thief = cast.device(GARAGE)
    refuse(factory, signed(thief, payload, f"{factory.dev}/0"), WrongSignature)


def test_an_event_for_another_ledger_is_foreign(factory: Device) -> None:
    refuse(factory, resigned(factory, lambda p: p.update(log="other.example/1")), ForeignLedger)


def test_a_device_speaks_for_its_own_organisation_only(factory: Device) -> None:
    refuse(factory, resigned(factory, lambda p: p.update(org=GARAGE)), WrongOrganisation)
    refuse(factory, resigned(factory, lambda p: p.update(org="")), WrongOrganisation)


def test_a_service_of_the_ledger_does_not_come_this_way(factory: Device) -> None:
    """A copy of its key would otherwise be enough to put another in its place."""
    new = SigningKey.generate()
    body = {"ep": 1, "alg": "ed25519", "pub": b64(new.public_key), "last_seq": -1, "last_hash": ""}
    of_service = {"typ": "key.rotate", "dev": "vision", "ep": 0, "seq": 0, "prev": "", "org": ""}
    value = json.loads(parse_envelope(factory.sign("produce", produce())).payload)
    payload = canonical_bytes({**value, **of_service, "body": body})
    key = factory.deployment.keys.key("vision")
    envelope = sign_envelope(payload, PAYLOAD_TYPE, "vision/0", key)
    refuse(factory, envelope_bytes(envelope), WrongOrganisation)


def test_what_its_kind_may_not_say_is_not_permitted(factory: Device, cast: Cast) -> None:
    code, into = cast.containers(2)
    number = cast.manifest()
    verdict = {"camera": "C", "capture": 1, "sha256": "0" * 64, "verdict": "verified", "detail": {}}
    bodies: dict[str, dict[str, Any]] = {
        "collect": collect(code),
        "load": transport(number, [code]),
        "weigh_in": weigh_in(number, [code]),
        "merge": merge([code], into, "1"),
        "issue": {"containers": [code], "org": FACTORY, "key_id": "00000000", "rotation": 1},
        "verify_frame": verdict,
    }
    for typ, body in bodies.items():
        error = refuse(factory, factory.sign(typ, body), NotPermitted)
        assert (error.facts["typ"], error.facts["registered"]) == (typ, ["producer"])


def test_what_is_not_in_the_vocabulary_is_unknown(factory: Device) -> None:
    for typ in ("teleport", "ledger.open", "key.enrol", "key.revoke", "org.register"):
        refuse(factory, factory.sign(typ, {}), UnknownEventType)


def test_a_body_with_wrong_fields_names_them(factory: Device) -> None:
    body = {"containers": ["X"], "batch": BATCH, "colour": "red"}
    error = refuse(factory, factory.sign("fill", body), MalformedBody)
    fields = error.facts["fields"]
    assert isinstance(fields, list)
    assert {field["field"] for field in fields} == {"containers.0", "weight_kg", "colour"}


def test_two_events_with_one_number_are_a_fork(factory: Device) -> None:
    seq = json.loads(parse_envelope(factory.sign("produce", produce())).payload)["seq"]
    factory.send(factory.handheld.notebook.records()[seq].envelope)
    other = resigned(factory, lambda p: p.update(seq=seq, prev=""))
    with pytest.raises(DeviceFork):  # not without a trace: tests/services/test_device_fork.py
        factory.send(other)
    after = state_of(factory.deployment)
    with pytest.raises(DeviceFork):
        factory.send(other)
    assert state_of(factory.deployment) == after


def test_a_revoked_device_counts_up_to_its_last_good_event(factory: Device, cast: Cast) -> None:
    code = cast.containers()[0]
    factory.tell("produce", produce())
    waiting = [factory.sign("fill", fill(code), offline=True) for _ in range(3)]
    revoke_device(factory.deployment, factory.dev, RevocationReason.LOST, last_good_seq=2)
    assert not factory.send(waiting[1]).duplicate
    assert not factory.send(waiting[0]).duplicate
    refuse(factory, waiting[2], RevokedDevice)


def test_a_revocation_keeps_what_was_logged(factory: Device) -> None:
    envelope = factory.sign("produce", produce())
    factory.send(envelope)
    revoke_device(factory.deployment, factory.dev, RevocationReason.LOST)
    assert factory.send(envelope).duplicate
    refuse(factory, factory.sign("produce", produce()), RevokedDevice)


def test_the_same_refused_bytes_are_kept_once_and_counted(factory: Device) -> None:
    for _ in range(3):
        with pytest.raises(MalformedRequest):
            record_event(factory.deployment, b"nonsense", remote="192.0.2.7")
    kept = list_quarantine(factory.deployment)
    assert [(row.body, row.times) for row in kept] == [(b"nonsense", 3)]
