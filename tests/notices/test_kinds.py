"""The table of kinds and its words; signatures; which addresses are public."""

import hashlib
import hmac
from base64 import b64decode, b64encode

import pytest

from waste_trace.custody.vocabulary import KINDS as ROLES
from waste_trace.custody.vocabulary import REGULATOR, VOCABULARY
from waste_trace.notices.kinds import (
    BUREAU,
    BY_CAUSE,
    KINDS,
    Email,
    Source,
    default_wish,
    kinds_for,
)
from waste_trace.notices.reachable import is_public
from waste_trace.notices.signed_message import is_signed, secret_text, sign_message
from waste_trace.notices.words import MOST_CHARACTERS, addressees, say


def test_every_cause_exists() -> None:
    assert set(BY_CAUSE) - set(VOCABULARY) - set(Source) == set()


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_speaks_both_languages_and_is_for_somebody(name: str) -> None:
    kind = KINDS[name]
    assert kind.to
    assert any("一" <= letter <= "鿿" for letter in kind.says_zh + kind.zh)
    assert kind.en.isascii()
    assert set(kind.email) <= set(ROLES)
    assert any(kind in kinds_for(role) for role in ROLES)


def test_the_bureau_hears_of_what_is_serious_and_of_answers() -> None:
    kind, answered = kinds_for(REGULATOR)
    assert (kind.name, answered.name) == ("district_finding", "finding_answered")
    assert kind.to == (BUREAU,)
    assert kind.concerns({"severity": "serious"})
    assert not kind.concerns({"severity": "notice"})
    assert default_wish(kind, REGULATOR).email is Email.DIGEST
    assert default_wish(kind, "producer").email is Email.OFF


def test_words_come_from_the_fact_and_nothing_in_it_is_a_template() -> None:
    kind = KINDS["manifest_addressed"]
    said = say(kind, {"org_name": "{manifest.__class__}", "manifest": "20263304000001"})
    assert said.zh.startswith("{manifest.__class__}填写了联单 20263304000001")
    assert said.href == "/manifests/20263304000001"
    assert "—" in say(kind, {}).zh
    assert len(say(kind, {"org_name": "长" * 9000}).zh) == MOST_CHARACTERS


def test_whoever_caused_it_is_not_told() -> None:
    kind = KINDS["correction_asked"]
    assert addressees(kind, {"others": "A,B,C", "by": "B"}) == {"A", "C"}
    assert addressees(kind, {}) == set()


def test_a_signature_is_what_the_standard_says() -> None:
    """The computation of standardwebhooks.com, written again."""
    secret, body = secret_text(b"m" * 32, "whk_1", 0), b'{"a":"\xe5\x8e\x82"}'
    key = b64decode(secret.removeprefix("whsec_"))
    assert len(key) == 32
    expected = hmac.new(key, b"msg_1.1795420800." + body, hashlib.sha256).digest()
    signature = sign_message(secret, "msg_1", 1795420800, body)
    assert signature == "v1," + b64encode(expected).decode()
    assert is_signed(secret, "msg_1", 1795420800, body, f"v1,AAAA {signature}")
    for other in (
        is_signed(secret, "msg_2", 1795420800, body, signature),
        is_signed(secret, "msg_1", 1795420801, body, signature),
        is_signed(secret, "msg_1", 1795420800, body + b" ", signature),
        is_signed(secret_text(b"m" * 32, "whk_1", 1), "msg_1", 1795420800, body, signature),
    ):
        assert other is False


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "114.114.114.114", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"],
)
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.0.1", "0.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1",
        "::1", "::", "fe80::1", "fe80::1%eth0", "fd00::1", "ff02::1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::",
        "2002:a00:1::", "2001:db8::1",
    ],
)  # fmt: skip
def test_addresses_that_only_this_network_knows(address: str) -> None:
    assert not is_public(address)
