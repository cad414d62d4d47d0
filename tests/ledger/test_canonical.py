"""One spelling for every value: RFC 8785 within the ledger's profile."""

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from waste_trace.ledger.canonical import (
    MAX_DEPTH,
    MAX_INTEGER,
    JsonValue,
    canonical_bytes,
    parse_canonical,
)
from waste_trace.ledger.errors import NotCanonical

ascii_keys = st.text(st.characters(max_codepoint=127), max_size=8)
json_values: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(ascii_keys, inner, max_size=5),
    max_leaves=30,
)


def nested(depth: int) -> JsonValue:
    value: JsonValue = 1
    for _ in range(depth):
        value = [value]
    return value


@given(json_values)
def test_bytes_equal_the_reference_implementation(value: JsonValue) -> None:
    assert canonical_bytes(value) == rfc8785.dumps(value)


@given(json_values)
def test_what_is_written_reads_back(value: JsonValue) -> None:
    assert parse_canonical(canonical_bytes(value)) == value


def test_rfc8785_escapes_and_key_order() -> None:
    # The string and the key order of RFC 8785 §3.2.2 and §3.2.3, without its floats.
    value = {
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\u0022/",
        "literals": [None, True, False],
        "1": 1,
        "\r": 2,
        "": 3,
    }
    expected = (
        '{"":3,"\\r":2,"1":1,"literals":[null,true,false],'
        '"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )
    assert canonical_bytes(value) == expected.encode()


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        MAX_INTEGER + 1,
        -MAX_INTEGER - 1,
        2**70,
        {"é": 1},
        {1: 1},
        "\ud800",
        {"a": "\udfff"},
        b"bytes",
        {1, 2},
        object(),
        nested(MAX_DEPTH + 1),
    ],
    ids=lambda value: repr(value).partition(" at 0x")[0],
)
def test_values_outside_the_profile_are_refused(value: object) -> None:
    with pytest.raises(NotCanonical):
        canonical_bytes(value)


def test_the_limits_themselves_are_allowed() -> None:
    assert canonical_bytes([MAX_INTEGER, -MAX_INTEGER]) == b"[9007199254740991,-9007199254740991]"
    assert canonical_bytes(nested(MAX_DEPTH)) == b"[" * MAX_DEPTH + b"1" + b"]" * MAX_DEPTH


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b' {"a":1}',
        b'{"a":1}\n',
        b'{"a": 1}',
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"a":1,"a":2}',
        b'{"a":1.0}',
        b'{"a":1e2}',
        b'{"a":-0}',
        b'{"a":01}',
        b'{"a":9007199254740992}',
        b'{"a":123456789012345678901234567890}',
        b'{"a":"\\u0041"}',
        b'{"a":"\\/"}',
        b'{"a":"\\u000A"}',
        b'{"a":"\\ud800"}',
        b'{"a":"\xff"}',
        b'{"a":"\xed\xa0\x80"}',
        b'\xef\xbb\xbf{"a":1}',
        b'{"\xc3\xa9":1}',
        b'{"a":NaN}',
        b"[" * 5000 + b"]" * 5000,
        b'{"a":1}{"a":1}',
    ],
    ids=lambda data: repr(data[:30]),
)
def test_other_spellings_are_refused(data: bytes) -> None:
    with pytest.raises(NotCanonical):
        parse_canonical(data)


def test_text_is_not_bytes() -> None:
    with pytest.raises(NotCanonical):
        parse_canonical("{}")  # type: ignore[arg-type]  # what a careless caller would pass
