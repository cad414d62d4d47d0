"""The pages in a real browser: the strict CSP blocks nothing, and nothing runs off the screen."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright

from tests.console.conftest import PASSWORD, District
from tests.databases import unavailable

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
WIDTHS = (1280, 390)


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium, with its own CSP at work."""
    if shutil.which(CHROMIUM) is None:
        unavailable("no chromium on this machine: apt-get install chromium")
    running = playwright.chromium.launch(
        executable_path=CHROMIUM,
        args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
    )
    yield running
    running.close()


def test_pages_fit_the_screen_and_satisfy_their_own_policy(
    district: District, browser: Browser
) -> None:
    paths = (
        "/",
        "/containers",
        f"/containers/{district.treated}",
        f"/containers/{district.mixture}",
        "/manifests",
        f"/manifests/{district.manifest}",
        "/heaps",
        "/findings",
        "/inspections",
        "/inspections/new",
        "/risk",
        "/rules",
        "/frames",
        "/devices",
        "/ledger",
        f"/ledger/{district.offline_idx}",
        "/quarantine",
        "/notices",
        "/notices/settings",
        "/account",
        f"/Q/{district.token(district.treated)}",
    )
    context = browser.new_context(locale="zh-CN", viewport={"width": 1280, "height": 800})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{district.url}/login?next=/findings")
    page.fill("[name=username]", "regulator")
    page.fill("[name=password]", PASSWORD)
    page.click("button")
    assert page.url == f"{district.url}/findings"
    for path in paths:
        page.goto(district.url + path)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            needed = page.evaluate("document.documentElement.scrollWidth")
            assert needed <= width, f"{path} needs {needed} px of {width}"
    page.goto(district.url)
    assert page.locator(".sider").is_hidden()
    page.locator(".menu-open").check()
    page.locator(".sider >> text=可信台账").click()
    assert page.url == f"{district.url}/ledger"
    context.close()
    assert complaints == []


def test_a_list_prints_on_a4_with_its_header_on_each_page(
    district: District, browser: Browser
) -> None:
    page = browser.new_page()
    page.emulate_media(media="print")
    page.goto(f"{district.url}/login")
    page.fill("[name=username]", "regulator")
    page.fill("[name=password]", PASSWORD)
    page.click("button")
    page.goto(f"{district.url}/ledger")
    assert page.locator(".sider").is_hidden()
    assert page.locator(".top").is_hidden()
    assert page.locator(".print-foot").is_visible()
    header = page.locator("thead").first
    assert header.evaluate("e => getComputedStyle(e).display") == "table-header-group"
    page.close()
