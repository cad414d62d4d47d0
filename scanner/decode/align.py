"""Where a frame lies over another: a handheld burst shakes, turns and comes closer.

Features with a consensus of most of the picture, so that a hand that passes does not pull the
frames apart; where it is too dark for features, a shift by phase correlation.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from scanner.decode.prepare import fitted
from scanner.decode.reads import Floats, Gray

_LONGEST = 960
_FEATURES = 900
_LEAST_INLIERS = 18
_LEAST_RESPONSE = 0.08  # of phase correlation; two unrelated frames give 0.02 to 0.04
_MOST_MOVE = 0.35  # of the longest side


class Aligner:
    """Homographies from frames to one reference frame."""

    def __init__(self, reference: Gray) -> None:
        small = fitted(_LONGEST)(reference)
        self._back = small.back  # from reduced to full pixels; the same for every frame
        self._shape = reference.shape
        self._smooth = _even(small.image)
        self._orb = cv2.ORB.create(_FEATURES)
        self._keys, self._marks = self._orb.detectAndCompute(self._smooth, None)
        # Typed as always there; an even picture gives None.
        corners: Any = cv2.goodFeaturesToTrack(self._smooth, 600, 0.01, 6)
        self._corners = np.asarray([] if corners is None else corners, np.float32)
        self._matcher = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True)

    def to_reference(self, frame: Gray) -> Floats | None:
        """3x3 from a frame's pixels to the reference's; None if it does not show the same."""
        if frame.shape != self._shape:
            return None
        smooth = _even(fitted(_LONGEST)(frame).image)
        warp = self._by_features(smooth)
        if warp is None:
            warp = self._by_shift(smooth)
        if warp is None or not _plausible(warp, max(smooth.shape)):
            return None
        warp = self._refined(smooth, warp)
        return np.asarray(self._back @ warp @ np.linalg.inv(self._back), np.float64)

    def _by_features(self, smooth: Gray) -> Floats | None:
        keys, marks = self._orb.detectAndCompute(smooth, None)
        if len(keys) < _LEAST_INLIERS or len(self._keys) < _LEAST_INLIERS:
            return None
        pairs = self._matcher.match(marks, self._marks)
        if len(pairs) < _LEAST_INLIERS:
            return None
        source = np.array([keys[p.queryIdx].pt for p in pairs], np.float32)
        target = np.array([self._keys[p.trainIdx].pt for p in pairs], np.float32)
        cv2.setRNGSeed(1)  # the same burst gives the same answer
        warp, good = cv2.findHomography(source, target, cv2.RANSAC, 2.0)
        if warp.shape != (3, 3) or int(np.sum(good)) < _LEAST_INLIERS:
            return None
        return np.asarray(warp, np.float64)

    def _refined(self, smooth: Gray, warp: Floats) -> Floats:
        """To a fraction of a pixel by optical flow: features alone were 1 to 2 px off."""
        height, width = smooth.shape
        laid = np.asarray(cv2.warpPerspective(smooth, warp, (width, height)), np.uint8)
        if len(self._corners) < _LEAST_INLIERS:
            return warp
        here = self._corners
        there, good, _ = cv2.calcOpticalFlowPyrLK(self._smooth, laid, here, np.empty_like(here))
        again, back, _ = cv2.calcOpticalFlowPyrLK(laid, self._smooth, there, np.empty_like(here))
        strayed = np.abs(again - here).reshape(-1, 2).max(axis=1)
        kept = (good.ravel() == 1) & (back.ravel() == 1) & (strayed < 0.3)
        if int(kept.sum()) < _LEAST_INLIERS:
            return warp
        cv2.setRNGSeed(1)
        fix, inliers = cv2.findHomography(there[kept], here[kept], cv2.RANSAC, 0.8)
        if fix.shape != (3, 3) or int(np.sum(inliers)) < _LEAST_INLIERS:
            return warp
        return np.asarray(fix @ warp, np.float64)

    def _by_shift(self, smooth: Gray) -> Floats | None:
        window = cv2.createHanningWindow((smooth.shape[1], smooth.shape[0]), cv2.CV_32F)
        (dx, dy), response = cv2.phaseCorrelate(
            smooth.astype(np.float32), self._smooth.astype(np.float32), window
        )
        if response < _LEAST_RESPONSE:
            return None
        return np.array([[1, 0, dx], [0, 1, dy], [0, 0, 1]], np.float64)


def _even(gray: Gray) -> Gray:
    """Stretched to the whole range and smoothed: in the dark, noise has more corners than paint."""
    low, high = np.percentile(gray[::4, ::4], (1, 99))
    sigma = 2.5 if high - low < 40 else 1.0
    soft = cv2.GaussianBlur(gray, (0, 0), sigma).astype(np.float32)
    wide = np.clip((soft - low) * (255 / max(high - low, 1)), 0, 255)
    return np.asarray(wide, np.uint8)


def _plausible(warp: Floats, longest: int) -> bool:
    """A hand's movement: no mirror image, no collapse, no leap."""
    corners = np.array([(0, 0), (longest, 0), (longest, longest), (0, longest)], np.float64)
    moved = cv2.perspectiveTransform(corners.reshape(-1, 1, 2), warp).reshape(4, 2)
    area = float(cv2.contourArea(moved.astype(np.float32), True))
    right_way = float(cv2.contourArea(corners.astype(np.float32), True))
    return (
        0.4 < area / right_way < 2.5
        and bool(cv2.isContourConvex(moved.astype(np.float32).reshape(-1, 1, 2)))
        and float(np.abs(moved - corners).max()) < _MOST_MOVE * longest
    )
