"""Without a network: the page opens, records queue up, survive, and go out when it returns."""

import json
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.mobile.handheld import Handheld
from tests.mobile.product import Product

CODE = "91330100716105852F9002490820261123101"


def codes(first: int, count: int) -> list[str]:
    return [f"{CODE[:-3]}{serial:03d}" for serial in range(first, first + count)]


def test_queue_of_three_survives_a_reload_offline_and_syncs_later(
    installed: Handheld, screenshots: Path
) -> None:
    before = len(installed.backend.logged())
    installed.context.set_offline(True)
    for code in codes(101, 3):
        installed.record("store_in", installed.backend.label(code))
    expect(installed.page.locator(".strip")).to_contain_text("3 条未上传，最早")
    expect(installed.page.locator(".net")).to_contain_text("离线")

    installed.page.reload()
    expect(installed.page.locator(".strip")).to_contain_text("3 条未上传")
    installed.tab("queue")
    expect(installed.entries("pending")).to_have_count(3)
    installed.picture(screenshots, "offline")
    assert len(installed.backend.logged()) == before

    installed.context.set_offline(False)
    expect(installed.entries("accepted")).to_have_count(3)
    expect(installed.page.locator(".strip")).to_contain_text("全部已上传")
    installed.picture(screenshots, "accepted")
    logged = installed.backend.logged()[before:]
    assert [entry.event.seq for entry in logged] == [0, 1, 2]
    assert all(entry.event.off for entry in logged)


def test_dead_server_is_offline_too_and_the_button_sends_when_it_is_back(
    enrolled: Handheld,
) -> None:
    enrolled.context.route("**/v1/events", lambda route: route.abort())
    enrolled.record("store_in", enrolled.backend.label(codes(111, 1)[0]))
    expect(enrolled.page.locator(".net")).to_contain_text("离线")
    enrolled.context.unroute("**/v1/events")
    enrolled.tab("queue")
    enrolled.page.get_by_role("button", name="立即上传").click()
    expect(enrolled.entries("accepted")).to_have_count(1)
    expect(enrolled.page.locator(".net")).to_contain_text("在线")


def test_page_of_a_captive_portal_is_no_answer(enrolled: Handheld) -> None:
    enrolled.context.route(
        "**/v1/events",
        lambda route: route.fulfill(status=200, content_type="text/html", body="<h1>Wi-Fi</h1>"),
    )
    enrolled.record("store_in", enrolled.backend.label(codes(112, 1)[0]))
    enrolled.tab("queue")
    expect(enrolled.entries("pending")).to_have_count(1)
    expect(enrolled.page.locator(".net")).to_contain_text("离线")


def test_lost_answer_is_asked_for_again_and_logged_once(enrolled: Handheld) -> None:
    """The server took the record but the answer never came: sending again must not double it."""
    before = len(enrolled.backend.logged())

    def swallow(route: object) -> None:
        route.fetch()  # type: ignore[attr-defined]
        route.abort()  # type: ignore[attr-defined]

    enrolled.context.route("**/v1/events", swallow)
    enrolled.record("store_in", enrolled.backend.label(codes(113, 1)[0]))
    enrolled.tab("queue")
    expect(enrolled.entries("pending")).to_have_count(1)
    expect(enrolled.page.locator(".net")).to_contain_text("离线")
    enrolled.context.unroute("**/v1/events")
    enrolled.page.get_by_role("button", name="立即上传").click()
    expect(enrolled.entries("accepted")).to_have_count(1)
    assert len(enrolled.backend.logged()) == before + 1


def test_exported_queue_is_rescued_by_another_device_and_importing_twice_adds_nothing(
    enrolled: Handheld, browser: Browser, backend: Product, tmp_path: Path
) -> None:
    enrolled.context.set_offline(True)
    for code in codes(121, 2):
        enrolled.record("store_in", backend.label(code))
    enrolled.tab("queue")
    with enrolled.page.expect_download() as download:
        enrolled.page.get_by_role("button", name="导出").click()
    file = tmp_path / "rescued.hwq"
    download.value.save_as(file)
    assert download.value.suggested_filename.endswith(".hwq")
    assert [r["state"] for r in json.loads(file.read_text())["records"]] == ["pending"] * 2

    before = len(backend.logged())
    rescuer = Handheld.start(browser, backend)
    try:
        rescuer.enrol()
        rescuer.tab("queue")
        rescuer.page.get_by_label("导入队列文件").set_input_files(file)
        expect(rescuer.entries("accepted")).to_have_count(2)
        rescuer.page.get_by_label("导入队列文件").set_input_files(file)
        expect(rescuer.page.get_by_text("新增 0 条")).to_be_visible()
    finally:
        rescuer.close()
    rescued = backend.logged()[before:]
    assert [entry.event.seq for entry in rescued] == [0, 1]
    assert len({entry.event.dev for entry in rescued}) == 1

    enrolled.context.set_offline(False)
    expect(enrolled.entries("accepted")).to_have_count(2)
    assert len(backend.logged()) == before + 2


def test_file_that_is_no_queue_is_refused(enrolled: Handheld, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.hwq"
    wrong.write_text('{"kind":"waste-trace-hwq","v":1,"records":[{"env":{}}]}')
    enrolled.tab("queue")
    enrolled.page.get_by_label("导入队列文件").set_input_files(wrong)
    expect(enrolled.page.get_by_text("不是有效的 .hwq 文件")).to_be_visible()
    expect(enrolled.page.locator(".entry")).to_have_count(0)
