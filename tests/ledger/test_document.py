"""docs/ledger.md: its examples are what the code makes, and a stranger accepts the first."""

import ast
import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.ledger import strangers_bundles
from tests.ledger import strangers_verifier as stranger
from tests.ledger.sample_ledger import (
    ORIGIN,
    REGISTRAR_KEY,
    WITNESSES,
    Device,
    key,
    rotate,
    small_ledger,
)
from tests.ledger.test_keys import both
from tests.ledger.test_log_keys import KEYS, VKEYS, changed_ledger
from tests.ledger.worked_example import PAGE, example_blocks, read_blocks
from waste_trace.ledger import verify_result
from waste_trace.ledger.cosignature import cosigner_vkey
from waste_trace.ledger.event import _FIELDS
from waste_trace.ledger.registry_bodies import LOG_EVENT_TYPES

Blocks = dict[str, str]


@pytest.fixture(scope="module")
def page() -> Blocks:
    return read_blocks(PAGE.read_text(encoding="utf-8"))


def test_the_page_shows_what_the_code_makes(page: Blocks) -> None:
    assert page == example_blocks(), "run: python -m tests.ledger.worked_example"


def test_the_page_names_every_field_event_type_and_exit_code() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name in (*_FIELDS, *LOG_EVENT_TYPES):
        assert f"`{name}`" in text, name
    for verdict, code in verify_result.EXIT.items():
        if verdict is not verify_result.Verdict.UNUSABLE:
            assert f"{code} {verdict}" in text


@pytest.mark.parametrize("file", [stranger.__file__, strangers_bundles.__file__])
def test_the_strangers_verifier_uses_nothing_of_ours(file: str) -> None:
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    imported = {
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [a.name for a in node.names]
        )
    } - {stranger.__name__}
    assert not any(name.startswith(("waste_trace", "tests", "api")) for name in imported)


def check_page(page: Blocks) -> None:
    """What a reader of the page can check with the page alone."""
    log, registrar, witness = page["keys"].splitlines()
    entries = [line.encode() for line in (page["earlier"] + page["entry"]).splitlines()]
    hashes = [stranger.sha256(b"\x00" + entry) for entry in entries]
    assert [digest.hex() for digest in hashes] == page["leaves"].splitlines()
    size, root, _ = stranger.check_note(page["checkpoint"], log, witness)
    assert (size, root) == (3, stranger.tree_root(hashes))
    assert page["root"].splitlines() == [stranger.tree_root(hashes[:2]).hex(), root.hex()]
    keys = stranger.Keys(stranger.read_vkey(registrar)[3], stranger.read_vkey(log)[0])
    events = [keys.check(index, entry) for index, entry in enumerate(entries)]
    assert events[2] == json.loads(page["payload"])
    assert page["identity"].strip() == hashlib.sha256(page["payload"][:-1].encode()).hexdigest()
    assert page["pae"].startswith("DSSEv1 ")
    assert page["pae"].rstrip("\n").endswith(f" {len(page['payload']) - 1} ")
    bundle = b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)
    assert page["bundle"] == f"{len(bundle)} {hashlib.sha256(bundle).hexdigest()}\n"
    envelope = json.loads(entries[2])["env"]
    assert stranger.check_receipt(page["receipt"], envelope, log, witness) == 2
    assert page["policy"].splitlines()[0] == f"log {log}"


def test_a_stranger_can_verify_the_page(page: Blocks) -> None:
    check_page(page)


def test_the_signatures_of_a_key_of_mixed_order(page: Blocks) -> None:
    """Both libraries accept the first and refuse the second, as the page says."""
    public_key, *lines = page["mixed"].splitlines()
    answers = []
    for line in lines:
        message, signature = line.split(": ")
        answers.append(both(bytes.fromhex(public_key), bytes.fromhex(signature), message.encode()))
    assert answers == [{True}, {False}]


def test_the_digest_is_that_of_the_disclosure(page: Blocks) -> None:
    array, disclosure, digest = page["disclosure"].splitlines()
    assert base64.urlsafe_b64decode(disclosure + "==").decode() == array
    hashed = base64.urlsafe_b64encode(hashlib.sha256(array.encode()).digest())
    assert hashed.decode().rstrip("=") == digest


def strangers_reading(leaves: list[bytes]) -> stranger.Keys:
    """A ledger as somebody reads it who begins with the registrar's first key."""
    keys = stranger.Keys(REGISTRAR_KEY.public_key, ORIGIN)
    for index, leaf in enumerate(leaves):
        keys.check(index, leaf)
    return keys


def prefixes_of(leaves: list[bytes]) -> stranger.OfHistory:
    """A checkpoint is of this history if its root is that of its first entries."""

    def check(_: int, size: int, root: bytes) -> None:
        assert root == stranger.tree_root(leaves[:size])

    return check


def test_a_stranger_follows_a_registrar_that_has_changed_its_key() -> None:
    ledger = small_ledger(2)
    old = replace(ledger.registrar)
    ledger.log(rotate(ledger.registrar, key(40)))
    ledger.enrol(Device("gun-03", key(23)))
    strangers_reading(ledger.leaves)
    ledger.log(old.event("org.register", {"org": "x"}))
    with pytest.raises((AssertionError, KeyError)):
        strangers_reading(ledger.leaves)


def test_a_stranger_is_led_from_any_key_of_the_log_to_its_newest() -> None:
    changed = changed_ledger()
    keys = strangers_reading(changed.ledger.leaves)
    witness = cosigner_vkey("w1.example", WITNESSES["w1"]).text
    for known in VKEYS:
        newest = stranger.follow_log_key(keys, known, changed.handovers(), prefixes_of(keys.leaves))
        size, root, _ = stranger.check_note(changed.note(), newest, witness)
        assert (size, root) == (40, stranger.tree_root(keys.leaves))
    alone = {**changed.handovers(), 1: changed.note(26, KEYS[1:2])}
    early = {**changed.handovers(), 1: changed.note(24, KEYS[:2])}
    for handovers in (alone, early, {2: changed.note(36)}):
        with pytest.raises((AssertionError, KeyError)):
            stranger.follow_log_key(keys, VKEYS[0], handovers, prefixes_of(keys.leaves))


@pytest.mark.parametrize("name", ["entry", "earlier", "checkpoint", "receipt", "leaves", "root"])
def test_a_stranger_notices_every_changed_character(page: Blocks, name: str) -> None:
    text = page[name]
    for position in range(0, len(text), 11):
        old = text[position]
        if not old.isalnum():
            continue
        new = "1" if old != "1" else "2"
        changed = {**page, name: text[:position] + new + text[position + 1 :]}
        assert fails(lambda changed=changed: check_page(changed)), position  # type: ignore[misc]


def fails(check: Callable[[], object]) -> bool:
    """Whether a stranger's check ends otherwise than well."""
    try:
        check()
    except Exception:  # whatever the stranger's program ends with, it does not end well
        return True
    return False
