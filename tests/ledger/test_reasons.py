"""Reasons that leaves give: codes, with words for people; older leaves are read as they are."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.ledger.page_checks import check, zipped
from tests.ledger.sample_ledger import Device, SampleLedger, key, opening_body, rotate
from tests.ledger.test_log_keys import KEYS, keys_for, next_key, policy
from tests.ledger.tools import ROOT
from waste_trace.ledger.canonical import JsonValue
from waste_trace.ledger.leaf import parse_leaf
from waste_trace.ledger.reasons import (
    REASON_FIELDS,
    EndingReason,
    Reason,
    RenewalReason,
    RevocationReason,
    reason_given,
)
from waste_trace.ledger.verify import verify_bundle

KINDS: list[type[Reason]] = [EndingReason, RenewalReason, RevocationReason]
WORDS = "吴驾驶 13800000001 把手机丢了 <b>"


@pytest.mark.parametrize("kind", KINDS)
def test_a_code_is_plain_and_has_words_in_both_languages(kind: type[Reason]) -> None:
    for code in kind:
        assert re.fullmatch("[a-z]+(_[a-z]+)*", code.value)
        assert re.fullmatch("[一-鿿]+", code.zh)
        assert code.en.isascii()
        assert kind(code.value) is code  # type: ignore[call-arg]


def test_the_description_of_the_ledger_lists_them() -> None:
    described = (ROOT / "docs/ledger.md").read_text(encoding="utf-8")
    for kind in KINDS:
        for code in kind:
            assert f"`{code.value}`" in described
            assert code.zh in described


@pytest.mark.parametrize("typ", REASON_FIELDS)
def test_what_a_leaf_says(typ: str) -> None:
    field, kinds = REASON_FIELDS[typ]
    for kind in kinds:
        for code in kind:
            assert reason_given(typ, {field: code.value}) == code.value
    assert reason_given(typ, {field: WORDS}) == WORDS
    assert not isinstance(reason_given(typ, {field: WORDS}), Reason)
    absent: list[dict[str, JsonValue]] = [{}, {field: ""}, {field: 1}, {field: ["lost"]}]
    for nothing in absent:
        assert reason_given(typ, nothing) == ""


def test_a_code_counts_where_it_belongs() -> None:
    assert reason_given("key.revoke", {"reason": "lost"}) is RevocationReason.LOST
    assert reason_given("key.revoke", {"reason": "scheduled"}) is RenewalReason.SCHEDULED
    assert not isinstance(reason_given("log.key", {"reason": "lost"}), Reason)
    assert reason_given("void_label", {"reason": "lost"}) == ""


@pytest.mark.parametrize("words", [True, False])
def test_both_verifiers_take_codes_and_the_words_of_earlier_versions(
    page: Page, tmp_path: Path, words: bool
) -> None:
    def why(code: Reason) -> dict[str, JsonValue]:
        return {"reason": WORDS if words else code.value}

    ledger = SampleLedger()
    because = WORDS if words else EndingReason.DATABASE_LOST.value
    more: dict[str, JsonValue] = {"held": 3, "high_water": {"n": 4, "root": ""}}
    opening = {**opening_body(), **more, "because": because}
    ledger.log(ledger.registrar.event("ledger.open", opening))
    ledger.enrol(Device("gun-01", key(21)))
    ledger.log(rotate(ledger.registrar, key(40), **why(RenewalReason.STAFF_CHANGED)))
    ended: dict[str, JsonValue] = {"dev": "gun-01", "ep": 0, "last_good_seq": -1}
    revoked = {**ended, **why(RevocationReason.LOST)}
    ledger.log(ledger.registrar.event("key.revoke", revoked))
    named = next_key(1, **why(RenewalReason.KEY_STOLEN))
    ledger.log(ledger.registrar.event("log.key", named))
    folder = ledger.write(tmp_path / "b", checkpoint=ledger.checkpoint(signers=KEYS[1:2]))
    given = keys_for(tmp_path / "given", policy(*KEYS[:2]))
    assert (WORDS.encode() in b"".join(_payloads(ledger))) is words
    assert verify_bundle(folder, given).problem is None
    report = check(page, zipped(folder), given)
    assert (report["verdict"], report["problem"], report["size"]) == ("proven", None, 5)


def _payloads(ledger: SampleLedger) -> list[bytes]:
    return [parse_leaf(leaf).envelope.payload for leaf in ledger.leaves]
