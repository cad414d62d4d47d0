"""Pictures that a camera would see: labels held before it, as JPEG frames."""

from pathlib import Path

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

WIDTH, HEIGHT = 1280, 720


def qr(text: str, scale: int = 5) -> Picture:
    """A QR code as the label printer draws it, with its quiet zone."""
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    return np.asarray(zxingcpp.write_barcode_to_image(barcode, scale=scale), dtype=np.uint8)


def label_in_hand(text: str, degrees: float, shift: int) -> Picture:
    """An orange label, turned a little, unevenly lit, slightly blurred, with sensor noise."""
    code = cv2.cvtColor(qr(text), cv2.COLOR_GRAY2BGR)
    scene = np.full((HEIGHT, WIDTH, 3), (70, 66, 60), np.uint8)
    cv2.rectangle(scene, (330, 60), (950, 660), (0, 150, 255), -1)
    top, left = (HEIGHT - code.shape[0]) // 2, (WIDTH - code.shape[1]) // 2 + shift
    scene[top : top + code.shape[0], left : left + code.shape[1]] = code
    turn = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), degrees, 1.0)
    turned = cv2.warpAffine(scene, turn, (WIDTH, HEIGHT), borderValue=(70, 66, 60))
    light = np.linspace(0.7, 1.0, WIDTH)[None, :, None]
    noise = np.random.default_rng(abs(shift) + 1).normal(0, 4, turned.shape)
    lit = np.clip(cv2.GaussianBlur(turned, (3, 3), 0) * light + noise, 0, 255)
    return lit.astype(np.uint8)


def write_video(path: Path, text: str) -> None:
    """A hand-held second as Chromium's fake camera reads it: JPEG pictures, one after another."""
    with path.open("wb") as video:
        for step in range(10):
            frame = label_in_hand(text, degrees=step - 5, shift=4 * step - 20)
            done, data = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, 88])
            assert done
            video.write(data.tobytes())
