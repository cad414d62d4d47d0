"""Envelopes: the protocol's own example, and agreement with an independent implementation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib.dsse import Envelope as OtherEnvelope
from securesystemslib.signer._key import SSlibKey

from tests.ledger.sample_ledger import key
from waste_trace.ledger.canonical import JsonValue, canonical_bytes
from waste_trace.ledger.dsse import (
    Envelope,
    envelope_bytes,
    envelope_from_value,
    envelope_value,
    pae,
    parse_envelope,
    sign_envelope,
    verify_envelope,
)
from waste_trace.ledger.errors import InvalidSignature, MalformedEnvelope, NotCanonical


def test_pae_of_the_dsse_protocol() -> None:
    assert pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )
    assert pae("", b"") == b"DSSEv1 0  0 "


@given(payload=st.binary(max_size=200), kind=st.text(st.characters(max_codepoint=127), min_size=1))
def test_another_implementation_accepts_our_envelopes(payload: bytes, kind: str) -> None:
    signing_key = key(5)
    ours = sign_envelope(payload, kind, "gun-01/0", signing_key)
    theirs = OtherEnvelope.from_dict(envelope_value(ours))
    assert theirs.pae() == pae(kind, payload)
    public = SSlibKey("gun-01/0", "ed25519", "ed25519", {"public": signing_key.public_key.hex()})
    assert theirs.verify([public], 1)


@given(payload=st.binary(min_size=1, max_size=100))
def test_an_envelope_reads_back_and_verifies(payload: bytes) -> None:
    envelope = sign_envelope(payload, "text/plain", "a/0", key(5, "p256"))
    assert parse_envelope(envelope_bytes(envelope)) == envelope
    verify_envelope(envelope, "p256", key(5, "p256").public_key)


@pytest.mark.parametrize("field", ["payload", "payload_type", "signature"])
def test_every_part_is_under_the_signature(field: str) -> None:
    good = sign_envelope(b"payload", "text/plain", "a/0", key(5))
    parts = {
        "payload": good.payload,
        "payload_type": good.payload_type,
        "key_id": good.key_id,
        "signature": good.signature,
    }
    changed = {"payload": b"Payload", "payload_type": "text/html", "signature": bytes(64)}
    bad = Envelope(**{**parts, field: changed[field]})  # type: ignore[arg-type]  # by name
    with pytest.raises(InvalidSignature):
        verify_envelope(bad, "ed25519", key(5).public_key)


SIGNATURE: dict[str, JsonValue] = {"keyid": "a/0", "sig": "AA=="}
GOOD: dict[str, JsonValue] = {
    "payload": "AA==",
    "payloadType": "t",
    "signatures": [dict(SIGNATURE)],
}


@pytest.mark.parametrize(
    "change",
    [
        {"payload": "AB=="},  # stray bits
        {"payload": "AA"},
        {"payload": "AA==\n"},
        {"payload": "-_=="},
        {"payload": "é"},
        {"payload": 1},
        {"payload": ""},
        {"payloadType": ""},
        {"payloadType": "类型"},
        {"signatures": []},
        {"signatures": [SIGNATURE, SIGNATURE]},
        {"signatures": [{"sig": "AA=="}]},
        {"signatures": [{**SIGNATURE, "cert": "x"}]},
        {"signatures": "AA=="},
        {"extra": 1},
    ],
    ids=repr,
)
def test_malformed_envelopes(change: dict[str, JsonValue]) -> None:
    assert envelope_from_value(GOOD).key_id == "a/0"
    with pytest.raises(MalformedEnvelope):
        parse_envelope(canonical_bytes({**GOOD, **change}))


@pytest.mark.parametrize("value", [None, [], "x", {}], ids=repr)
def test_what_is_no_object_is_no_envelope(value: object) -> None:
    with pytest.raises(MalformedEnvelope):
        envelope_from_value(value)


def test_envelope_bytes_have_one_spelling() -> None:
    with pytest.raises(NotCanonical):
        parse_envelope(canonical_bytes(GOOD).replace(b",", b", "))
