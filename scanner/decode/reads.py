"""What a look at a picture yields: reads, and codes that are seen but not read.

Coordinates are pixels of the image as it was given, x to the right, y down; a quad runs clockwise
from the top-left corner of the *code* (ISO/IEC 18004: the corner opposite the one without finder
pattern), so a code that hangs upside down has its first point at the bottom right.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]
Gray = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Read:
    """One code and its text. ``ms``: milliseconds from the start of the look to this read."""

    text: str
    format: str
    quad: Quad
    engine: str
    stage: str
    ms: float


@dataclass(frozen=True, slots=True)
class Unread:
    """A code that is there and whose text could not be had.

    ``reason`` is "damaged" (located, content does not decode), "finder" (only its finder patterns
    are seen) or "disputed" (two engines read different texts, so neither is believed).
    """

    quad: Quad
    reason: str


@dataclass(frozen=True, slots=True)
class Look:
    """Everything one look found. ``ms`` is the whole time it took."""

    reads: tuple[Read, ...]
    unread: tuple[Unread, ...]
    ms: float


@dataclass(frozen=True, slots=True)
class Hit:
    """An engine's raw answer in the coordinates of the image that the engine was given.

    ``text`` is "" for a code that the engine located and could not decode.
    """

    text: str
    format: str
    quad: Quad


def as_quad(points: Floats) -> Quad:
    """4x2 array to a quad of plain floats, rounded to a hundredth of a pixel."""
    p = [(round(float(x), 2), round(float(y), 2)) for x, y in points]
    return (p[0], p[1], p[2], p[3])


def as_array(quad: Quad) -> Floats:
    """A quad as a 4x2 float64 array."""
    return np.array(quad, np.float64)


def centre(quad: Quad) -> Point:
    """Mean of the corners: enough to ask whether two quads are one code."""
    p = as_array(quad).mean(axis=0)
    return (float(p[0]), float(p[1]))


def same_place(a: Quad, b: Quad) -> bool:
    """True when two quads are sightings of one code.

    Engines disagree about corners by a module or two, so overlap is too strict for small codes;
    two codes can never share a centre, so the centre of either within the other decides.
    """
    return _holds(a, centre(b)) or _holds(b, centre(a))


def _holds(quad: Quad, point: Point) -> bool:
    hull = np.array(quad, np.float32).reshape(-1, 1, 2)
    return bool(cv2.pointPolygonTest(hull, point, False) >= 0)
