"""A plain stand-in for a printed label, for pictures that need none of the real layout.

Orange ground (HJ 1276-2022 gives RGB 255,150,0), black bars where text would stand, and the QR
code on a white patch. The true label comes from ``waste_trace.labels`` and serves here as well.
"""

from __future__ import annotations

import cv2
import numpy as np
import qrcode
from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_L, ERROR_CORRECT_M, ERROR_CORRECT_Q

from scanner.scene.optics import Image

ORANGE = (0, 150, 255)
_LEVELS = {"L": ERROR_CORRECT_L, "M": ERROR_CORRECT_M, "Q": ERROR_CORRECT_Q, "H": ERROR_CORRECT_H}


def qr_patch(text: str, module_px: int = 8, level: str = "M", quiet: int = 4) -> Image:
    """The QR code of ``text`` with its quiet zone, HxW uint8, ``module_px`` a module."""
    code = qrcode.QRCode(error_correction=_LEVELS[level], border=quiet)
    code.add_data(text)
    code.make(fit=True)
    grid = np.where(np.array(code.get_matrix(), bool), 0, 255).astype(np.uint8)
    return np.kron(grid, np.ones((module_px, module_px), np.uint8))


def plain_label(text: str, module_px: int = 8, level: str = "M") -> Image:
    """A square label, BGR, whose QR code fills the lower right 45 percent of a side."""
    patch = qr_patch(text, module_px, level)
    side = round(patch.shape[0] / 0.45)
    image = np.empty((side, side, 3), np.uint8)
    image[:] = ORANGE
    edge = max(2, side // 90)
    cv2.rectangle(image, (edge, edge), (side - edge, side - edge), (0, 0, 0), edge)
    rng = np.random.default_rng(len(text))
    for row in range(9):
        y = int(side * (0.07 + 0.052 * row))
        reach = 0.9 if row < 8 else 0.5
        _words(image, y, int(side * 0.06), int(side * reach), max(3, side // 45), rng)
    for row in range(7):
        y = int(side * (0.56 + 0.055 * row))
        _words(image, y, int(side * 0.06), int(side * 0.46), max(3, side // 45), rng)
    low = side - patch.shape[0] - 3 * edge
    image[low : low + patch.shape[0], low : low + patch.shape[0]] = patch[:, :, None]
    return image


def _words(
    image: Image, y: int, left: int, right: int, height: int, rng: np.random.Generator
) -> None:
    x = left
    while x < right:
        reach = int(rng.integers(height, height * 4))
        for _ in range(3):  # strokes, so that the bar has the grain of Chinese text
            top = y + int(rng.integers(0, max(1, height // 2)))
            cv2.rectangle(
                image, (x, top), (min(x + reach, right), top + height // 3), (0, 0, 0), -1
            )
        x += reach + int(rng.integers(2, height))
