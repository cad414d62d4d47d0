"""A real browser, the built page, and the product's own server."""

import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright

from api.http.app import HANDHELD
from tests.databases import unavailable
from tests.mobile.handheld import Handheld
from tests.mobile.pictures import write_video
from tests.mobile.product import Product, serve_product

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("CHROMIUM", shutil.which("chromium") or "/usr/bin/chromium")
CAMERA_CODE = "91330100716105852F9002490820261123001"


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
    return HANDHELD


@pytest.fixture(scope="session")
def backend(dist: Path, session_folder: Path) -> Iterator[Product]:
    """The server that stays up for all tests of the folder; it serves the built page."""
    folder = session_folder / "mobile"
    folder.mkdir()
    with serve_product(folder) as running:
        yield running


@pytest.fixture(scope="session")
def browser(
    playwright: Playwright, backend: Product, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """Chromium, whose camera shows a label of the backend in somebody's hand."""
    if not Path(CHROMIUM).exists():
        unavailable("no chromium on this machine: apt-get install chromium")
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
def handheld(browser: Browser, backend: Product) -> Iterator[Handheld]:
    """A new handheld whose every request a test may change or drop on its way.

    The test fails if the browser complained about our page.
    """
    device = Handheld.start(browser, backend, worker=False)
    yield device
    device.close()
    assert device.complaints == []


@pytest.fixture
def enrolled(handheld: Handheld) -> Handheld:
    """A handheld that is enrolled and shows its working screen."""
    handheld.enrol()
    return handheld


@pytest.fixture
def installed(browser: Browser, backend: Product) -> Iterator[Handheld]:
    """An enrolled handheld whose page comes from its own service worker."""
    device = Handheld.start(browser, backend)
    device.enrol()
    device.installed()
    yield device
    device.close()
    assert device.complaints == []


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """Where pictures of the screens are kept for people to look at."""
    return ROOT / ".local" / "handheld-screens"
