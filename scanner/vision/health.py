"""Whether a camera sees what it should: black, glare, covered, defocused, moved, or well.

Classical features against a healthy reference frame: per-block correlation of gradients (immune
to gain), energy of fine detail, phase correlation, luma percentiles. After Saglam and Temizel
(AVSS 2009) and Lee et al. (Sensors 2015, 15, 10315), with thresholds from ``VisionConfig``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from scanner.decode.reads import Gray
from scanner.vision.config import VisionConfig

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

_LEAST_KEPT = 5  # blocks; a median of fewer is one object's


class HealthState(StrEnum):
    """What a camera's picture is like. ``REPLAYED`` is decided by ``replay``."""

    OK = "ok"
    NO_REFERENCE = "no-reference"
    BLACK = "black"
    GLARE = "glare"
    COVERED = "covered"
    DEFOCUSED = "defocused"
    MOVED = "moved"
    REPLAYED = "frozen-or-replayed"


@dataclass(frozen=True, slots=True)
class Health:
    """A state and the scores behind it: integers, per mille unless the name ends in a unit."""

    state: HealthState
    scores: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Blocks:
    """A frame against its reference, block by block (rows x columns of booleans).

    ``watched``: the reference has texture there; ``lost``: watched and uncorrelated; ``changed``:
    lost, or bare and of another luma; ``smooth``: changed and poor in gradients. ``detail``: median
    fine energy over what is watched and not lost, 1 when unchanged.
    """

    watched: Mask
    lost: Mask
    changed: Mask
    smooth: Mask
    detail: float

    @property
    def lost_share(self) -> float:
        """Share of the watched blocks that are lost.

        A nearly bare view counts as if an eighth of it were watched: else one car that was there
        when the reference was taken is most of what can be lost.
        """
        return float(self.lost.sum() / max(int(self.watched.sum()), self.watched.size / 8))


def assess(frame: Gray, reference: Gray | None, config: VisionConfig) -> Health:
    """Health of a luma frame; without a reference only black and glare can be told."""
    small = shrink(frame, config.width_px)
    scores = _luma_scores(small, config)
    if scores["p95_level"] <= config.black_p95:
        return Health(HealthState.BLACK, scores)
    if reference is None:
        glaring = scores["burnt"] >= 2 * config.glare_rise
        return Health(HealthState.GLARE if glaring else HealthState.NO_REFERENCE, scores)
    healthy = _like(shrink(reference, config.width_px), small.shape)
    rise = scores["burnt"] - _luma_scores(healthy, config)["burnt"]
    if rise >= config.glare_rise:
        return Health(HealthState.GLARE, scores)
    return _against(small, healthy, scores, config)


def shrink(gray: Gray, width: int) -> Gray:
    """Reduced by area to ``width``; smaller frames stay as they are."""
    if gray.shape[1] <= width:
        return gray
    size = (width, max(1, round(gray.shape[0] * width / gray.shape[1])))
    return cv2.resize(gray, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _like(gray: Gray, shape: tuple[int, ...]) -> Gray:
    if gray.shape == shape:
        return gray
    size = (shape[1], shape[0])
    return cv2.resize(gray, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _luma_scores(gray: Gray, config: VisionConfig) -> dict[str, int]:
    low, high = np.percentile(gray, (5, 95))
    burnt = float(np.mean(gray >= config.glare_level))
    return {"p5_level": int(low), "p95_level": int(high), "burnt": mille(burnt)}


def _against(small: Gray, healthy: Gray, scores: dict[str, int], config: VisionConfig) -> Health:
    dx, dy = _shift(small, healthy)
    far = float(np.hypot(dx, dy))
    blocks = _blocks(small, healthy, config)
    explained = 0.0
    if far >= 0.5:
        undone = _blocks(_translated(small, -dx, -dy), healthy, config)
        explained = blocks.lost_share - undone.lost_share
        if explained > 0:
            blocks = undone
    patch, soft_patch = _largest(blocks.changed), _largest(blocks.smooth)
    scores |= {
        "shift_px": round(far) if explained > 0 else 0,
        "explained": mille(explained),
        "lost": mille(blocks.lost_share),
        "patch": mille(patch),
        "soft_patch": mille(soft_patch),
        "detail": mille(blocks.detail),
    }
    return Health(_judge(scores, config), scores)


def _judge(scores: dict[str, int], config: VisionConfig) -> HealthState:
    if scores["shift_px"] >= config.shift_px and scores["explained"] >= config.shift_gain:
        return HealthState.MOVED
    # A soft patch that makes up most of what is gone is a cover; else the scene is another.
    if scores["soft_patch"] >= config.covered_share and scores["soft_patch"] > (
        0.6 * scores["patch"]
    ):
        return HealthState.COVERED
    if scores["lost"] >= config.view_lost_share:
        return HealthState.MOVED
    if scores["patch"] >= config.hidden_share:
        return HealthState.COVERED
    # A defocused picture keeps its coarse shapes, so it gets here with little lost.
    if scores["detail"] < config.sharpness_min:
        return HealthState.DEFOCUSED
    return HealthState.OK


def _blocks(small: Gray, healthy: Gray, config: VisionConfig) -> _Blocks:
    side = config.block_px
    here, there = _gradients(small), _gradients(healthy)
    power_here, power_there = _tile(_dot(here, here), side), _tile(_dot(there, there), side)
    ncc = _tile(_dot(here, there), side) / np.sqrt(np.maximum(power_here * power_there, 1e-6))
    watched = power_there >= config.texture_min**2
    lost = watched & (ncc * 1000 < config.lost_ncc)
    mean_here, mean_there = (_tile(g.astype(np.float32), side) for g in (small, healthy))
    gain = _gain(mean_here, mean_there, watched & ~lost)
    # Where the reference is bare only luma can tell; where the frame is bare it looks soft.
    bare = ~watched & (np.abs(mean_here - gain * mean_there) > config.bare_change)
    poor = power_here * 1000 < config.smooth_ratio * gain**2 * np.maximum(
        power_there, config.texture_min**2
    )
    return _Blocks(
        watched=watched,
        lost=lost,
        changed=lost | bare,
        smooth=(lost | bare) & poor,
        detail=_detail(small, healthy, watched & ~lost, gain, side),
    )


def _gain(here: Floats, there: Floats, kept: Mask) -> float:
    """How much brighter the light is: judged where the scene still stands, if anywhere."""
    where = kept if int(kept.sum()) >= _LEAST_KEPT else np.ones_like(kept)
    return max(float(np.median(here[where] / np.maximum(there[where], 1.0))), 0.05)


def _detail(small: Gray, healthy: Gray, kept: Mask, gain: float, side: int) -> float:
    """Median ratio of fine energy, each frame's own noise floor and the gain taken away."""
    if int(kept.sum()) < _LEAST_KEPT:
        return 1.0  # next to nothing is left of the scene: sharpness cannot be told
    here, there = _tile(_fine(small), side), _tile(_fine(healthy), side)
    here, there = (np.maximum(fine - np.percentile(fine, 5), 0) for fine in (here, there))
    return float(np.median((here / np.maximum(there, 1.0))[kept])) / gain**2


def _largest(mask: Mask) -> float:
    """The largest 8-connected patch of a block mask, as a share of all blocks."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    if count < 2:
        return 0.0
    return float(stats[1:, cv2.CC_STAT_AREA].max() / mask.size)


def _gradients(gray: Gray) -> tuple[Floats, Floats]:
    soft = cv2.GaussianBlur(gray, (0, 0), 1.5)
    across = np.asarray(cv2.Sobel(soft, cv2.CV_32F, 1, 0, scale=0.25), np.float32)
    down = np.asarray(cv2.Sobel(soft, cv2.CV_32F, 0, 1, scale=0.25), np.float32)
    return across, down


def _dot(a: tuple[Floats, Floats], b: tuple[Floats, Floats]) -> Floats:
    return a[0] * b[0] + a[1] * b[1]


def _fine(gray: Gray) -> Floats:
    """Energy between scales 0.7 and 1.4 px: edges of printed text, not the sensor's grain."""
    values = gray.astype(np.float32)
    band = cv2.GaussianBlur(values, (0, 0), 0.7) - cv2.GaussianBlur(values, (0, 0), 1.4)
    return np.asarray(np.square(band), np.float32)


def _tile(values: Floats, side: int) -> Floats:
    """Means over side x side blocks; a rim narrower than a block is left out."""
    rows, columns = max(1, values.shape[0] // side), max(1, values.shape[1] // side)
    cut = values[: rows * side, : columns * side]
    return np.asarray(
        cut.reshape(rows, cut.shape[0] // rows, columns, cut.shape[1] // columns).mean((1, 3)),
        np.float32,
    )


def _shift(small: Gray, healthy: Gray) -> tuple[float, float]:
    """How far the frame lies from the reference, px: phase correlation of gradient strength."""
    if min(small.shape) < 2:
        return 0.0, 0.0
    here, there = (_strength(gray) for gray in (small, healthy))
    window = cv2.createHanningWindow((here.shape[1], here.shape[0]), cv2.CV_32F)
    (dx, dy), _ = cv2.phaseCorrelate(there, here, window)
    return float(dx), float(dy)


def _strength(gray: Gray) -> Floats:
    across, down = _gradients(gray)
    return np.hypot(across, down)


def _translated(gray: Gray, dx: float, dy: float) -> Gray:
    warp = np.array([[1, 0, dx], [0, 1, dy]], np.float64)
    size = (gray.shape[1], gray.shape[0])
    moved: Any = cv2.warpAffine(gray, warp, size, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8)


def mille(share: float) -> int:
    """A share as an integer per mille, bounded so that no ratio explodes a record."""
    return int(np.clip(round(share * 1000), -10_000, 10_000))
