"""The one-file verifier in a real Chromium, opened from a file."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright

from tests.databases import unavailable
from waste_trace.ledger.html_page import verifier_page

CHROMIUM = os.environ.get("CHROMIUM", shutil.which("chromium") or "/usr/bin/chromium")


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        unavailable("no chromium on this machine: apt-get install chromium")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    running = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
    yield running
    running.close()


@contextmanager
def opened_page(browser: Browser, folder: Path, *, before: str = "") -> Iterator[Page]:
    """The page as somebody opens it from a memory stick; it must not complain or connect.

    ``before``: a script that makes the browser another one before the page's own runs.
    """
    place = folder / "verify.html"
    place.write_text(verifier_page(), encoding="utf-8")
    opened = browser.new_page()
    complaints: list[str] = []
    asked: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("request", lambda request: asked.append(request.url))
    opened.add_init_script(before)
    opened.goto(place.as_uri())
    yield opened
    opened.close()
    assert complaints == []
    assert asked == [place.as_uri()]


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """A page of this test's own."""
    with opened_page(browser, tmp_path) as opened:
        yield opened
