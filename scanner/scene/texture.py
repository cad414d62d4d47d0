"""Procedural surfaces of a store: painted wall, concrete floor, drum steel.

Fractal value noise: a few octaves of random grids, enlarged and summed.
"""

from __future__ import annotations

import cv2
import numpy as np

from scanner.scene.optics import Floats, Image, to_image

Colour = tuple[int, int, int]  # BGR

CONCRETE: Colour = (142, 148, 150)
WALL: Colour = (205, 212, 214)
DADO: Colour = (132, 150, 108)
DRUM_BLUE: Colour = (140, 84, 26)
DRUM_COLOURS: tuple[Colour, ...] = (
    (140, 84, 26),
    (128, 76, 22),
    (62, 62, 66),
    (58, 104, 62),
    (148, 92, 34),
)


def cloud(shape: tuple[int, int], rng: np.random.Generator, coarsest: int = 4) -> Floats:
    """Fractal noise about 0 with a standard deviation near 1, float32 of ``shape``."""
    total = np.zeros(shape, np.float32)
    cells, weight = coarsest, 1.0
    while cells < min(256, max(shape)):
        rows = max(2, round(cells * shape[0] / max(shape)))
        columns = max(2, round(cells * shape[1] / max(shape)))
        grid = rng.standard_normal((rows, columns)).astype(np.float32)
        enlarged = cv2.resize(grid, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
        octave = np.asarray(enlarged, np.float32)
        octave *= np.float32(weight)
        total += octave
        cells, weight = cells * 2, weight * 0.62
    total /= np.float32(max(float(total.std()), 1e-6))
    return total


def surface(
    shape: tuple[int, int], colour: Colour, rng: np.random.Generator, roughness: float = 6.0
) -> Image:
    """A flat colour with stains, fine grain and some specks."""
    stains = cloud(shape, rng)
    stains *= np.float32(roughness)
    grain = rng.standard_normal(shape, np.float32)
    grain *= np.float32(roughness * 0.5)
    # Channel by channel: numpy is slow along a last axis of three.
    return np.dstack([to_image(np.float32(level) + stains + grain) for level in colour])


def floor(shape: tuple[int, int], rng: np.random.Generator) -> Image:
    """Concrete seen from above: stains, expansion joints and a yellow aisle line."""
    image = surface(shape, CONCRETE, rng, 8.0)
    height, width = shape
    for at in np.linspace(0.12, 0.92, 5):
        cv2.line(image, (int(at * width), 0), (int(at * width), height), (96, 100, 102), 2)
        cv2.line(image, (0, int(at * height)), (width, int(at * height)), (96, 100, 102), 2)
    cv2.rectangle(
        image, (0, int(0.78 * height)), (width, int(0.83 * height)), (52, 176, 204), -1, cv2.LINE_AA
    )
    worn = cloud(shape, rng, 32) > 1.3
    image[worn] = (image[worn] * 0.6 + np.array(CONCRETE) * 0.4).astype(np.uint8)
    return image


def wall(shape: tuple[int, int], rng: np.random.Generator) -> Image:
    """Painted blockwork with a green dado, as most stores have."""
    image = surface(shape, WALL, rng, 3.5)
    height, width = shape
    line = int(height * 0.62)
    image[line:] = surface((height - line, width), DADO, rng, 4.0)
    cv2.line(image, (0, line), (width, line), (70, 84, 60), 3, cv2.LINE_AA)
    course = max(24, height // 12)
    for row, y in enumerate(range(course, height, course)):
        shade = image[y : y + 2].astype(np.int16) - 12
        image[y : y + 2] = np.clip(shade, 0, 255).astype(np.uint8)
        for x in range((row % 2) * course, width, course * 2):
            joint = image[y - course : y, x : x + 2].astype(np.int16) - 10
            image[y - course : y, x : x + 2] = np.clip(joint, 0, 255).astype(np.uint8)
    return image


def drum_steel(shape: tuple[int, int], colour: Colour, rng: np.random.Generator) -> Image:
    """The unrolled side of a steel drum: paint, scuffs, two rolling hoops, rims."""
    image = surface(shape, colour, rng, 3.0).astype(np.float32)
    height, width = shape
    for _ in range(14):
        x, y = int(rng.integers(width)), int(rng.integers(height))
        reach = int(rng.integers(6, max(7, width // 6)))
        end = (x + reach, y + int(rng.integers(-8, 9)))
        bright = float(rng.uniform(12, 40))
        mark = np.zeros(shape, np.float32)
        cv2.line(mark, (x, y), end, (bright,), int(rng.integers(1, 3)), cv2.LINE_AA)
        about = (slice(max(0, min(y, end[1]) - 4), max(y, end[1]) + 5), slice(max(0, x - 4), None))
        image[about] += mark[about][:, :, None]
    thick = max(2, height // 60)
    for at in (0.012, 0.335, 0.665, 0.985):
        y = int(at * height)
        image[max(0, y - thick) : y] += 34
        image[y : y + thick] -= 30
    return to_image(image)
