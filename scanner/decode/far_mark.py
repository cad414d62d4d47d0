"""The far mark beside a QR code (AprilTag 36h11), readable several times further than the code.

It says which container is in view, never that its label is genuine: anybody can print a mark.
Families of this kind differ in 11 bits at least (Olson, AprilTag, ICRA 2011), so one wrong bit is
all that is forgiven: with more, natural texture begins to look like marks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from cv2.typing import MatLike

from scanner.decode.prepare import luma
from scanner.decode.reads import Gray, Quad, as_quad, same_place

_LEAST_SIDE = 9.0  # px; 8 modules a side, and nothing is read under one pixel a module
_MOST_SIDE = 26.0  # px; a larger mark was read raw if it can be read
_ENLARGED = 3
_MARGIN = 1.0  # of a side, on each side of a crop
_MOST_CROPS = 40


@dataclass(frozen=True, slots=True)
class Mark:
    """One far mark: its id (0 to 586), where it stands, its mean side in px, and the pass."""

    id: int
    quad: Quad
    side_px: float
    stage: str


def find_marks(
    image: Gray, *, near: Sequence[Quad] = (), only: Collection[int] | None = None
) -> list[Mark]:
    """The far marks of an image (uint8, HxW or HxWx3 BGR), each id and place once.

    Args:
        near: quads of codes that are known to stand beside a mark; searched closely as well.
        only: ids that may be in view; any other is dropped. None allows all 587.
    """
    gray = luma(image)
    if min(gray.shape) < 2 * _LEAST_SIDE:
        return []
    found, squares = _detect(gray, _LEAST_SIDE)
    marks = _merged([], found, "raw")
    small = [quad for quad in squares if _side(quad) <= _MOST_SIDE]
    for box in _boxes(gray, small, near):
        left, top, right, bottom = box
        crop = gray[top:bottom, left:right]
        big = cv2.resize(crop, None, fx=_ENLARGED, fy=_ENLARGED, interpolation=cv2.INTER_CUBIC)
        closer, _ = _detect(_sharpened(np.asarray(big, np.uint8)), _LEAST_SIDE * _ENLARGED)
        marks = _merged(marks, [(i, _back(quad, left, top)) for i, quad in closer], "x3")
    return [mark for mark in marks if only is None or mark.id in only]


def _detect(gray: Gray, least_px: float) -> tuple[list[tuple[int, Quad]], list[Quad]]:
    """Marks, and the other dark squares that were looked at."""
    settings = cv2.aruco.DetectorParameters()
    settings.errorCorrectionRate = 0.2  # of 5 bits: one
    settings.minMarkerPerimeterRate = 4 * least_px / max(gray.shape)
    settings.polygonalApproxAccuracyRate = 0.08
    settings.minMarkerDistanceRate = 0.02
    settings.perspectiveRemovePixelPerCell = 8
    settings.perspectiveRemoveIgnoredMarginPerCell = 0.25
    settings.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    family = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h11)
    corners, ids, others = cv2.aruco.ArucoDetector(family, settings).detectMarkers(gray)
    codes = [int(i) for i in np.asarray(ids).ravel()] if corners else []
    return list(zip(codes, _quads(corners), strict=True)), _quads(others)


def _sharpened(gray: Gray) -> Gray:
    # Of 40 marks of 12 px, 27 were read on a plain enlargement and 39 on a sharpened one.
    soft = cv2.GaussianBlur(gray, (0, 0), _ENLARGED)
    return np.asarray(cv2.addWeighted(gray, 2.5, soft, -1.5, 0), np.uint8)


def _quads(corners: Iterable[MatLike]) -> list[Quad]:
    return [as_quad(np.asarray(c, np.float64).reshape(4, 2)) for c in corners]


def _merged(marks: list[Mark], found: Iterable[tuple[int, Quad]], stage: str) -> list[Mark]:
    out = list(marks)
    for number, quad in found:
        if not any(same_place(mark.quad, quad) for mark in out):
            out.append(Mark(number, quad, round(_side(quad), 2), stage))
    return out


def _side(quad: Quad) -> float:
    points = np.array(quad)
    return float(np.linalg.norm(points - np.roll(points, -1, axis=0), axis=1).mean())


def _boxes(
    gray: Gray, squares: Sequence[Quad], near: Sequence[Quad]
) -> list[tuple[int, int, int, int]]:
    """Crops worth a closer look: small dark squares, and a code's width around a code."""
    height, width = gray.shape
    boxes: list[tuple[int, int, int, int]] = []
    for quad in [*near, *squares]:
        points = np.array(quad)
        (low_x, low_y), (high_x, high_y) = points.min(axis=0), points.max(axis=0)
        reach = _MARGIN * max(high_x - low_x, high_y - low_y, _LEAST_SIDE)
        box = (
            max(0, int(low_x - reach)),
            max(0, int(low_y - reach)),
            min(width, int(high_x + reach) + 1),
            min(height, int(high_y + reach) + 1),
        )
        if not any(_within(box, other) for other in boxes):
            boxes.append(box)
    return boxes[:_MOST_CROPS]


def _within(box: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    inside = other[0] <= x <= other[2] and other[1] <= y <= other[3]
    return inside and box[2] - box[0] <= other[2] - other[0]


def _back(quad: Quad, left: int, top: int) -> Quad:
    # Cubic resizing keeps the outer edges of pixels in place, so centres move by a third.
    return as_quad((np.array(quad) + 0.5) / _ENLARGED - 0.5 + np.array((left, top)))
