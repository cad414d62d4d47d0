"""The handheld's camera on a label that the running demonstration printed."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
from playwright.sync_api import Playwright

WASTE = "900-214-08"
WIDTH, HEIGHT = 1280, 720
CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]


def take_handheld(
    playwright: Playwright, base_url: str, password: str, arguments: list[str], target: Path
) -> None:
    """Issue a label, enrol a handheld, hold the label before its camera."""
    with httpx.Client(base_url=base_url, timeout=60) as client:
        person = {"username": "producer", "password": password}
        token = ask(client, "/v1/session", person)["token"]
        client.headers["authorization"] = f"Bearer {token}"
        client.cookies.clear()
        asked = {"waste_code": WASTE, "day": datetime.now(UTC).date().isoformat()}
        container = ask(client, "/v1/labels", asked)["labels"][0]["container"]
        code = ask(client, "/v1/devices/codes", {})["code"]
        picture = client.get(f"/v1/labels/{container}.png?dpi=200").raise_for_status().content
    with tempfile.TemporaryDirectory() as folder:
        video = Path(folder) / "label.mjpeg"
        video.write_bytes(held(picture) * 10)
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=[*arguments, *CAMERA, f"--use-file-for-fake-video-capture={video}"],
        )
        page = browser.new_context(
            viewport={"width": 390, "height": 844}, device_scale_factor=1.5, locale="zh-CN",
            timezone_id="Asia/Shanghai", permissions=["camera"],
        ).new_page()  # fmt: skip
        page.goto(f"{base_url}/handheld/#enrol={code}")
        page.locator("#enrol-name").fill("仓库手持机")
        page.get_by_role("button", name="登记本机").click()
        page.locator('[data-typ="store_in"]').click()
        page.get_by_role("button", name="扫码 Scan").click()
        page.locator(".camera-log .scan.genuine").wait_for()
        page.wait_for_timeout(4000)  # until the word of welcome is gone
        page.screenshot(path=target)
        browser.close()


def held(png: bytes) -> bytes:
    """One camera picture (JPEG): the label, a little turned, before a dark wall."""
    label = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    assert label is not None
    scale = 0.72 * HEIGHT / label.shape[0]
    label = cv2.resize(label, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    scene = np.full((HEIGHT, WIDTH, 3), (74, 70, 64), np.uint8)
    # A person aims at the QR code, which stands at the label's lower right.
    top = (HEIGHT - label.shape[0]) // 2 - label.shape[0] // 8
    left = (WIDTH - label.shape[1]) // 2 - label.shape[1] // 4
    scene[top : top + label.shape[0], left : left + label.shape[1]] = label
    turn = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), 4, 1.0)
    turned = cv2.warpAffine(scene, turn, (WIDTH, HEIGHT), borderValue=(74, 70, 64))
    done, data = cv2.imencode(".jpg", turned, [cv2.IMWRITE_JPEG_QUALITY, 92])
    assert done
    return data.tobytes()


def ask(client: httpx.Client, path: str, body: dict[str, Any]) -> Any:
    """The JSON that a POST answers."""
    return client.post(path, json=body).raise_for_status().json()
