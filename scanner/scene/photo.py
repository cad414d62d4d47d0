"""A label photographed by hand: pose, curvature, light and optics, with the true corners known.

The scene is rendered at twice the size and reduced, so that edges are as soft as a sensor's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from scanner.scene import optics, texture
from scanner.scene.optics import Image, as_bgr

Corners = tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]
_SUPER = 2


@dataclass(frozen=True, slots=True)
class Setup:
    """How the photograph is taken. Lengths in px of the finished picture, angles in degrees."""

    width: int = 1280
    height: int = 960
    label_px: float = 420.0
    tilt_deg: float = 12.0
    tilt_toward_deg: float = 30.0
    rotation_deg: float = 4.0
    curve: float = 0.0  # label width / drum diameter; 0.26: 150 mm on a 580 mm drum
    lens_blur_px: float = 0.5
    motion_px: float = 0.0
    gain: float = 1.0
    gradient: float = 0.25
    noise: float = 3.0
    jpeg: int = 85
    background: str = "drum"  # "drum", "wall" or "floor"


@dataclass(frozen=True, slots=True)
class Photo:
    """The picture (BGR) and where the label's corners are in it, clockwise from its top left."""

    image: Image
    corners: Corners


def random_setup(seed: int, base: Setup | None = None) -> Setup:
    """A plausible handheld pose and exposure for ``seed``: tilt up to 35 degrees."""
    rng = np.random.default_rng(seed)
    return replace(
        base or Setup(),
        label_px=float(rng.uniform(380, 640)),
        tilt_deg=float(rng.uniform(0, 35)),
        tilt_toward_deg=float(rng.uniform(0, 360)),
        rotation_deg=float(rng.normal(0, 12)),
        curve=float(rng.choice([0.0, 0.26, 0.35])),
        lens_blur_px=float(rng.uniform(0.3, 0.9)),
        motion_px=float(rng.choice([0.0, 0.0, 2.0, 3.0])),
        gain=float(rng.uniform(0.55, 1.15)),
        gradient=float(rng.uniform(0, 0.5)),
        noise=float(rng.uniform(1.5, 5)),
        jpeg=int(rng.integers(70, 94)),
        background=str(rng.choice(["drum", "wall", "floor"])),
    )


def photograph(label: Image, seed: int, setup: Setup | None = None) -> Photo:
    """Photograph a label image (HxW or HxWx3 BGR). The same arguments give the same pixels."""
    setup = setup or Setup()
    rng = np.random.default_rng(seed)
    canvas = _background(setup, rng)
    art = bend(_shrunk(as_bgr(label), setup.label_px * _SUPER), setup.curve)
    corners = _pose(art.shape[1], art.shape[0], setup) * _SUPER
    image = paste(canvas, art, corners)
    image = cv2.resize(image, (setup.width, setup.height), interpolation=cv2.INTER_AREA).astype(
        np.uint8, copy=False
    )
    angle = float(rng.uniform(0, 180))
    image = optics.lens_blur(image, setup.lens_blur_px)
    image = optics.motion_blur(image, setup.motion_px, angle)
    image = optics.light(image, setup.gain, setup.gradient, float(rng.uniform(0, 360)))
    image = optics.sensor_noise(image, setup.noise, rng)
    image = optics.jpeg(image, setup.jpeg)
    a, b, c, d = ((float(x), float(y)) for x, y in corners / _SUPER)
    return Photo(image, (a, b, c, d))


def bend(label: Image, curve: float) -> Image:
    """The label as it looks round an upright cylinder; ``curve`` = width / diameter, below 1.5."""
    if curve <= 0:
        return label
    height, width = label.shape[:2]
    half = curve  # half the label's angle in radians: (width / 2) / (diameter / 2)
    seen = max(2, round(width * np.sin(half) / half))
    sine = np.linspace(-np.sin(half), np.sin(half), seen)
    source = (np.arcsin(sine) / half + 1) / 2 * (width - 1)
    map_x = np.broadcast_to(source.astype(np.float32), (height, seen)).copy()
    map_y = np.broadcast_to(np.arange(height, dtype=np.float32)[:, None], (height, seen)).copy()
    bent = cv2.remap(label, map_x, map_y, cv2.INTER_LINEAR).astype(np.float32)
    shade = (0.62 + 0.38 * np.sqrt(1 - sine**2)).astype(np.float32)
    return optics.to_image(bent * shade[None, :, None])


def paste(canvas: Image, art: Image, corners: npt.NDArray[np.float64]) -> Image:
    """``art`` warped onto ``canvas`` at four corners (clockwise from its top left)."""
    height, width = canvas.shape[:2]
    h, w = art.shape[:2]
    source = np.array([(0, 0), (w, 0), (w, h), (0, h)], np.float32)
    warp = cv2.getPerspectiveTransform(source, corners.astype(np.float32))
    flat = cv2.warpPerspective(art, warp, (width, height), flags=cv2.INTER_LINEAR)
    mask = cv2.warpPerspective(
        np.full((h, w), 255, np.uint8), warp, (width, height), flags=cv2.INTER_LINEAR
    )
    left, top, wide, high = cv2.boundingRect(mask)
    image = canvas.copy()
    if wide and high:  # elsewhere the canvas stays as it is
        here = (slice(top, top + high), slice(left, left + wide))
        alpha = mask[here].astype(np.float32)[:, :, None] / 255
        image[here] = optics.to_image(canvas[here] * (1 - alpha) + flat[here] * alpha)
    return image


def _shrunk(label: Image, width_px: float) -> Image:
    factor = width_px * 1.3 / label.shape[1]
    if factor >= 1:
        return label
    size = (max(8, round(label.shape[1] * factor)), max(8, round(label.shape[0] * factor)))
    return cv2.resize(label, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _pose(width: int, height: int, setup: Setup) -> npt.NDArray[np.float64]:
    """Corners of the label in the picture: turned, tilted about an axis, seen from 2.5 widths."""
    w = setup.label_px
    h = w * height / width
    flat = np.array([(-w / 2, -h / 2), (w / 2, -h / 2), (w / 2, h / 2), (-w / 2, h / 2)])
    turn, toward, tilt = np.radians((setup.rotation_deg, setup.tilt_toward_deg, setup.tilt_deg))
    turned = flat @ np.array([(np.cos(turn), np.sin(turn)), (-np.sin(turn), np.cos(turn))])
    axis = np.array((np.cos(toward), np.sin(toward)))
    across = np.array((-np.sin(toward), np.cos(toward)))
    along, away = turned @ axis, turned @ across
    eye = 2.5 * w
    scale = eye / (eye + away * np.sin(tilt))
    seen = (along * scale)[:, None] * axis + (away * np.cos(tilt) * scale)[:, None] * across
    return np.asarray(seen + np.array((setup.width / 2, setup.height / 2)), np.float64)


def _background(setup: Setup, rng: np.random.Generator) -> Image:
    shape = (setup.height * _SUPER, setup.width * _SUPER)
    if setup.background == "floor":
        return texture.floor(shape, rng)
    back = texture.wall(shape, rng)
    if setup.background == "wall":
        return back
    colour = texture.DRUM_COLOURS[int(rng.integers(len(texture.DRUM_COLOURS)))]
    width = min(shape[1], round(setup.label_px * _SUPER / max(setup.curve, 0.3)))
    side = bend(texture.drum_steel((shape[0], round(width * np.pi / 2)), colour, rng), np.pi / 2)
    left = (shape[1] - side.shape[1]) // 2
    if left <= 0:
        return side[:, -left : -left + shape[1]].copy()
    back[:, left : left + side.shape[1]] = side
    return back
