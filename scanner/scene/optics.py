"""What a lens, a sensor and an encoder do to a scene: blur, motion, light, noise, JPEG.

Images are uint8 BGR; every random draw comes from a generator that the caller seeds.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


def to_image(values: npt.NDArray[Any]) -> Image:
    """Any array as uint8, rounded (half to even) and clipped."""
    if values.dtype == np.float32 and values.shape[2:] in ((), (3,)):
        # The same pixels as below, in a third of the time.
        same = cv2.addWeighted(values, 1, values, 0, 0, dtype=cv2.CV_8U)
        return same.astype(np.uint8, copy=False)
    rounded: Image = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return rounded


def as_bgr(image: Image) -> Image:
    """HxW as HxWx3."""
    if image.ndim == 3:
        return image
    return cv2.cvtColor(image, cv2.COLOR_GRAY2BGR).astype(np.uint8, copy=False)


def lens_blur(image: Image, sigma_px: float) -> Image:
    """Defocus as a Gaussian."""
    if sigma_px <= 0:
        return image
    return cv2.GaussianBlur(image, (0, 0), sigma_px).astype(np.uint8, copy=False)


def motion_blur(image: Image, length_px: float, angle_deg: float) -> Image:
    """A straight smear of ``length_px`` along ``angle_deg``."""
    if length_px <= 1:
        return image
    size = int(np.ceil(length_px)) | 1
    kernel = np.zeros((size, size), np.float32)
    middle = size // 2
    reach = length_px / 2 * np.array((np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))))
    start, end = np.rint(middle - reach).astype(int), np.rint(middle + reach).astype(int)
    cv2.line(kernel, tuple(start.tolist()), tuple(end.tolist()), (1.0,), 1, cv2.LINE_AA)
    return cv2.filter2D(image, -1, kernel / kernel.sum()).astype(np.uint8, copy=False)


def light(image: Image, gain: float, gradient: float, angle_deg: float) -> Image:
    """Exposure ``gain`` and a linear fall-off of ``gradient`` (0.5: half the light at one end)."""
    if gain == 1 and gradient == 0:
        return image
    height, width = image.shape[:2]
    x = np.linspace(-0.5, 0.5, width, dtype=np.float32)[None, :]
    y = np.linspace(-0.5, 0.5, height, dtype=np.float32)[:, None]
    along = x * np.cos(np.radians(angle_deg)) + y * np.sin(np.radians(angle_deg))
    field = np.float32(gain) * (1 - np.float32(gradient) * (along + 0.5))
    return to_image(image.astype(np.float32) * np.clip(field, 0, None)[:, :, None])


def sensor_noise(image: Image, sigma: float, rng: np.random.Generator) -> Image:
    """Fresh read noise plus shot noise that grows with the root of the signal.

    Half of the noise is common to the channels: demosaicing leaves it correlated.
    """
    if sigma <= 0:
        return image
    shape = image.shape[:2]
    values = image.astype(np.float32)
    strength = np.float32(sigma) * (0.6 + 0.4 * np.sqrt(values / 128))
    common = rng.standard_normal(shape, np.float32)[:, :, None] * np.float32(0.8)
    own = rng.standard_normal((*shape, 3), np.float32) * np.float32(0.6)
    return to_image(values + strength * (common + own))


def jpeg(image: Image, quality: int) -> Image:
    """Through a JPEG encoder (4:2:0) and back; 0 leaves the image alone."""
    if quality <= 0:
        return image
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = cv2.imdecode(data, cv2.IMREAD_COLOR)
    return np.asarray(decoded, np.uint8)
