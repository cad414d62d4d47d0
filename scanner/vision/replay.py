"""Whether a frame is an old one: exact duplicate, or the noise of the previous frame again.

A perceptual hash cannot tell a replay from a quiet room; sensor noise can, for it is never the
same twice. A scene's own grain correlates too: what frame and reference share is that grain, and
is taken away block by block, as covariance, so that neither a noisier reference nor other light
nor goods that moved since can pass for noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from scanner.decode.reads import Gray
from scanner.vision.config import VisionConfig
from scanner.vision.health import mille

_ROWS, _COLUMNS = 9, 16
_LEAST_BLOCKS = 12  # fewer blocks can be one person's coat
_LEAST_FLAT = 0.3  # share of a block that must be free of edges
_LEAST_ROOM = 0.15  # noise's share of the residual below which the encoder has eaten the noise

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Replay:
    """``excess``: shared noise, per mille (1000: all of it); ``duplicate``: the same luma."""

    replayed: bool
    duplicate: bool
    excess: int


@dataclass(frozen=True, slots=True)
class _Plane:
    """A frame at half size: luma, its fine residual, and where it is flat."""

    luma: Floats
    residual: Floats
    flat: Floats


def compare(
    frame: Gray, previous: Gray | None, reference: Gray | None, config: VisionConfig
) -> Replay:
    """Judge luma ``frame`` against an earlier one; frames of another size prove nothing."""
    if previous is None or previous.shape != frame.shape:
        return Replay(False, False, 0)
    if np.array_equal(frame, previous):
        return Replay(True, True, 1000)
    if reference is None or reference.shape != frame.shape:
        return Replay(False, False, 0)  # the scene's own grain alone correlates up to 0.98
    excess = mille(_excess(_plane(frame), _plane(previous), _plane(reference)))
    return Replay(excess >= config.replay_excess, False, excess)


def _excess(here: _Plane, before: _Plane, reference: _Plane) -> float:
    """Share of residual variance that is common beyond the scene's: the lower quartile of blocks.

    Video codecs copy still blocks from frame to frame, noise and all; but never all blocks, while
    a replay repeats them everywhere. So most blocks must agree, not half.
    """
    flat = here.flat * before.flat * reference.flat
    share = _tile(flat)

    def mean(values: Floats) -> Floats:
        return np.asarray(_tile(values * flat) / np.maximum(share, 1e-6), np.float32)

    def covariance(a: _Plane, b: _Plane) -> Floats:
        return mean(a.residual * b.residual) - mean(a.residual) * mean(b.residual)

    least = np.minimum(covariance(here, here), covariance(before, before))
    light = np.maximum(mean(reference.luma), 1)
    own = covariance(here, reference) * mean(before.luma) / light
    earlier = covariance(before, reference) * mean(here.luma) / light
    scene = np.maximum(np.maximum(own, earlier), 0)
    room = least - scene
    usable = (share > _LEAST_FLAT) & (least > 0.02) & (room > _LEAST_ROOM * least)
    if int(usable.sum()) < _LEAST_BLOCKS:
        return 0.0
    excess = (covariance(here, before) - scene)[usable] / room[usable]
    return float(np.percentile(excess, 25))


def _plane(gray: Gray) -> _Plane:
    # Half size: encoders keep noise of two pixels' width long after that of one.
    small = cv2.resize(gray, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    values = small.astype(np.float32)
    soft = np.asarray(cv2.GaussianBlur(values, (0, 0), 1.5), np.float32)
    across = np.abs(np.asarray(cv2.Sobel(soft, cv2.CV_32F, 1, 0), np.float32))
    down = np.abs(np.asarray(cv2.Sobel(soft, cv2.CV_32F, 0, 1), np.float32))
    # Edges are structure, and at black and white the sensor clips its noise away.
    flat = (across + down < 24) & (soft > 12) & (soft < 243)
    return _Plane(values, values - soft, flat.astype(np.float32))


def _tile(values: Floats) -> Floats:
    height, width = values.shape[0] // _ROWS, values.shape[1] // _COLUMNS
    if height == 0 or width == 0:
        return np.asarray(values.mean(keepdims=True), np.float32)
    cut = values[: _ROWS * height, : _COLUMNS * width]
    return np.asarray(cut.reshape(_ROWS, height, _COLUMNS, width).mean((1, 3)), np.float32)
