"""Records: what the browser signed is what the ledger's own code verifies, byte for byte."""

import hashlib
import itertools
import json
import re
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from playwright.sync_api import expect

from tests.cast import PLANT, SITES
from tests.mobile.handheld import Handheld
from waste_trace.ledger.canonical import canonical_bytes
from waste_trace.ledger.dsse import envelope_from_value, pae
from waste_trace.ledger.event import event_value, parse_event
from waste_trace.ledger.receipt import verify_receipt

CODE = "91330100716105852F9002490820261123031"


def test_signed_event_is_canonical_and_verifies_in_python(
    handheld: Handheld, screenshots: Path
) -> None:
    enrolled = handheld
    enrolled.enrol(PLANT)
    label = enrolled.backend.label(CODE)
    enrolled.choose("weigh_in")
    enrolled.scan_in(label)
    enrolled.page.locator("#in-manifest").fill("２０２６３３０４０００１２３")
    enrolled.page.locator("#in-weight_kg").fill("182.5")
    enrolled.picture(screenshots, "record")
    enrolled.sign()
    enrolled.picture(screenshots, "signed")
    enrolled.tab("queue")
    expect(enrolled.entries("accepted")).to_have_count(1)

    logged = enrolled.backend.logged()[-1]
    message = pae(logged.envelope.payload_type, logged.envelope.payload)
    Ed25519PublicKey.from_public_bytes(logged.public_key).verify(logged.envelope.signature, message)
    event = logged.event
    assert canonical_bytes(event_value(event)) == logged.envelope.payload
    origin = enrolled.backend.deployment.sequencer.origin
    assert (event.log, event.org, event.site) == (origin, PLANT, SITES[PLANT])
    assert event.act.startswith("usr_")
    assert (event.typ, event.ep, event.seq, event.prev, event.off) == ("weigh_in", 0, 0, b"", False)
    assert event.seen.n > 0
    assert event.body == {
        "containers": [CODE],
        "labels": [label],
        "manifest": "20263304000123",
        "weight_kg": "182.500",
    }


def test_kept_receipt_verifies_with_the_ledgers_own_code(enrolled: Handheld) -> None:
    enrolled.record("store_in", enrolled.backend.label(CODE))
    enrolled.tab("queue")
    expect(enrolled.entries("accepted")).to_have_count(1)
    [entry] = enrolled.stored("records")
    proof = entry["proof"]
    assert isinstance(proof, dict)
    envelope = envelope_from_value(entry["env"])
    proven = verify_receipt(str(proof["receipt"]), envelope, enrolled.backend.log_key())
    assert (proven.index, proven.ms) == (proof["index"], proof["ms"])


def test_events_of_a_device_form_one_chain_and_quote_growing_checkpoints(
    enrolled: Handheld,
) -> None:
    before = len(enrolled.backend.logged())
    for serial in ("041", "042", "043"):
        enrolled.record("store_in", enrolled.backend.label(CODE[:-3] + serial))
        enrolled.tab("queue")
        expect(enrolled.entries("pending")).to_have_count(0)
    chain = enrolled.backend.logged()[before:]
    assert [logged.event.seq for logged in chain] == [0, 1, 2]
    for earlier, later in itertools.pairwise(chain):
        assert later.event.prev == hashlib.sha256(earlier.envelope.payload).digest()
        assert later.event.seen.n > earlier.event.seen.n


def test_two_windows_of_one_device_never_take_the_same_place_in_the_chain(
    enrolled: Handheld,
) -> None:
    second = Handheld(enrolled.context, enrolled.context.new_page(), enrolled.backend)
    second.open()
    for window, serial in ((enrolled, "044"), (second, "045"), (enrolled, "046")):
        window.page.bring_to_front()
        window.record("store_in", window.backend.label(CODE[:-3] + serial))
    entries = enrolled.stored("records")
    events = sorted(
        (parse_event(envelope_from_value(e["env"]).payload) for e in entries),
        key=lambda event: event.seq,
    )
    assert [event.seq for event in events] == [0, 1, 2]


def test_a_tab_stays_the_same_button_while_records_are_signed_and_sent(
    enrolled: Handheld,
) -> None:
    """One that is exchanged between finger down and finger up does not hear the tap."""
    queue = enrolled.page.locator('[data-tab="queue"]')
    queue.evaluate("button => { button.dataset.mark = 'kept'; }")
    dot = queue.locator(".dot")
    expect(dot).to_be_hidden()
    enrolled.context.set_offline(True)
    enrolled.record("store_in", enrolled.backend.label(CODE))
    expect(dot).to_have_text("1")
    enrolled.context.set_offline(False)
    enrolled.tab("queue")
    expect(enrolled.entries("accepted")).to_have_count(1)
    expect(dot).to_be_hidden()
    expect(queue).to_have_attribute("data-mark", "kept")
    expect(queue).to_have_attribute("aria-current", "page")
    expect(enrolled.page.locator('[aria-current="page"]')).to_have_count(1)


def test_site_input_stands_in_the_header(enrolled: Handheld) -> None:
    enrolled.choose("store_in")
    enrolled.page.locator("#in-site").fill('仓库"7"\\é😀')
    enrolled.scan_in(enrolled.backend.label(CODE[:-3] + "047"))
    enrolled.sign()
    enrolled.tab("queue")
    expect(enrolled.entries("accepted")).to_have_count(1)
    event = enrolled.backend.logged()[-1].event
    assert event.site == '仓库"7"\\é😀'
    assert canonical_bytes(event_value(event)) == enrolled.backend.logged()[-1].envelope.payload
    assert set(event.body) == {"containers", "labels"}


def test_refused_record_shows_why_and_what_to_do_and_blocks_nothing(
    enrolled: Handheld, screenshots: Path
) -> None:
    label = enrolled.backend.label(CODE[:-3] + "051")
    enrolled.choose("fill")
    enrolled.scan_in(label)
    enrolled.page.locator("#in-batch").fill("HW00000000")  # the page knows no facility's batches
    enrolled.page.locator("#in-weight_kg").fill("18")
    enrolled.sign()
    enrolled.record("store_in", label)
    enrolled.tab("queue")
    refused = enrolled.entries("refused")
    expect(refused).to_contain_text("“装桶贴标”事件的字段不合要求：batch。")
    expect(refused).to_contain_text("办法：")
    expect(refused).to_contain_text("malformed-body")
    expect(enrolled.entries("accepted")).to_have_count(1)
    enrolled.picture(screenshots, "refused")

    refused.get_by_role("button", name="再发一次").click()
    expect(enrolled.page.get_by_role("button", name="立即上传")).to_be_enabled()
    expect(enrolled.entries("refused")).to_have_count(1)


def test_refused_record_can_be_sent_again_when_the_reason_is_gone(enrolled: Handheld) -> None:
    problem = {"code": "not-permitted", "zh": "单位尚未登记。", "en": "Not registered yet."}
    enrolled.context.route(
        "**/v1/events",
        lambda route: route.fulfill(
            status=403, content_type="application/problem+json", body=json.dumps(problem)
        ),
    )
    enrolled.record("store_in", enrolled.backend.label(CODE[:-3] + "052"))
    enrolled.tab("queue")
    expect(enrolled.entries("refused")).to_contain_text("单位尚未登记。")
    enrolled.context.unroute("**/v1/events")
    enrolled.record("store_in", enrolled.backend.label(CODE[:-3] + "053"))
    enrolled.tab("queue")
    enrolled.entries("refused").get_by_role("button", name="再发一次").click()
    expect(enrolled.entries("accepted")).to_have_count(2)
    assert [logged.event.seq for logged in enrolled.backend.logged()[-2:]] == [1, 0]


def test_weight_that_is_none_keeps_the_record_from_being_signed(enrolled: Handheld) -> None:
    enrolled.choose("merge")
    enrolled.scan_in(enrolled.backend.label(CODE))
    enrolled.page.locator("#in-into").fill(CODE[:-3] + "032")
    sign = enrolled.page.get_by_role("button", name=re.compile("签名并记录"))
    for wrong in ("", "0", "1,5", "12.3456", "-3", "abc"):
        enrolled.page.locator("#in-weight_kg").fill(wrong)
        expect(sign).to_be_disabled()
    enrolled.page.locator("#in-weight_kg").fill("０.５")
    expect(sign).to_be_enabled()
