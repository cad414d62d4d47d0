"""Which corner of a found QR code is its top left: the one opposite the corner without finder."""

from __future__ import annotations

import cv2
import numpy as np

from scanner.decode.reads import Floats, Gray

_SIDE = 84
_RING = 30  # a corner with its finder pattern: 7 modules of 21 at most
_SIDES = (10, 12, 14, 17, 20, 24, 28)  # px of a finder pattern in codes of 57 to 21 modules


def orient(image: Gray, corners: Floats) -> Floats:
    """Corners (4x2, any order round the code) as clockwise from the code's top left."""
    ring = _clockwise(corners)
    scores = corner_scores(image, ring)
    lone = scores.index(min(scores))
    return np.roll(ring, -((lone + 2) % 4), axis=0)


def corner_scores(image: Gray, ring: Floats) -> list[float]:
    """How much each corner of a clockwise quad looks like a finder pattern, -1 to 1."""
    target = np.array([(0, 0), (_SIDE, 0), (_SIDE, _SIDE), (0, _SIDE)], np.float32)
    warp = cv2.getPerspectiveTransform(ring.astype(np.float32), target)
    warped = cv2.warpPerspective(image, warp, (_SIDE, _SIDE), flags=cv2.INTER_AREA)
    flat = warped.astype(np.uint8, copy=False)
    # rot90 by k brings corner k of the clockwise ring to the top left.
    return [_finder_score(np.rot90(flat, turn)[:_RING, :_RING]) for turn in range(4)]


def _clockwise(corners: Floats) -> Floats:
    middle = corners.mean(axis=0)
    angles = np.arctan2(corners[:, 1] - middle[1], corners[:, 0] - middle[0])
    return corners[np.argsort(angles)]


def _finder_score(patch: Gray) -> float:
    """How much the corner is a bull's-eye: best correlation with drawn finders of likely sizes."""
    best = -1.0
    for side in _SIDES:
        best = max(best, float(cv2.matchTemplate(patch, _finder(side), cv2.TM_CCOEFF_NORMED).max()))
    return best


def _finder(side: int) -> Gray:
    grid = np.full((7, 7), 255, np.uint8)
    grid[0, :] = grid[-1, :] = grid[:, 0] = grid[:, -1] = 0
    grid[2:5, 2:5] = 0
    return cv2.resize(grid, (side, side), interpolation=cv2.INTER_AREA).astype(np.uint8)
