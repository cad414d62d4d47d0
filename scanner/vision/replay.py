"""Whether a frame is an old one: exact duplicate, or the noise of the previous frame again.

A perceptual hash cannot tell a replay from a quiet room; sensor noise can, for it is never the
same twice. The scene's own fine grain correlates as well, so what each frame shares with the
reference is taken away first.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from scanner.decode.reads import Gray
from scanner.vision.config import VisionConfig
from scanner.vision.health import mille

_LEAST_PIXELS = 4096  # under this many flat pixels a correlation of 0.1 is chance


@dataclass(frozen=True, slots=True)
class Replay:
    """``excess``: noise correlation beyond the scene's own, per mille; ``duplicate``: same luma."""

    replayed: bool
    duplicate: bool
    excess: int


def compare(
    frame: Gray, previous: Gray | None, reference: Gray | None, config: VisionConfig
) -> Replay:
    """Judge luma ``frame`` against an earlier one; frames of another size prove nothing."""
    if previous is None or previous.shape != frame.shape:
        return Replay(False, False, 0)
    if np.array_equal(frame, previous):
        return Replay(True, True, 1000)
    if reference is None or reference.shape != frame.shape:
        shared = _correlation(frame, previous)
        return Replay(mille(shared) >= config.replay_alone, False, mille(shared))
    excess = _excess(frame, previous, reference)
    return Replay(mille(excess) >= config.replay_excess, False, mille(excess))


def _excess(frame: Gray, previous: Gray, reference: Gray) -> float:
    """1 when frame and previous share all their noise, about 0 when only the scene is shared."""
    shared = _correlation(frame, previous)
    own = max(_correlation(frame, reference), _correlation(previous, reference), 0.0)
    if own > 0.98:
        return 0.0  # a picture without noise (or a still as reference): nothing to compare
    return (shared - own) / (1 - own)


def _correlation(a: Gray, b: Gray) -> float:
    flat = _flat(a) & _flat(b)
    if int(flat.sum()) < _LEAST_PIXELS:
        return 0.0
    x, y = _residual(a)[flat], _residual(b)[flat]
    spread = float(x.std() * y.std())
    if spread < 1e-3:
        return 0.0
    return float(np.mean((x - x.mean()) * (y - y.mean())) / spread)


def _residual(gray: Gray) -> npt.NDArray[np.float32]:
    values = gray.astype(np.float32)
    return np.asarray(values - cv2.GaussianBlur(values, (0, 0), 1.5), np.float32)


def _flat(gray: Gray) -> npt.NDArray[np.bool_]:
    """Pixels away from edges, black and white: there the residual is noise, not structure."""
    soft = cv2.GaussianBlur(gray, (0, 0), 2.5)
    across = cv2.Sobel(soft, cv2.CV_16S, 1, 0)
    down = cv2.Sobel(soft, cv2.CV_16S, 0, 1)
    strength = np.abs(across).astype(np.int32) + np.abs(down).astype(np.int32)
    return np.asarray((strength < 24) & (soft > 12) & (soft < 243), np.bool_)
