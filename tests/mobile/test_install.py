"""Installable, self-contained, and within the strict Content-Security-Policy."""

from pathlib import Path

from playwright.sync_api import Playwright, expect

from api.http.app import CONTENT_SECURITY_POLICY
from tests.cast import PLATFORM
from tests.mobile.conftest import CHROMIUM
from tests.mobile.handheld import Handheld
from tests.mobile.product import Product


def test_chromium_finds_nothing_against_installing(
    playwright: Playwright, backend: Product, tmp_path: Path
) -> None:
    """In a lasting profile: Chromium installs nothing from a private window."""
    context = playwright.chromium.launch_persistent_context(
        tmp_path, executable_path=CHROMIUM, headless=True, args=["--no-sandbox", "--disable-gpu"]
    )
    device = Handheld(context, context.new_page(), backend)
    try:
        device.open()
        device.installed()
        devtools = context.new_cdp_session(device.page)
        assert devtools.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
        assert devtools.send("Page.getAppManifest")["errors"] == []
    finally:
        device.close()


def test_page_asks_nobody_but_its_own_server(installed: Handheld) -> None:
    asked: list[str] = []
    installed.page.on("request", lambda request: asked.append(request.url))
    installed.page.reload()
    installed.choose("store_in")
    installed.page.get_by_role("button", name="扫码 Scan").click()
    expect(installed.page.locator(".camera-log .scan")).to_be_visible()
    assert asked
    own = (installed.backend.url, f"blob:{installed.backend.url}", "data:")
    assert [url for url in asked if not url.startswith(own)] == []


def test_policy_is_on_while_these_tests_run(enrolled: Handheld) -> None:
    response = enrolled.page.reload()
    assert response is not None
    assert response.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    violated = enrolled.page.evaluate(
        """new Promise(done => {
          addEventListener("securitypolicyviolation", event => done(event.effectiveDirective));
          const script = document.createElement("script");
          script.textContent = "window.injected = true";
          document.body.append(script);
        })"""
    )
    assert violated.startswith("script-src")
    assert enrolled.page.evaluate("window.injected") is None
    enrolled.complaints.clear()


def test_all_files_of_the_page_are_stored_for_offline_use(installed: Handheld, dist: Path) -> None:
    stored = installed.page.evaluate(
        """async () => {
          const [name] = await caches.keys();
          const keys = await (await caches.open(name)).keys();
          return keys.map(request => new URL(request.url).pathname);
        }"""
    )
    built = {
        "/handheld/" + path.relative_to(dist).as_posix()
        for path in dist.rglob("*")
        if path.is_file() and path.name not in ("sw.js", "index.html", ".sources")
    }
    assert set(stored) == built | {"/handheld/"}


def test_device_screen_tells_who_this_is(enrolled: Handheld, screenshots: Path) -> None:
    enrolled.tab("device")
    main = enrolled.page.locator("main")
    for text in (
        "Ed25519",
        "不可导出",
        enrolled.backend.deployment.sequencer.origin,
        PLATFORM,
        "usr_",
    ):
        expect(main).to_contain_text(text)
    enrolled.picture(screenshots, "device")


def test_targets_are_large_enough_for_gloves(enrolled: Handheld) -> None:
    """48 px is the floor for anything that a working hand must hit; 44 px for the header."""
    enrolled.choose("merge")
    touched = "main button:visible, main input:not(.visually-hidden), nav button"
    for tab in ("record", "queue", "device"):
        enrolled.tab(tab)
        boxes = enrolled.page.locator(touched).all()
        sizes = [(box.bounding_box(), box.inner_text()) for box in boxes]
        small = [
            (text, size["height"])
            for size, text in sizes
            if size is not None and size["height"] < 48 and "扫码枪" not in text
        ]
        assert small == []
        wide = enrolled.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 360
