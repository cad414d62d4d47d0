"""What people do to cameras, done to a frame: for tests of the verdict and for the demonstration.

Each takes a finished frame (uint8 BGR) and a seed, and gives fresh sensor noise where the optics
would have removed the old: a covered lens still has a noisy sensor behind it.
"""

from __future__ import annotations

import cv2
import numpy as np

from scanner.scene import optics, texture
from scanner.scene.optics import Image


def cover(frame: Image, seed: int, share: float = 1.0) -> Image:
    """A hand or a cloth close to the lens over ``share`` of the width: dark, soft, featureless."""
    rng = np.random.default_rng(seed)
    height, width = frame.shape[:2]
    cloth = texture.surface((height, width), (46, 52, 60), rng, 5.0)
    cloth = optics.lens_blur(cloth, 24)
    edge = np.clip((width * share - np.arange(width)) / 90 + 0.5, 0, 1) if share < 1 else 1.0
    alpha = np.broadcast_to(np.asarray(edge, np.float32), (width,))[None, :, None]
    mixed = optics.to_image(frame * (1 - alpha) + cloth * alpha)
    return optics.sensor_noise(mixed, 2.5, rng)


def defocus(frame: Image, seed: int, sigma_px: float = 9.0) -> Image:
    """The focus ring turned: everything soft, the sensor's noise still sharp."""
    rng = np.random.default_rng(seed)
    return optics.sensor_noise(optics.lens_blur(frame, sigma_px), 2.5, rng)


def move(frame: Image, seed: int, dx: int = 160, dy: int = 60, turn_deg: float = 0.0) -> Image:
    """The camera turned: the view shifts, what comes in at the edge mirrors the scene."""
    height, width = frame.shape[:2]
    warp = cv2.getRotationMatrix2D((width / 2, height / 2), turn_deg, 1.0)
    warp[:, 2] += (dx, dy)
    moved = cv2.warpAffine(frame, warp, (width, height), borderMode=cv2.BORDER_REFLECT)
    rng = np.random.default_rng(seed)
    return optics.sensor_noise(moved.astype(np.uint8, copy=False), 2.0, rng)


def dark(frame: Image, seed: int, gain: float = 0.03) -> Image:
    """Lights out, or a cap on the lens."""
    rng = np.random.default_rng(seed)
    return optics.sensor_noise(optics.light(frame, gain, 0.0, 0.0), 1.2, rng)


def glare(frame: Image, seed: int, share: float = 0.5) -> Image:
    """A lamp held at the lens: ``share`` of the frame burns out and the rest is veiled."""
    rng = np.random.default_rng(seed)
    height, width = frame.shape[:2]
    cx, cy = width * rng.uniform(0.4, 0.6), height * rng.uniform(0.4, 0.6)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    radius = np.sqrt(share * width * height / np.pi)
    distance = np.hypot(x - np.float32(cx), y - np.float32(cy)) / np.float32(radius)
    veil = 330 * np.exp(-(distance**4) * 0.25) + 40
    return optics.sensor_noise(optics.to_image(frame + veil[:, :, None]), 2.5, rng)


def freeze(frame: Image) -> Image:
    """The same pixels again, as a stalled encoder or a looped still sends them."""
    return frame.copy()


def replay(frame: Image, quality: int = 60) -> Image:
    """An old frame encoded again: other bytes, the same noise."""
    return optics.jpeg(frame, quality)
