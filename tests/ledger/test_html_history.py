"""The one-file verifier: entries of another history than the signed, ended keys, broken chains."""

from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Page

from tests.ledger.page_checks import check, zipped
from tests.ledger.sample_ledger import Device, key, rotate, small_ledger
from waste_trace.ledger.verify import verify_bundle


def test_entries_that_do_not_lead_to_the_signed_root(page: Page, tmp_path: Path) -> None:
    """Tiles and manifest fit the entries, as whoever rewrites a history would make them."""
    signed, rewritten = small_ledger(20), small_ledger(20)
    for ledger, weight in ((signed, "1.000"), (rewritten, "9.000")):
        device = Device("dev-true", key(91))
        ledger.enrol(device)
        ledger.log(device.event("weigh", {"weight_kg": weight}))
    folder = rewritten.write(tmp_path / "b", checkpoint=signed.checkpoint())
    report = check(page, zipped(folder), tmp_path / "b-keys")
    assert (report["verdict"], (report["problem"] or {}).get("what")) == ("tampered", "root")


def test_what_an_ended_key_signs_and_what_breaks_a_chain(page: Page, tmp_path: Path) -> None:
    ledger, gun = small_ledger(0), Device("gun-09", key(91))
    ledger.enrol(gun)
    copied = replace(gun, seq=1, prev=bytes(32))  # goes on after the rotation, from another past
    ledger.log(rotate(gun, key(92, "p256")), copied.event("weigh", {"weight_kg": "1.000"}))
    ledger.log(gun.event("weigh", {"weight_kg": "2.000"}))
    folder = ledger.write(tmp_path / "b")
    ours = verify_bundle(folder, tmp_path / "b-keys")
    report = check(page, zipped(folder), tmp_path / "b-keys")
    assert report["problem"] is None
    at = ledger.size - 2
    assert {(one.what, one.index) for one in ours.warnings} == {
        ("after_rotation", at),
        ("prev_mismatch", at),
    }
    said = [(one["en"], one["index"]) for one in report["warnings"]]
    assert said == [
        ("signed after gun-09/0 had ended (rotated)", at),
        ("does not fit its neighbours in the chain", at),
    ]
