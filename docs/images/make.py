"""Make the screenshots of the documents from a running demonstration.

``./run`` in one terminal, then
``./run python docs/images/make.py http://127.0.0.1:8000 .local/data/demonstration-logins.json``
(the environment of ``./test`` has the browser's driver; Chromium is Debian's).
"""

import json
import sys
from pathlib import Path

from handheld import take_handheld
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking",
             "--font-render-hinting=none"]  # fmt: skip


def main(base_url: str, logins: Path) -> None:
    """Sign in as the regulator and take the pages; then the handheld."""
    passwords = json.loads(logins.read_text(encoding="utf-8"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        page = browser.new_context(
            viewport={"width": 1280, "height": 1160}, locale="zh-CN", timezone_id="Asia/Shanghai"
        ).new_page()
        page.goto(f"{base_url}/login")
        page.fill("input[name=username]", "regulator")
        page.fill("input[name=password]", passwords["regulator"])
        page.press("input[name=password]", "Enter")
        page.wait_for_url(f"{base_url}/")
        page.goto(f"{base_url}/containers")
        drum = page.locator('a[href*="90024908"]').first.get_attribute("href")
        take(page, f"{base_url}{drum}", "trace")
        take(page, f"{base_url}/frames", "frames")
        browser.close()
        take_handheld(playwright, base_url, passwords["producer"], ARGUMENTS, HERE / "handheld.png")


def take(page: Page, url: str, name: str) -> None:
    """One page as it is first seen."""
    page.goto(url)
    page.screenshot(path=HERE / f"{name}.png")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
