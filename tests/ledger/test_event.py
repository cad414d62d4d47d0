"""The signed payload: what is read, and what is refused with the field's name."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ledger.sample_ledger import ORIGIN
from waste_trace.ledger.canonical import JsonValue, canonical_bytes
from waste_trace.ledger.dsse import Envelope, envelope_value
from waste_trace.ledger.errors import MalformedEvent, MalformedLeaf, NotCanonical
from waste_trace.ledger.event import (
    MAX_PAYLOAD_BYTES,
    Event,
    Seen,
    build_payload,
    event_value,
    new_event_id,
    parse_event,
    payload_hash,
)
from waste_trace.ledger.leaf import Leaf, leaf_bytes, parse_leaf

EVENT = Event(
    log=ORIGIN,
    typ="weigh",
    id="01932c07-8400-7000-8000-000000000000",
    dev="gun-01",
    ep=0,
    seq=1,
    prev=b"\x01" * 32,
    seen=Seen(3, b"\x02" * 32),
    t="2026-11-23T08:00:00.123Z",
    off=True,
    act="usr_abc123",
    org="91330482MA2CXYZ12A",
    site="TS001",
    body={"weight_kg": "182.500", "drums": [{"n": 1, "ok": True}]},
)


def test_an_event_reads_back() -> None:
    payload = build_payload(EVENT)
    assert parse_event(payload) == EVENT
    assert EVENT.key_id == "gun-01/0"
    assert EVENT.claimed_at == datetime(2026, 11, 23, 8, 0, 0, 123_000, tzinfo=UTC)
    assert payload == canonical_bytes(event_value(EVENT))


def test_identity_is_the_hash_of_the_bytes() -> None:
    assert payload_hash(b"abc").hex() == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )


WRONG: list[tuple[str, JsonValue]] = [
    ("v", 2),
    ("v", True),
    ("log", ""),
    ("log", "a b"),
    ("log", "a+b"),
    ("typ", "Weigh"),
    ("typ", "a.b.c"),
    ("typ", "a."),
    ("id", "01932C07-8400-7000-8000-000000000000"),
    ("id", "01932c07-8400-4000-8000-000000000000"),
    ("id", "01932c07-8400-7000-c000-000000000000"),
    ("dev", "-gun"),
    ("dev", "g1"),
    ("dev", "a" * 49),
    ("dev", "gun-01\n"),
    ("ep", -1),
    ("ep", True),
    ("ep", "0"),
    ("seq", -1),
    ("seq", 0),  # but prev is not empty
    ("prev", ""),  # but seq is not 0
    ("prev", "AQ"),
    ("prev", "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQF"),  # stray bits
    ("prev", "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="),
    ("prev", 1),
    ("seen", {}),
    ("seen", {"n": 0, "root": "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="}),
    ("seen", {"n": 3, "root": ""}),
    ("seen", {"n": 3, "root": "AgI="}),
    ("seen", {"n": "3", "root": ""}),
    ("t", "2026-11-23T08:00:00Z"),
    ("t", "2026-11-23T08:00:00.000+08:00"),
    ("t", "2026-02-30T08:00:00.000Z"),
    ("t", "2026-11-23T24:00:00.000Z"),
    ("off", 1),
    ("act", "zhang"),
    ("org", "91330482ma2cxyz12a"),
    ("org", "123"),
    ("site", "a\u0000b"),
    ("site", 1),
    ("body", []),
    ("body", "x"),
]


@pytest.mark.parametrize(("name", "value"), WRONG, ids=lambda v: repr(v)[:40])
def test_each_field_is_checked_and_named(name: str, value: JsonValue) -> None:
    changed = {**event_value(EVENT), name: value}
    with pytest.raises(MalformedEvent) as caught:
        parse_event(canonical_bytes(changed))
    wrong = caught.value.facts["field"]
    assert wrong == name or (name == "seq" and wrong == "prev")


@pytest.mark.parametrize("body", [{"A": 1}, {"a-b": 1}, {"": 1}, {"a": {"B": 1}}, {"a": None}])
def test_body_keys_and_null(body: dict[str, JsonValue]) -> None:
    with pytest.raises(MalformedEvent):
        parse_event(canonical_bytes({**event_value(EVENT), "body": body}))


def test_missing_and_extra_fields() -> None:
    value = event_value(EVENT)
    with pytest.raises(MalformedEvent):
        parse_event(canonical_bytes({**value, "more": 1}))
    for name in value:
        with pytest.raises(MalformedEvent):
            parse_event(canonical_bytes({k: v for k, v in value.items() if k != name}))
    with pytest.raises(MalformedEvent):
        parse_event(b"[]")


def test_floats_and_size() -> None:
    with pytest.raises(NotCanonical):
        parse_event(canonical_bytes(event_value(EVENT)).replace(b'"182.500"', b"182.5"))
    room = MAX_PAYLOAD_BYTES - len(canonical_bytes({**event_value(EVENT), "body": {"a": ""}}))
    exact = canonical_bytes({**event_value(EVENT), "body": {"a": "x" * room}})
    assert parse_event(exact).body == {"a": "x" * room}
    with pytest.raises(MalformedEvent):
        parse_event(canonical_bytes({**event_value(EVENT), "body": {"a": "x" * (room + 1)}}))


@given(ms=st.integers(0, 2**48 - 1), random=st.binary(min_size=10, max_size=10))
def test_event_ids_are_uuid7_that_sort_by_time(ms: int, random: bytes) -> None:
    text = new_event_id(ms, random)
    assert int(text.replace("-", "")[:12], 16) == ms
    parse_event(canonical_bytes({**event_value(EVENT), "id": text}))


@pytest.mark.parametrize(("ms", "random"), [(-1, bytes(10)), (2**48, bytes(10)), (0, bytes(9))])
def test_event_ids_of_impossible_parts(ms: int, random: bytes) -> None:
    with pytest.raises(ValueError, match="UUIDv7"):
        new_event_id(ms, random)


ENVELOPE = Envelope(b"payload", "text/plain", "gun-01/0", bytes(64))


def test_a_leaf_is_these_bytes() -> None:
    data = leaf_bytes(ENVELOPE, 1_795_420_800_000)
    assert data == (
        b'{"env":{"payload":"cGF5bG9hZA==","payloadType":"text/plain","signatures":'
        b'[{"keyid":"gun-01/0","sig":"' + b"A" * 86 + b'=="}]},"ms":1795420800000,"v":1}'
    )
    assert parse_leaf(data) == Leaf(ENVELOPE, 1_795_420_800_000)


@given(st.binary(max_size=200), st.text(), st.text(), st.integers(0, 2**53 - 1))
def test_a_leaf_is_canonical(payload: bytes, kind: str, key_id: str, ms: int) -> None:
    envelope = Envelope(payload, kind, key_id, bytes(64))
    value = {"env": envelope_value(envelope), "ms": ms, "v": 1}
    assert leaf_bytes(envelope, ms) == canonical_bytes(value)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"v":1', b'"v":2'),
        (b'"v":1', b'"v":true'),
        (b'"ms":5', b'"ms":-5'),
        (b'"ms":5', b'"ms":"5"'),
        (b'"ms":5', b'"ms":true'),
        (b'"ms":5', b'"ms":5,"n":1'),
    ],
)
def test_malformed_leaves(old: bytes, new: bytes) -> None:
    data = leaf_bytes(ENVELOPE, 5)
    assert old in data
    with pytest.raises(MalformedLeaf):
        parse_leaf(data.replace(old, new))


def test_leaves_that_do_not_fit_into_an_entry_bundle() -> None:
    big = Envelope(bytes(50_000), "text/plain", "gun-01/0", bytes(64))
    with pytest.raises(MalformedLeaf):
        leaf_bytes(big, 5)
    with pytest.raises(MalformedLeaf):
        leaf_bytes(ENVELOPE, -1)
    with pytest.raises(MalformedLeaf):
        parse_leaf(b" " * 70_000)
