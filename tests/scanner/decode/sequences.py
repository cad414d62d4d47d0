"""Generated bursts: one photographed label, a hand that shakes, something that passes before it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from scanner.scene import Setup, photograph, plain_label
from scanner.scene.optics import jpeg, light, sensor_noise
from tests.scanner.pictures import Pixels

Draw = Callable[[Pixels, int], Pixels]
"""A clean label and the frame's number to the label as it is covered in that frame."""

SETUP = Setup(width=960, height=720, label_px=460, tilt_deg=12, lens_blur_px=0.6, curve=0.0)


def burst(
    text: str,
    frames: int,
    *,
    cover: Draw | None = None,
    seed: int = 0,
    shake_px: float = 6.0,
    gain: float = 1.0,
    noise: float = 3.0,
    quality: int = 85,
    setup: Setup = SETUP,
) -> list[Pixels]:
    """``frames`` pictures of one label by a shaking hand, each with fresh noise."""
    label = plain_label(text, 8)
    clean = replace(setup, noise=0.0, jpeg=0, gain=1.0)
    photos: dict[bytes, Pixels] = {}  # a cover repeats; rendering is the slow part
    out = []
    for number in range(frames):
        rng = np.random.default_rng((seed, number))
        art = label if cover is None else cover(label.copy(), number)
        key = art.tobytes()
        if key not in photos:
            photos[key] = photograph(art, seed, clean).image
        image = _shaken(photos[key], rng, shake_px)
        image = sensor_noise(light(image, gain, 0.0, 0.0), noise, rng)
        out.append(jpeg(image, quality))
    return out


def _shaken(image: Pixels, rng: np.random.Generator, px: float) -> Pixels:
    if px <= 0:
        return image
    height, width = image.shape[:2]
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    moved = corners + rng.normal(0, px, 2) + rng.normal(0, px / 3, (4, 2))
    warp = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    return np.asarray(
        cv2.warpPerspective(image, warp, (width, height), borderMode=cv2.BORDER_REFLECT), np.uint8
    )


def half(colour: int, texture: float = 0.0) -> Draw:
    """Covers the left half of the QR code in even frames, the right half in odd ones."""

    def draw(label: Pixels, number: int) -> Pixels:
        side = label.shape[0]
        middle = round(0.745 * side)  # the code spans 0.52 to 0.97 of the label
        left, right = (0.50, middle / side) if number % 2 == 0 else (middle / side, 0.99)
        rng = np.random.default_rng(number % 2)
        box = label[round(0.48 * side) :, round(left * side) : round(right * side)]
        grain = rng.normal(0, texture, (*box.shape[:2], 1)) if texture else 0.0
        blobs = cv2.GaussianBlur(np.zeros(box.shape, np.float32) + grain, (0, 0), 6) * 8
        box[:] = np.clip(colour + blobs, 0, 255).astype(np.uint8)
        return label

    return draw


def mostly(colour: int, texture: float) -> Draw:
    """Covers the left half in all frames but one, in which it covers the right half."""
    draw = half(colour, texture)
    return lambda label, number: draw(label, 1 if number == 2 else 0)


def hole(colour: int) -> Draw:
    """A blot in the middle of the code in every frame: three finder patterns, no content."""

    def draw(label: Pixels, number: int) -> Pixels:
        side = label.shape[0]
        low, high = (round(share * side) for share in (0.66, 0.84))
        label[low:high, low:high] = colour
        return label

    return draw
