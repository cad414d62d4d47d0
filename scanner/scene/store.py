"""A storage-site camera frame: labelled drums before a wall, on the floor and on a rack.

Layered: wall, floor in perspective, rack, drums with curved labels, pools of light; then lens,
sensor and the burnt-in clock. Everything but noise and clock depends on the seed alone, so two
frames of one store differ as two frames of one camera do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from scanner.scene import optics, texture
from scanner.scene.optics import Floats, Image, as_bgr, to_image
from scanner.scene.photo import Corners, bend, paste

WIDTH, HEIGHT = 1920, 1080
_HORIZON = 640  # where the wall meets the floor
_TIERS = (560, 985)  # y of the drums' feet: on the rack's beam, on the floor
_DRUM_ASPECT = 1.22  # height / width of a 120-litre open-head drum as seen from the front


@dataclass(frozen=True, slots=True)
class StoreView:
    """A store without noise (BGR, 1080x1920) and the label corners, None for an empty place."""

    image: Image
    corners: tuple[Corners | None, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where one drum stands: centre x, y of its foot, width, all in px."""

    x: int
    foot: int
    width: int


def places(count: int) -> list[Place]:
    """Up to 24 places: half on the rack and half on the floor, all on the floor up to four."""
    if not 0 <= count <= 24:
        raise ValueError(f"a store shows 0 to 24 drums, not {count}")
    upper = 0 if count <= 4 else count // 2
    rows = ((upper, _TIERS[0]), (count - upper, _TIERS[1]))
    widest = max((number for number, _ in rows), default=1) or 1
    pitch = min(460, (WIDTH - 120) // widest)
    width = min(300, round(pitch * 0.82))
    found = []
    for number, foot in rows:
        left = WIDTH / 2 - pitch * (number - 1) / 2
        found += [Place(round(left + pitch * i), foot, width) for i in range(number)]
    return found


def store_view(labels: Sequence[Image | None], seed: int, *, label_share: float = 0.6) -> StoreView:
    """The store with one label image (any size, grey or BGR) a drum; None leaves a gap.

    ``label_share`` is the label's width on the drum's diameter, 0.2 to 0.9.
    """
    if not 0.2 <= label_share <= 0.9:
        raise ValueError("label_share must be within 0.2 and 0.9")
    rng = np.random.default_rng(seed)
    image = _room(rng)
    spots = places(len(labels))
    if any(spot.foot == _TIERS[0] for spot in spots):
        image = _rack(image)
    corners: list[Corners | None] = []
    for label, spot in zip(labels, spots, strict=True):
        own = np.random.default_rng(rng.integers(1 << 62))  # a removed drum changes no other
        if label is None:
            corners.append(None)
            continue
        image, at = _stand(image, as_bgr(label), spot, label_share, own)
        corners.append(at)
    return StoreView(_lamps(image, rng), tuple(corners))


def expose(
    view: Image,
    noise_seed: int,
    *,
    clock: str = "",
    camera: str = "",
    gain: float = 1.0,
    noise: float = 3.0,
    blur_px: float = 0.5,
    jpeg: int = 88,
) -> Image:
    """One frame of a view: lens, fresh sensor noise, burnt-in texts, JPEG."""
    rng = np.random.default_rng(noise_seed)
    image = optics.lens_blur(view, blur_px)
    image = optics.light(image, gain, 0.0, 0.0)
    image = optics.sensor_noise(image, noise, rng)
    image = burn_in(image, clock, camera)
    return optics.jpeg(image, jpeg)


def store_scene(
    labels: Sequence[Image | None],
    *,
    seed: int,
    noise_seed: int,
    clock: str = "2026-11-23 08:00:00",
    camera: str = "CAM 01",
    label_share: float = 0.6,
    gain: float = 1.0,
) -> Image:
    """``store_view`` and ``expose`` in one: a 1920x1080 BGR frame."""
    view = store_view(labels, seed, label_share=label_share)
    return expose(view.image, noise_seed, clock=clock, camera=camera, gain=gain)


def burn_in(image: Image, clock: str, camera: str) -> Image:
    """The recorder's white texts with a dark edge: clock top left, camera name bottom right."""
    out = image.copy()
    font, size = cv2.FONT_HERSHEY_SIMPLEX, 1.1
    height, width = out.shape[:2]
    (reach, _), _ = cv2.getTextSize(camera, font, size, 2)
    for text, at in ((clock, (36, 58)), (camera, (width - reach - 40, height - 34))):
        if text:
            cv2.putText(out, text, at, font, size, (20, 20, 20), 6, cv2.LINE_AA)
            cv2.putText(out, text, at, font, size, (245, 245, 245), 2, cv2.LINE_AA)
    return out


def _room(rng: np.random.Generator) -> Image:
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    image[:_HORIZON] = texture.wall((_HORIZON, WIDTH), rng)
    ground = texture.floor((1000, 1400), rng)
    corners = np.array(
        [(-40, _HORIZON), (WIDTH + 40, _HORIZON), (WIDTH + 900, HEIGHT + 60), (-900, HEIGHT + 60)],
        np.float64,
    )
    image = paste(image, ground, corners)
    return _wall_furniture(image)


def _wall_furniture(image: Image) -> Image:
    """A warning triangle (GB 15562.2), an extinguisher and a window: what the eye expects."""
    out = image.copy()
    triangle = np.array([(960, 48), (1036, 180), (884, 180)], np.int32)
    cv2.fillPoly(out, [triangle], (20, 200, 250), cv2.LINE_AA)
    cv2.polylines(out, [triangle], True, (10, 10, 10), 8, cv2.LINE_AA)
    cv2.line(out, (960, 92), (960, 140), (10, 10, 10), 9, cv2.LINE_AA)
    cv2.circle(out, (960, 160), 6, (10, 10, 10), -1, cv2.LINE_AA)
    cv2.rectangle(out, (90, 470), (128, 600), (36, 32, 178), -1, cv2.LINE_AA)
    cv2.rectangle(out, (98, 445), (120, 470), (30, 30, 30), -1, cv2.LINE_AA)
    cv2.line(out, (109, 452), (70, 520), (24, 24, 24), 6, cv2.LINE_AA)
    for x in (1560, 1690):
        cv2.rectangle(out, (x, 40), (x + 118, 150), (238, 232, 220), -1)
        cv2.rectangle(out, (x, 40), (x + 118, 150), (120, 124, 126), 6)
    return out


def _rack(image: Image) -> Image:
    out = image.copy()
    for y in (_TIERS[0], _TIERS[0] - 440):
        if y < 0:
            continue
        cv2.rectangle(out, (0, y), (WIDTH, y + 24), (34, 108, 226), -1)
        cv2.line(out, (0, y + 2), (WIDTH, y + 2), (92, 158, 250), 3)
        cv2.rectangle(out, (0, y + 24), (WIDTH, y + 34), (70, 74, 78), -1)
    for x in (14, WIDTH - 44):
        cv2.rectangle(out, (x, 0), (x + 30, _TIERS[1] - 60), (134, 78, 30), -1)
        cv2.line(out, (x + 4, 0), (x + 4, _TIERS[1] - 60), (186, 126, 70), 3)
        for y in range(20, _TIERS[1] - 60, 34):
            cv2.rectangle(out, (x + 12, y), (x + 18, y + 14), (58, 34, 14), -1)
    return out


def _stand(
    image: Image, label: Image, spot: Place, share: float, rng: np.random.Generator
) -> tuple[Image, Corners]:
    height = round(spot.width * _DRUM_ASPECT)
    colour = texture.DRUM_COLOURS[int(rng.integers(len(texture.DRUM_COLOURS)))]
    side = texture.drum_steel((height, round(spot.width * np.pi / 2)), colour, rng)
    body = bend(side, np.pi / 2)
    left, top = spot.x - body.shape[1] // 2, spot.foot - height
    out = _shadow(image, spot)
    lip = max(4, round(spot.width * 0.06))
    out = _solid(out, body, left, top, lip)
    _lid(out, spot, top, lip, colour)
    corners = _label_corners(label, spot, top, height, share, rng)
    tag = _fitted(label, spot.width * share)
    out = paste(out, bend(tag, share), np.array(corners))
    return out, corners


def _solid(image: Image, body: Image, left: int, top: int, lip: int) -> Image:
    """The drum's side with a rounded foot and head, clipped to the frame."""
    out = image
    height, width = body.shape[:2]
    mask = np.zeros((height + lip, width), np.uint8)
    cv2.rectangle(mask, (0, 0), (width - 1, height - 1), 255, -1)
    cv2.ellipse(mask, (width // 2, height - 1), (width // 2, lip), 0, 0, 180, 255, -1)
    tall = np.concatenate([body, np.repeat(body[-1:], lip, axis=0)])
    x0, x1 = max(0, left), min(WIDTH, left + width)
    y0, y1 = max(0, top), min(HEIGHT, top + height + lip)
    part = np.s_[y0 - top : y1 - top, x0 - left : x1 - left]
    keep = mask[part] > 0
    out[y0:y1, x0:x1][keep] = tall[part][keep]
    return out


def _lid(image: Image, spot: Place, top: int, lip: int, colour: texture.Colour) -> None:
    axes = (spot.width // 2, lip)
    tone = tuple(float(min(255, c * 1.25 + 18)) for c in colour)
    cv2.ellipse(image, (spot.x, top), axes, 0, 0, 360, tone, -1, cv2.LINE_AA)
    rim = tuple(float(min(255, c * 0.5 + 90)) for c in colour)
    cv2.ellipse(image, (spot.x, top), axes, 0, 0, 360, rim, 3, cv2.LINE_AA)
    bung = (spot.x + spot.width // 5, top - lip // 4)
    cv2.ellipse(image, bung, (spot.width // 16, max(2, lip // 4)), 0, 0, 360, rim, -1, cv2.LINE_AA)


def _shadow(image: Image, spot: Place) -> Image:
    out = image.astype(np.float32)
    shade = np.zeros(image.shape[:2], np.float32)
    axes = (round(spot.width * 0.62), round(spot.width * 0.12))
    cv2.ellipse(shade, (spot.x + 10, spot.foot + 6), axes, 0, 0, 360, (0.55,), -1)
    x0, x1 = max(0, spot.x - spot.width), min(WIDTH, spot.x + spot.width)
    y0, y1 = max(0, spot.foot - spot.width // 3), min(HEIGHT, spot.foot + spot.width // 3)
    soft = cv2.GaussianBlur(shade[y0:y1, x0:x1], (0, 0), 12)
    out[y0:y1, x0:x1] *= 1 - soft[:, :, None]
    return to_image(out)


def _fitted(label: Image, width: float) -> Image:
    """Twice the size it will have: paste() then only ever reduces a little."""
    size = (max(8, round(width * 2)), max(8, round(width * 2 * label.shape[0] / label.shape[1])))
    how = cv2.INTER_AREA if label.shape[1] > size[0] else cv2.INTER_CUBIC
    return cv2.resize(label, size, interpolation=how).astype(np.uint8, copy=False)


def _label_corners(
    label: Image, spot: Place, top: int, height: int, share: float, rng: np.random.Generator
) -> Corners:
    half = spot.width * np.sin(share) / 2
    tall = spot.width * share * label.shape[0] / label.shape[1]
    cx = spot.x + float(rng.uniform(-0.03, 0.03)) * spot.width
    cy = top + height * 0.52
    lean = np.radians(float(rng.normal(0, 1.2)))
    turn = np.array([(np.cos(lean), np.sin(lean)), (-np.sin(lean), np.cos(lean))])
    box = np.array([(-half, -tall / 2), (half, -tall / 2), (half, tall / 2), (-half, tall / 2)])
    a, b, c, d = ((float(x), float(y)) for x, y in box @ turn + np.array((cx, cy)))
    return (a, b, c, d)


def _lamps(image: Image, rng: np.random.Generator) -> Image:
    """Two rows of tube lights fall off toward the corners; the lens vignettes."""
    field = np.zeros((HEIGHT, WIDTH), np.float32)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    for at in (WIDTH * 0.3, WIDTH * 0.7):
        strength = np.float32(rng.uniform(0.5, 0.62))
        field += strength * np.exp(-(((x - np.float32(at)) / 760) ** 2 + ((y - 240) / 900) ** 2))
    field += np.float32(0.42)
    lit: Floats = image.astype(np.float32) * np.clip(field, 0.35, 1.12)[:, :, None]
    return to_image(lit)
