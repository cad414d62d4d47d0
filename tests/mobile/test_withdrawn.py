"""Labels that were replaced or voided: known without a network, and nothing is signed with them."""

from pathlib import Path

from playwright.sync_api import expect

from tests.cast import PLATFORM
from tests.mobile.handheld import Handheld
from waste_trace.codes import label_token


def code_of(label: str) -> str:
    return str(label_token.parse(label).digital_id)


def send_now(device: Handheld) -> None:
    """Have the device look at the server, and wait until it has."""
    device.tab("queue")
    with device.page.expect_response("**/v1/labels/withdrawn*"):
        device.page.get_by_role("button", name="立即上传").click()
    expect(device.page.get_by_role("button", name="立即上传")).to_be_enabled()


def test_old_label_is_known_as_withdrawn_offline_and_blocks_signing(
    installed: Handheld, screenshots: Path
) -> None:
    product = installed.backend
    old = product.issue(PLATFORM)
    new = product.reissue(PLATFORM, old)
    send_now(installed)
    installed.context.set_offline(True)
    installed.page.reload()
    installed.choose("store_in")
    installed.scan_in(old)
    card = installed.scan(code_of(old))
    expect(card).to_have_attribute("data-verdict", "withdrawn")
    expect(card).to_contain_text("已失效（补发过新标签）")
    expect(installed.page.get_by_text("请先移除已失效的标签")).to_be_visible()
    expect(installed.page.get_by_role("button", name="签名并记录")).to_be_disabled()
    installed.page.evaluate("document.querySelectorAll('.toast').forEach(toast => toast.remove())")
    installed.picture(screenshots, "withdrawn")

    installed.scan_in(new)
    expect(card).to_have_attribute("data-verdict", "genuine")
    installed.scan_in(old)
    expect(installed.page.locator(".toast.bad")).to_contain_text("已失效")
    expect(card).to_have_attribute("data-verdict", "genuine")
    installed.sign()


def test_label_that_is_withdrawn_while_it_lies_in_the_form_is_not_signed(
    enrolled: Handheld,
) -> None:
    old = enrolled.backend.issue(PLATFORM)
    enrolled.choose("store_in")
    enrolled.scan_in(old)
    expect(enrolled.scan(code_of(old))).to_have_attribute("data-verdict", "genuine")
    enrolled.backend.reissue(PLATFORM, old)
    send_now(enrolled)
    enrolled.tab("record")
    enrolled.page.get_by_role("button", name="签名并记录").click()
    expect(enrolled.scan(code_of(old))).to_have_attribute("data-verdict", "withdrawn")
    assert enrolled.stored("records") == []


def test_code_is_voided_for_a_reason_that_is_chosen(enrolled: Handheld, screenshots: Path) -> None:
    label = enrolled.backend.issue(PLATFORM)
    enrolled.choose("void_label")
    enrolled.scan_in(label)
    expect(enrolled.page.get_by_role("button", name="签名并记录")).to_be_disabled()
    enrolled.page.get_by_role("button", name="空白标签遗失").click()
    enrolled.picture(screenshots, "void-label")
    enrolled.sign()
    enrolled.tab("queue")
    expect(enrolled.entries("accepted")).to_have_count(1)
    body = enrolled.backend.logged()[-1].event.body
    assert (body["containers"], body["reason"]) == ([code_of(label)], "lost")

    send_now(enrolled)
    enrolled.tab("record")
    enrolled.scan_in(label)
    expect(enrolled.scan(code_of(label))).to_have_attribute("data-verdict", "withdrawn")
