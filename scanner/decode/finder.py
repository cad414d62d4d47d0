"""QR finder patterns by nested contours: where a code is, although no engine reads it.

A finder pattern (ISO/IEC 18004 6.3.3) is a dark 3x3 square in a light ring in a dark 7x7 ring;
three of them at the corners of a square are a code. Costs about 10 ms a megapixel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

import cv2
import numpy as np
from cv2.typing import MatLike

from scanner.decode.orient import corner_scores
from scanner.decode.prepare import fitted
from scanner.decode.reads import Floats, Gray, Quad, as_array, as_quad

_LONGEST = 1600  # finders under 7 px vanish here, and no engine reads those anyway
_LEAST_CORNER = 0.36  # codes at 55 degrees of tilt have 0.38 and more, clock digits under 0.35
_LEAST_SIDE = 14.0  # px; 21 modules at 0.7 px
_MOST_FINDERS = 60  # a texture full of rings is not a shelf of labels; bounds the triples


@dataclass(frozen=True, slots=True)
class _Finder:
    x: float
    y: float
    side: float  # of the outer ring, in px, as the square root of its area


def find_codes(gray: Gray, known: Sequence[Quad] = ()) -> list[Quad]:
    """Quads of probable QR codes, clockwise from their top left, in pixels of ``gray``.

    Finder patterns within ``known`` quads (codes that are read already) are left out.
    """
    small = fitted(_LONGEST)(gray)
    scale = small.image.shape[1] / gray.shape[1]
    hulls = [(np.array(quad, np.float32) * scale).reshape(-1, 1, 2) for quad in known]
    finders = [
        finder
        for finder in _finders(small.image)
        if not any(
            cv2.pointPolygonTest(hull, (finder.x, finder.y), True) > -finder.side for hull in hulls
        )
    ]
    if len(finders) < 3:
        return []
    return [small.original(quad) for quad in _codes(finders[:_MOST_FINDERS])]


def looks_like_a_code(gray: Gray, quad: Quad) -> bool:
    """A convex quad of a code's proportions with finder patterns at three corners.

    Engines and contours both take a clock's digits for finders now and then. A label that is taken
    for unread excuses a missing one, so a false find costs more than a miss.
    """
    points = as_array(quad)
    if not cv2.isContourConvex(points.astype(np.float32).reshape(-1, 1, 2)):
        return False
    sides = np.linalg.norm(points - np.roll(points, -1, axis=0), axis=1)
    if sides.min() < _LEAST_SIDE or sides.max() > 4 * sides.min():
        return False
    scores = corner_scores(gray, points)
    return min(scores[corner] for corner in (0, 1, 3)) >= _LEAST_CORNER


def _finders(gray: Gray) -> list[_Finder]:
    window = max(15, (min(gray.shape) // 16) | 1)
    # Darker than the neighbourhood by more than the grain of a wall and less than printed ink.
    low, high = np.percentile(gray[::8, ::8], (2, 98))
    darker = float(np.clip((high - low) / 16, 2, 10))
    dark = cv2.adaptiveThreshold(
        gray, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, window, darker
    )
    contours, tree = cv2.findContours(dark, cv2.RETR_TREE, cv2.CHAIN_APPROX_SIMPLE)
    if tree is None:
        return []
    links = np.asarray(tree)[0]
    child = links[:, 2]
    nested = np.flatnonzero((child >= 0) & (child[child] >= 0))  # -1 picks the last: masked out
    found: list[_Finder] = []
    for index in nested.tolist():
        ring = _bulls_eye(contours, links, index)
        if ring is not None and not any(_close(ring, other) for other in found):
            found.append(ring)
    return found


def _bulls_eye(shapes: Sequence[MatLike], tree: MatLike, index: int) -> _Finder | None:
    """The finder whose outer edge is contour ``index``: edge, hole in it, blob in the hole."""
    hole = int(tree[index][2])
    blob = int(tree[hole][2])
    outer, inner, core = (float(cv2.contourArea(shapes[i])) for i in (index, hole, blob))
    # Ideal areas 49 : 25 : 9; contours run through pixel centres and blur shifts them.
    if outer < 20 or not 1.2 < outer / max(inner, 1) < 4.5 or not 1.4 < inner / max(core, 1) < 9:
        return None
    (x, y), (w, h), _ = cv2.minAreaRect(shapes[index])
    if min(w, h) < 4 or max(w, h) > 3 * min(w, h) or outer < 0.6 * w * h:
        return None
    (cx, cy), _, _ = cv2.minAreaRect(shapes[blob])
    if np.hypot(cx - x, cy - y) > 0.2 * max(w, h):
        return None
    return _Finder(x, y, float(np.sqrt(w * h)))


def _close(a: _Finder, b: _Finder) -> bool:
    return bool(np.hypot(a.x - b.x, a.y - b.y) < 0.5 * max(a.side, b.side))


def _codes(finders: list[_Finder]) -> list[Quad]:
    """Triples that make a square, best first, each finder in one code only."""
    triples = []
    for three in combinations(range(len(finders)), 3):
        scored = _square(*(finders[i] for i in three))
        if scored is not None:
            triples.append((scored[0], three, scored[1]))
    used: set[int] = set()
    quads = []
    for _, three, quad in sorted(triples, key=lambda item: item[0]):
        if not used & set(three):
            used |= set(three)
            quads.append(quad)
    return quads


def _square(*three: _Finder) -> tuple[float, Quad] | None:
    """How far three finders are from a code's corners (0 best) and its quad, None if too far."""
    sides = [f.side for f in three]
    if max(sides) > 1.8 * min(sides):
        return None
    best: tuple[float, Quad] | None = None
    for corner, right, down in permutations(three):
        u = np.array((right.x - corner.x, right.y - corner.y))
        v = np.array((down.x - corner.x, down.y - corner.y))
        if u[0] * v[1] - u[1] * v[0] <= 0:
            continue  # anticlockwise: a mirror image
        lu, lv = float(np.linalg.norm(u)), float(np.linalg.norm(v))
        side = float(np.mean(sides))
        # Finder centres are 14 to 170 modules apart, a finder is 7 wide.
        if not (1.6 * side < min(lu, lv) and max(lu, lv) < 25 * side):
            continue
        skew = abs(float(u @ v)) / (lu * lv)
        ratio = max(lu, lv) / min(lu, lv)
        if skew > 0.6 or ratio > 2.0:
            continue
        score = skew + (ratio - 1) + (max(sides) / min(sides) - 1) + max(lu, lv) / side / 50
        if best is None or score < best[0]:
            best = (score, _outer_quad(corner, u, v, side))
    return best


def _outer_quad(corner: _Finder, u: Floats, v: Floats, side: float) -> Quad:
    """From finder centres to the code's corners: half a finder outward along each side."""
    origin = np.array((corner.x, corner.y))
    eu = u / np.linalg.norm(u) * side / 2
    ev = v / np.linalg.norm(v) * side / 2
    points = [
        origin - eu - ev,
        origin + u + eu - ev,
        origin + u + v + eu + ev,
        origin + v - eu + ev,
    ]
    return as_quad(np.array(points))
