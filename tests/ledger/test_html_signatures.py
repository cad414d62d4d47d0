"""The one-file verifier waits for each signature's answer: a wrong one is named, whosever it is."""

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.ledger.page_checks import check, zipped
from tests.ledger.sample_ledger import ORIGIN, Device, key, small_ledger
from waste_trace.ledger.keys import Algorithm
from waste_trace.ledger.note import NoteSignature, format_note, parse_note


@pytest.mark.parametrize("algorithm", ["ed25519", "p256"])
def test_an_event_that_another_key_has_signed(
    page: Page, tmp_path: Path, algorithm: Algorithm
) -> None:
    ledger, device = small_ledger(20), Device("dev-true", key(91, algorithm))
    ledger.enrol(device)
    ledger.log(device.event("weigh", {"weight_kg": "1.000"}))
    device.key = key(92, algorithm)
    ledger.log(device.event("weigh", {"weight_kg": "2.000"}))
    report = check(page, zipped(ledger.write(tmp_path / "b")), tmp_path / "b-keys")
    problem = report["problem"]
    assert (report["verdict"], problem["what"], problem["index"]) == ("tampered", "events", 26)
    assert problem["device"] == "dev-true"


def bent(line: NoteSignature) -> NoteSignature:
    """With another S, which is still below the order of the group."""
    wrong = bytearray(line.signature)
    wrong[-20] ^= 1
    return replace(line, signature=bytes(wrong))


@pytest.mark.parametrize("signer", [ORIGIN, "w1.example"], ids=["log", "witness"])
def test_a_line_that_its_key_has_not_signed(page: Page, tmp_path: Path, signer: str) -> None:
    ledger = small_ledger(20)
    note = parse_note(ledger.checkpoint(witnesses=("w1", "w2", "w3")))
    lines = [bent(line) if line.name == signer else line for line in note.signatures]
    folder = ledger.write(tmp_path / "b", checkpoint=format_note(note.text, lines))
    report = check(page, zipped(folder), tmp_path / "b-keys")
    assert (report["verdict"], report["problem"]["what"]) == ("tampered", "checkpoint")
