"""Device chains against a plain model: any order of arrival, with drops, forks and lies."""

from dataclasses import replace

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ledger.sample_ledger import Device, key
from waste_trace.ledger.canonical import JsonValue
from waste_trace.ledger.device_chain import ChainFlag, DeviceChain
from waste_trace.ledger.errors import BrokenChain
from waste_trace.ledger.event import Event, parse_event, payload_hash


def chain_of(length: int) -> list[tuple[Event, bytes]]:
    device = Device("gun-01", key(21))
    payloads = [device.event("weigh", {"n": n}).payload for n in range(length)]
    return [(parse_event(payload), payload_hash(payload)) for payload in payloads]


EVENTS = chain_of(12)


@given(st.permutations(range(12)), st.integers(0, 12))
def test_any_order_of_arrival(order: list[int], arrived: int) -> None:
    chain, seen = DeviceChain(), set[int]()
    for seq in order[:arrived]:
        flags = chain.accept(*EVENTS[seq])
        head = max(seen, default=-1)
        expected = []
        if seq > head + 1:
            expected = [ChainFlag.GAP]
        elif seq < head:
            expected = [ChainFlag.OUT_OF_ORDER]
        assert flags == expected
        seen.add(seq)
        missing = set(range(max(seen))) - seen
        assert chain.head == max(seen)
        assert {n for a, b in chain.gaps for n in range(a, b + 1)} == missing
        assert chain.missing == len(missing)
        stored = orjson.loads(orjson.dumps(chain.to_value()))
        chain = DeviceChain.from_value(stored)
    if arrived == 12:
        assert chain == DeviceChain(head=11, known={11: EVENTS[11][1]})


@given(st.permutations(range(6)), st.integers(0, 5))
def test_a_second_event_for_one_seq_is_a_fork(order: list[int], again: int) -> None:
    chain = DeviceChain()
    for seq in order:
        chain.accept(*EVENTS[seq])
    before = chain.to_value()
    assert chain.accept(EVENTS[again][0], b"\xff" * 32) == [ChainFlag.FORK]
    assert chain.to_value() == before


@given(st.permutations(range(6)), st.integers(1, 5))
def test_an_event_that_names_another_predecessor_is_noticed(order: list[int], liar: int) -> None:
    chain = DeviceChain()
    flags: list[ChainFlag] = []
    for seq in order:
        event, digest = EVENTS[seq]
        if seq == liar:
            event = replace(event, prev=b"\xee" * 32)
        flags += chain.accept(event, digest)
    assert flags.count(ChainFlag.PREV_MISMATCH) == 1


def test_a_predecessor_that_comes_late_with_other_bytes_is_noticed() -> None:
    chain = DeviceChain()
    chain.accept(*EVENTS[0])
    assert chain.accept(*EVENTS[2]) == [ChainFlag.GAP]
    flags = chain.accept(EVENTS[1][0], b"\xff" * 32)
    assert flags == [ChainFlag.OUT_OF_ORDER, ChainFlag.PREV_MISMATCH]


@pytest.mark.parametrize(
    "change",
    [
        {"head": "1"},
        {"head": -2},
        {"gaps": [[3, 2]]},
        {"gaps": [[0, 99]]},
        {"gaps": [[1]]},
        {"gaps": "none"},
        {"known": {}},
        {"known": {"1": "AA", "5": "AA", "9": "AA"}},
        {"known": {"x": "AA"}},
        {"known": {"1": 1}},
        {"wanted": {}},
        {"wanted": {"4": "!"}},
    ],
    ids=repr,
)
def test_states_that_cannot_be(change: dict[str, JsonValue]) -> None:
    chain = DeviceChain()
    for seq in (0, 1, 5):
        chain.accept(*EVENTS[seq])
    good = chain.to_value()
    assert DeviceChain.from_value(good) == chain
    with pytest.raises(BrokenChain):
        DeviceChain.from_value({**good, **change})
    with pytest.raises(BrokenChain):
        DeviceChain.from_value({})
