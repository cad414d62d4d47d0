"""Scanning: pixels, keys and typing all end in the same verdict."""

import re
from pathlib import Path

import cv2
import pytest
from playwright.sync_api import expect

from tests.cast import CARRIER
from tests.mobile.conftest import CAMERA_CODE
from tests.mobile.handheld import Handheld
from tests.mobile.pictures import label_in_hand
from waste_trace.codes import digital_id, label_token
from waste_trace.codes.place_token import PlaceKind
from waste_trace.ledger.keys import SigningKey

CODE = "91330100716105852F9002490820261123007"
FULL_WIDTH = str.maketrans({c: chr(ord(c) + 0xFEE0) for c in ":/.-0123456789ABCDEFHTPSQ"})


def test_camera_reads_a_label_from_pixels(enrolled: Handheld, screenshots: Path) -> None:
    enrolled.choose("store_in")
    enrolled.page.get_by_role("button", name="扫码 Scan").click()
    card = enrolled.page.locator(".camera-log").locator(f'.scan[data-id="{CAMERA_CODE}"]')
    expect(card).to_contain_text("真码")
    enrolled.picture(screenshots, "camera")

    enrolled.page.get_by_role("button", name="完成").click()
    expect(enrolled.scan(CAMERA_CODE)).to_have_attribute("data-verdict", "genuine")
    assert enrolled.page.locator("video").count() == 0


def test_photo_of_a_label_is_read(enrolled: Handheld, tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    picture = label_in_hand(enrolled.backend.label(CODE), degrees=7, shift=0)
    assert cv2.imwrite(str(photo), picture)
    enrolled.choose("store_in")
    enrolled.page.get_by_label("拍照识别").set_input_files(photo)
    expect(enrolled.scan(CODE)).to_have_attribute("data-verdict", "genuine")


@pytest.mark.parametrize("delay_ms", [0, 5, 15])
def test_wedge_is_heard_at_every_speed(enrolled: Handheld, delay_ms: float) -> None:
    enrolled.choose("store_in")
    enrolled.wedge(enrolled.backend.label(CODE), delay_ms)
    expect(enrolled.scan(CODE)).to_have_attribute("data-verdict", "genuine")


def test_wedge_that_injects_text_without_enter_is_heard(enrolled: Handheld) -> None:
    """DataWedge and input methods insert the whole string; there is no key to listen for."""
    enrolled.choose("store_in")
    enrolled.page.locator("#wedge").focus()
    enrolled.page.keyboard.insert_text(enrolled.backend.label(CODE))
    expect(enrolled.scan(CODE)).to_have_attribute("data-verdict", "genuine")


def test_pause_in_the_middle_of_a_code_does_not_split_it(enrolled: Handheld) -> None:
    """A radio link that stalls must not turn a good label into half of one."""
    enrolled.choose("store_in")
    text = enrolled.backend.label(CODE)
    enrolled.page.keyboard.type(text[:90])
    enrolled.page.wait_for_timeout(400)
    enrolled.wedge(text[90:])
    expect(enrolled.scan(CODE)).to_have_attribute("data-verdict", "genuine")


def test_half_a_label_is_no_forgery(enrolled: Handheld) -> None:
    enrolled.choose("store_in")
    enrolled.wedge(enrolled.backend.label(CODE)[:120])
    expect(enrolled.page.get_by_text("没有读完整")).to_be_visible()
    expect(enrolled.page.locator(".scan")).to_have_count(0)


def test_full_width_characters_of_an_input_method_are_undone(enrolled: Handheld) -> None:
    enrolled.choose("store_in")
    enrolled.page.locator("#wedge").focus()
    spoiled = enrolled.backend.label(CODE).replace(".", "。").translate(FULL_WIDTH)
    enrolled.page.keyboard.insert_text(spoiled)
    enrolled.page.keyboard.press("Enter")
    expect(enrolled.scan(CODE)).to_have_attribute("data-verdict", "genuine")


def test_scan_that_lands_in_a_form_field_is_moved_out_of_it(enrolled: Handheld) -> None:
    enrolled.choose("fill")
    weight = enrolled.page.locator("#in-weight_kg")
    weight.fill("182.5")
    enrolled.wedge(enrolled.backend.label(CODE))
    expect(enrolled.scan(CODE)).to_be_visible()
    expect(weight).to_have_value("182.500")


def test_two_scans_in_one_breath_are_both_kept(enrolled: Handheld) -> None:
    enrolled.choose("store_in")
    codes = [CODE[:-3] + serial for serial in ("011", "012", "013")]
    for code in codes:
        enrolled.wedge(enrolled.backend.label(code))
    for code in codes:
        expect(enrolled.scan(code)).to_be_visible()


def test_verdicts_tell_genuine_forged_unknown_and_unsigned(
    enrolled: Handheld, screenshots: Path
) -> None:
    enrolled.choose("store_in")
    genuine = enrolled.backend.label(CODE)
    other = CODE[:-3] + "008"
    forged = genuine.replace(CODE, other)
    stranger = label_token.sign(digital_id.parse(CODE[:-3] + "009"), 0, SigningKey.generate()).text
    for text in (genuine, forged, stranger, CODE[:-3] + "010"):
        enrolled.wedge(text)
    for serial, verdict in (
        ("007", "genuine"), ("008", "forged"), ("009", "unknown"), ("010", "unsigned"),
    ):  # fmt: skip
        card = enrolled.scan(CODE[:-3] + serial)
        expect(card).to_have_attribute("data-verdict", verdict)
    for word in ("真码", "伪码", "未知签发", "无签名"):
        expect(enrolled.page.locator(".scan .badge", has_text=word)).to_be_visible()

    sign = enrolled.page.get_by_role("button", name="签名并记录")
    expect(sign).to_be_disabled()
    enrolled.scan(other).scroll_into_view_if_needed()
    # The picture is of the list, not of the toast over it.
    enrolled.page.evaluate("document.querySelectorAll('.toast').forEach(toast => toast.remove())")
    enrolled.picture(screenshots, "verdicts")
    enrolled.scan(other).get_by_role("button", name="移除").click()
    expect(sign).to_be_enabled()


def test_newer_label_and_signed_label_replace_what_was_scanned_before(enrolled: Handheld) -> None:
    enrolled.choose("store_in")
    enrolled.wedge(CODE)
    expect(enrolled.scan(CODE)).to_have_attribute("data-verdict", "unsigned")
    enrolled.wedge(enrolled.backend.label(CODE, 0))
    expect(enrolled.scan(CODE)).to_have_attribute("data-verdict", "genuine")
    newest = enrolled.backend.label(CODE, 3)
    enrolled.wedge(newest)
    enrolled.wedge(enrolled.backend.label(CODE, 1))
    enrolled.sign()
    enrolled.tab("queue")
    expect(enrolled.entries("accepted")).to_have_count(1)
    assert enrolled.backend.logged()[-1].event.body["labels"] == [newest]


def test_typed_code_with_a_wrong_digit_is_not_taken(enrolled: Handheld) -> None:
    enrolled.choose("store_in")
    enrolled.page.get_by_role("button", name="手输").click()
    enrolled.page.locator("#typed-code").fill("9" + "2" + CODE[2:])
    enrolled.page.get_by_role("button", name="确定").click()
    expect(enrolled.page.get_by_text("不认识这个码")).to_be_visible()
    expect(enrolled.page.locator(".scan")).to_have_count(0)


def test_scanned_manifest_and_vehicle_fill_the_form(handheld: Handheld, screenshots: Path) -> None:
    handheld.enrol(CARRIER)
    handheld.choose("load")
    handheld.wedge("20263304000123")
    handheld.wedge(handheld.backend.place(PlaceKind.VEHICLE, "33F12345"))
    expect(handheld.page.locator("#in-manifest")).to_have_value("20263304000123")
    expect(handheld.page.locator("#in-vehicle_plate")).to_have_value("浙F12345")
    handheld.wedge(handheld.backend.label(CODE))
    expect(handheld.page.get_by_role("button", name=re.compile("签名并记录"))).to_be_enabled()
    handheld.picture(screenshots, "load")


def test_scan_that_fills_a_field_leaves_the_one_that_a_person_types_in(enrolled: Handheld) -> None:
    enrolled.choose("merge")
    weight = enrolled.page.locator("#in-weight_kg")
    weight.focus()
    enrolled.page.keyboard.type("18")
    into = CODE[:-3] + "020"
    enrolled.page.locator("#in-into").evaluate(
        """(field, text) => {
          field.value = text;
          field.dispatchEvent(new Event("input", { bubbles: true }));
        }""",
        enrolled.backend.label(into),
    )
    expect(enrolled.page.locator("#in-into")).to_have_value(into)
    enrolled.page.keyboard.type(".5")
    expect(weight).to_have_value("18.5")


def test_native_shell_hands_over_a_scan(enrolled: Handheld) -> None:
    enrolled.choose("store_in")
    enrolled.page.evaluate("text => window.hwScan(text)", enrolled.backend.label(CODE))
    expect(enrolled.scan(CODE)).to_have_attribute("data-verdict", "genuine")
