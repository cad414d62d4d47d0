"""No leaf holds personal data: every text in every leaf of the tests' lives (and of the story)."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cast import FACTORY, Cast, produce
from tests.devices import Clock
from tests.services.lives import drum, merged
from waste_trace.ledger.canonical import JsonValue, parse_canonical
from waste_trace.ledger.disclosure import MAX_VALUE
from waste_trace.ledger.event import Event, event_value, parse_event
from waste_trace.ledger.leaf import parse_leaf
from waste_trace.ledger.reasons import (
    REASON_FIELDS,
    Reason,
    RenewalReason,
    RevocationReason,
    reason_given,
)
from waste_trace.ledger.registry_bodies import LOG_EVENT_TYPES
from waste_trace.services.deployment import Deployment
from waste_trace.services.enrol_device import revoke_device
from waste_trace.services.renew_key import RENEWABLE, renew_key
from waste_trace.store.sequencer import Draft
from waste_trace.store.tiles import all_leaves, read_head

# Mobile and land lines as people write them; not inside longer numbers (codes, manifests).
PHONE = re.compile(
    r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)|(?<!\d)0\d{2,3}-\d{7,8}(?!\d)"
)
# GB 11643: 17 digits with a date of birth, and a check character.
ID_CARD = re.compile(
    r"(?<![0-9A-Z])[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx](?![0-9A-Z])"
)
#: Bytes in base64 and what is random by its form, in which a run of digits means nothing.
OPAQUE = re.compile(
    r"[A-Za-z0-9+/_-]{43}=?|[A-Za-z0-9+/]{80,}={0,2}|[0-9a-f]{64}"
    r"|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|dev-[0-9a-f]{16}(/[0-9]+)?|usr_[0-9a-f]{16}"
)

#: What log events say beside their reasons: keys, hashes, numbers, codes, and the names of
#: organisations, places and services.
LOG_FIELDS = {
    "actor", "alg", "basis", "capacity_kg", "catalogue", "continues", "dev", "digests", "ep",
    "first", "from_seq", "held", "high_water", "index", "kind", "kinds", "last_good_seq",
    "last_hash", "last_seq", "log_key", "name", "org", "origin", "payload", "pii", "pub", "purpose",
    "region", "registrar", "replaces", "second", "seq", "sig", "site", "vkey",
}  # fmt: skip


def texts(value: JsonValue) -> Iterator[str]:
    """Every text in a JSON value, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


def event_of(leaf: bytes) -> Event:
    """The event that a leaf holds."""
    return parse_event(parse_leaf(leaf).envelope.payload)


def texts_of_leaf(leaf: bytes) -> list[str]:
    """Every text in a leaf, those of the signed payload among them."""
    return [*texts(parse_canonical(leaf)), *texts(event_value(event_of(leaf)))]


def personal_in(leaf: bytes, known: list[str]) -> list[str]:
    """What of a leaf is personal data: known values, and what looks like a phone or an ID card."""
    found = []
    for text in texts_of_leaf(leaf):
        found += [value for value in known if value in text]
        if not OPAQUE.fullmatch(text):
            found += [match[0] for match in (PHONE.search(text), ID_CARD.search(text)) if match]
    return found


def worded_in(leaf: bytes) -> list[str]:
    """What a log event says in words of somebody's own: reasons that are no code, new fields."""
    event = event_of(leaf)
    if event.typ not in LOG_EVENT_TYPES:
        return []
    said, (field, _) = reason_given(event.typ, event.body), REASON_FIELDS.get(event.typ, ("", ()))
    worded = [said] if said and not isinstance(said, Reason) else []
    return [*worded, *(set(event.body) - LOG_FIELDS - {field})]


def leaves_of(deployment: Deployment) -> list[bytes]:
    """Every leaf of a deployment."""
    with deployment.engine.connect() as connection:
        head = read_head(connection)
        assert head is not None
        return [leaf for _, leaf in all_leaves(connection, head.size)]


def test_the_scan_finds_what_it_looks_for(deployment: Deployment, cast: Cast) -> None:
    for text in ("13800000001", "电话 +86 138-0000-0001", "0573-85012345", "33048219900307123X",
                 "吴驾驶 13800000001"):  # fmt: skip
        cast.device(FACTORY).tell("produce", produce(form=text))
        assert personal_in(leaves_of(deployment)[-1], ["吴驾驶"])
    cast.device(FACTORY).tell("produce", produce())
    assert personal_in(leaves_of(deployment)[-1], ["吴驾驶"]) == []


def test_lives_told_by_tests_have_none(deployment: Deployment, cast: Cast, clock: Clock) -> None:
    drum(cast, clock)
    merged(cast, clock)
    leaves = leaves_of(deployment)
    assert [found for leaf in leaves if (found := worded_in(leaf))] == []
    assert len(leaves) > 30
    assert [found for leaf in leaves if (found := personal_in(leaf, ["测试"]))] == []


def test_log_events_have_codes_and_no_words(deployment: Deployment, cast: Cast) -> None:
    for ended in RevocationReason:
        revoke_device(deployment, cast.device(FACTORY).dev, ended)
    for name in RENEWABLE:
        for renewed in RenewalReason:
            renew_key(deployment, name, renewed)
    leaves = leaves_of(deployment)
    assert [found for leaf in leaves if (found := worded_in(leaf))] == []
    given = [reason_given(event.typ, event.body) for event in map(event_of, leaves)]
    assert {one for one in given if one} == {*RevocationReason, *RenewalReason}


@pytest.mark.parametrize("more", [{"reason": "吴驾驶弄丢"}, {"reason": "lost", "note": "吴驾驶"}])
def test_words_in_a_log_event_are_found(
    deployment: Deployment, cast: Cast, more: dict[str, object]
) -> None:
    """As an operator of an earlier version could type them."""
    ended = {"dev": cast.device(FACTORY).dev, "ep": 0, "last_good_seq": -1}
    deployment.sequencer.compose("registrar", lambda _: [Draft("key.revoke", {**ended, **more})])
    assert worded_in(leaves_of(deployment)[-1])


NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,39}", fullmatch=True)
# Long enough that a value does not stand in a leaf by chance, as "1" does.
VALUES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=6, max_size=MAX_VALUE)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=5))
def test_no_value_gets_into_a_leaf(
    deployment: Deployment, cast: Cast, personal: dict[str, str]
) -> None:
    cast.device(FACTORY).tell("produce", produce(), personal=personal)
    leaf = leaves_of(deployment)[-1]
    assert personal_in(leaf, list(personal.values())) == []
    assert len(event_of(leaf).body["pii"]) == len(personal)  # type: ignore[arg-type]
