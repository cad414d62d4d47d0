"""A real browser, the built page, and a server with a real ledger behind it."""

import importlib.util
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.mobile.handheld import Handheld
from tests.mobile.pictures import write_video
from tests.mobile.reference_server import Backend, serve_reference

ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / "mobile_stub" / "dist"
CHROMIUM = os.environ.get("CHROMIUM", shutil.which("chromium") or "/usr/bin/chromium")
CAMERA_CODE = "91330100716105852F9002490820261123001"

#: The one line that decides which server the browser meets.
serve: Callable[[Path], AbstractContextManager[Backend]] = serve_reference


@pytest.fixture(scope="session")
def dist() -> Path:
    """The built page; its sources must be the ones in the tree."""
    spec = importlib.util.spec_from_file_location("handheld_build", ROOT / "mobile_stub/build.py")
    assert spec is not None
    assert spec.loader is not None
    build = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = build  # dataclasses look their module up
    spec.loader.exec_module(build)
    if not build.is_current(build.source_digest()):
        pytest.skip("the handheld page is not built: run python mobile_stub/build.py")
    return DIST


@pytest.fixture(scope="session")
def backend(dist: Path) -> Iterator[Backend]:
    """A server that stays up for all tests of the session."""
    with serve(dist) as running:
        yield running


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The driver of the browser."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(
    playwright: Playwright, backend: Backend, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """Chromium, whose camera shows a label of the backend in somebody's hand."""
    if not Path(CHROMIUM).exists():
        pytest.skip("no chromium on this machine: apt-get install chromium")
    video = tmp_path_factory.mktemp("camera") / "label.mjpeg"
    write_video(video, backend.label(CAMERA_CODE))
    running = playwright.chromium.launch(
        executable_path=CHROMIUM,
        headless=True,
        args=[
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            f"--use-file-for-fake-video-capture={video}",
        ],
    )
    yield running
    running.close()


@pytest.fixture
def handheld(browser: Browser, backend: Backend) -> Iterator[Handheld]:
    """A new handheld; the test fails if the browser complained about our page."""
    device = Handheld.start(browser, backend)
    yield device
    device.close()
    assert device.complaints == []


@pytest.fixture
def enrolled(handheld: Handheld) -> Handheld:
    """A handheld that is enrolled and shows its working screen."""
    handheld.enrol()
    return handheld


@pytest.fixture
def intercepted(browser: Browser, backend: Backend) -> Iterator[Handheld]:
    """An enrolled handheld whose every request a test may change or drop on its way."""
    device = Handheld.start(browser, backend, worker=False)
    device.enrol()
    yield device
    device.close()
    assert device.complaints == []


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """Where pictures of the screens are kept for people to look at."""
    return ROOT / ".local" / "handheld-screens"
