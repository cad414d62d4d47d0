"""A disclosure is one text with one digest, and nothing else fits that digest."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waste_trace.ledger.disclosure import (
    Disclosure,
    format_shown,
    make_disclosure,
    parse_disclosure,
    parse_shown,
)
from waste_trace.ledger.encoding import b64url
from waste_trace.ledger.errors import MalformedDisclosure

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,39}", fullmatch=True)
VALUES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=500)
DISCLOSURES = st.builds(make_disclosure, NAMES, VALUES, st.binary(min_size=16, max_size=16))


@given(DISCLOSURES)
def test_it_travels_and_comes_back(disclosure: Disclosure) -> None:
    assert parse_disclosure(disclosure.text) == disclosure
    assert len(disclosure.digest) == 43


@given(DISCLOSURES)
def test_the_digest_is_what_the_page_says(disclosure: Disclosure) -> None:
    array = [disclosure.salt, disclosure.name, disclosure.value]
    text = json.dumps(array, ensure_ascii=False, separators=(",", ":"))
    assert disclosure.digest == b64url(hashlib.sha256(text.encode()).digest())


@given(NAMES, VALUES, st.binary(min_size=16, max_size=16), st.binary(min_size=16, max_size=16))
def test_another_salt_is_another_digest(name: str, value: str, one: bytes, two: bytes) -> None:
    same = make_disclosure(name, value, one).digest == make_disclosure(name, value, two).digest
    assert same == (one == two)


@given(DISCLOSURES, DISCLOSURES)
def test_no_two_disclosures_share_a_digest(one: Disclosure, two: Disclosure) -> None:
    assert (one.digest == two.digest) == (one == two) == (one.text == two.text)


@given(DISCLOSURES)
def test_it_does_not_show_itself_in_a_log(disclosure: Disclosure) -> None:
    assert repr(disclosure) == f"Disclosure({disclosure.name}, {disclosure.digest})"


@pytest.mark.parametrize(
    "array",
    [
        [],
        ["A" * 22, "name"],
        ["A" * 22, "name", "value", "more"],
        ["A" * 21, "name", "value"],
        ["A" * 21 + "B", "name", "value"],
        ["A" * 22 + "==", "name", "value"],
        ["A" * 22, "Name", "value"],
        ["A" * 22, "", "value"],
        ["A" * 22, "n" * 41, "value"],
        ["A" * 22, "name", ""],
        ["A" * 22, "name", "v" * 501],
        ["A" * 22, "name", "a\x00b"],
        ["A" * 22, "name", 1],
        {"salt": "A" * 22},
        "name",
    ],
)
def test_what_is_no_disclosure_is_refused(array: object) -> None:
    text = json.dumps(array, ensure_ascii=False, separators=(",", ":"))
    with pytest.raises(MalformedDisclosure):
        parse_disclosure(b64url(text.encode()))


def test_there_is_one_spelling() -> None:
    good = make_disclosure("driver_name", "吴驾驶", bytes(16))
    spaced = json.dumps([good.salt, good.name, good.value], ensure_ascii=False)
    escaped = json.dumps([good.salt, good.name, good.value], separators=(",", ":"))
    for text in (b64url(spaced.encode()), b64url(escaped.encode()), good.text + "=", "", "*"):
        with pytest.raises(MalformedDisclosure):
            parse_disclosure(text)


@given(st.dictionaries(st.integers(0, 10**6), st.lists(DISCLOSURES, min_size=1, max_size=3)))
def test_the_file_of_a_bundle_comes_back(shown: dict[int, list[Disclosure]]) -> None:
    data = format_shown({index: [one.text for one in many] for index, many in shown.items()})
    assert {i: set(many) for i, many in parse_shown(data).items()} == {
        index: set(many) for index, many in shown.items()
    }


def test_the_file_of_a_bundle_has_one_spelling() -> None:
    one = make_disclosure("a", "1", bytes(16)).text
    two = make_disclosure("a", "2", bytes(16)).text
    data = format_shown({3: [one, two], 1: [one]})
    lines = data.splitlines(keepends=True)
    bad = [
        data[:-1],
        data + b"\n",
        lines[1] + lines[0] + lines[2],
        lines[0] * 2,
        data.replace(b":1}", b":true}"),
        data.replace(b":1}", b":1.0}"),
        data.replace(b":1}", b": 1}"),
        data.replace(b'"index"', b'"place"'),
        data.replace(one[:9].encode(), b"!" * 9, 1),
    ]
    assert parse_shown(b"") == {}
    for altered in bad:
        with pytest.raises(MalformedDisclosure):
            parse_shown(altered)
