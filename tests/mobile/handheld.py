"""The handheld as a person uses it: the page's own words, wrapped for the tests."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.cast import PLATFORM, SITES
from tests.mobile.product import Product

#: 360 x 640 is the smallest screen that the page is made for.
SCREEN = {"width": 360, "height": 640}


@dataclass
class Handheld:
    """One device: a browser profile and its page."""

    context: BrowserContext
    page: Page
    backend: Product
    complaints: list[str] = field(default_factory=list)

    @classmethod
    def start(cls, browser: Browser, backend: Product, *, worker: bool = True) -> "Handheld":
        """A new device with an empty profile; it notes every error that the browser reports.

        Without its service ``worker`` every request can be intercepted; with it, not reliably.
        """
        context = browser.new_context(
            viewport={"width": SCREEN["width"], "height": SCREEN["height"]},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            has_touch=True,
            permissions=["camera"],
            service_workers="allow" if worker else "block",
        )
        context.set_default_timeout(40_000)
        device = cls(context, context.new_page(), backend)
        device.watch()
        return device

    def watch(self) -> None:
        """Note uncaught errors and violations of the Content-Security-Policy."""
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "console",
            lambda message: (
                self.complaints.append(message.text)
                if "Content Security Policy" in message.text
                else None
            ),
        )

    def open(self) -> None:
        self.page.goto(f"{self.backend.url}/handheld/")

    def enrol(self, org: str = PLATFORM) -> None:
        """Enrol by the link that the administrator of an organisation hands out."""
        code = self.backend.new_code(org, SITES.get(org, ""))
        self.page.goto(f"{self.backend.url}/handheld/#enrol={code}")
        self.page.get_by_role("button", name="登记本机").click()
        expect(self.page.get_by_text("要做什么？")).to_be_visible()

    def installed(self) -> None:
        """Wait until the service worker serves this page."""
        self.page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
        self.page.reload()
        assert self.page.evaluate("navigator.serviceWorker.controller !== null")

    def choose(self, typ: str) -> None:
        self.page.locator(f'[data-typ="{typ}"]').click()

    def wedge(self, text: str, delay_ms: float = 0) -> None:
        """A scanner that types, with Enter at the end."""
        self.page.keyboard.type(text, delay=delay_ms)
        self.page.keyboard.press("Enter")

    def scan_in(self, text: str) -> None:
        """The same where scanners are not the matter: all but the first of its keys at once."""
        self.page.keyboard.press(text[0])
        self.page.keyboard.insert_text(text[1:])
        self.page.keyboard.press("Enter")

    def scan(self, digital_id: str) -> Locator:
        """The card of a scanned container."""
        return self.page.locator(f'.scan[data-id="{digital_id}"]')

    def sign(self) -> None:
        self.page.get_by_role("button", name="签名并记录").click()
        expect(self.page.get_by_text("已签名并存入队列")).to_be_visible()

    def record(self, typ: str, label: str) -> None:
        """Choose, scan, sign, and see that it was queued."""
        self.record_without_waiting(typ, label)
        expect(self.page.locator(".scan")).to_have_count(0)

    def record_without_waiting(self, typ: str, label: str) -> None:
        """Choose, scan, sign."""
        self.tab("record")
        if self.page.locator(".chosen").count():
            self.page.locator(".chosen").click()
        self.choose(typ)
        self.scan_in(label)
        expect(self.page.locator(".scan")).to_have_count(1)
        self.page.get_by_role("button", name="签名并记录").click()

    def tab(self, name: str) -> None:
        self.page.locator(f'[data-tab="{name}"]').click()

    def entries(self, state: str) -> Locator:
        """The cards of the queue in a state."""
        return self.page.locator(f'.entry[data-state="{state}"]')

    def stored(self, store: str) -> list[dict[str, object]]:
        """What stands in IndexedDB, as JSON."""
        text = self.page.evaluate(
            """store => new Promise((done, fail) => {
              const open = indexedDB.open("waste-trace-handheld");
              open.onerror = () => fail(open.error);
              open.onsuccess = () => {
                const all = open.result.transaction(store).objectStore(store).getAll();
                all.onsuccess = () => { open.result.close(); done(JSON.stringify(all.result)); };
              };
            })""",
            store,
        )
        values: list[dict[str, object]] = json.loads(text)
        return values

    def seen_size(self) -> int:
        """The size of the newest checkpoint, as the device screen shows it."""
        self.tab("device")
        shown = self.page.get_by_text(re.compile(r"^\d+ · ")).inner_text()
        return int(shown.split(" ")[0])

    def picture(self, folder: Path, name: str) -> None:
        """Keep a screenshot for a person to look at."""
        folder.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=folder / f"{name}.png")

    def close(self) -> None:
        self.context.close()
