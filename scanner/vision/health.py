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
    """Per-block figures of a frame against its reference, over the textured blocks only."""

    ncc: Floats
    energy: Floats
    detail: float


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
    still = _blocks(small, healthy, config)
    lost = _lost(still, config)
    scores |= {"lost": mille(lost), "detail": mille(still.detail)}
    far = float(np.hypot(dx, dy))
    if far >= 0.5:
        undone = _blocks(_translated(small, -dx, -dy), healthy, config)
        explained = lost - _lost(undone, config)
        scores |= {"shift_px": round(far), "explained": mille(explained)}
        if far >= config.shift_px and explained * 1000 >= config.shift_gain:
            return Health(HealthState.MOVED, scores)
        if explained > 0:
            still, lost = undone, _lost(undone, config)
    smooth = _smooth_lost(still, config)
    scores |= {"lost": mille(lost), "smooth_lost": mille(smooth), "detail": mille(still.detail)}
    return Health(_judge(still, lost, smooth, config), scores)


def _judge(blocks: _Blocks, lost: float, smooth: float, config: VisionConfig) -> HealthState:
    # Defocus before cover: a soft picture keeps its coarse shapes, so few blocks are lost.
    if blocks.detail * 1000 < config.sharpness_min and lost * 1000 < config.view_lost_share:
        return (
            HealthState.DEFOCUSED
            if smooth < 0.8 * max(lost, 1e-9) or lost < 0.1
            else (
                HealthState.COVERED
                if smooth * 1000 >= config.covered_share
                else HealthState.DEFOCUSED
            )
        )
    if smooth * 1000 >= config.covered_share:
        return HealthState.COVERED
    if lost * 1000 >= config.view_lost_share:
        return HealthState.MOVED
    return HealthState.OK


def _blocks(small: Gray, healthy: Gray, config: VisionConfig) -> _Blocks:
    side = config.block_px
    here, there = _gradients(small), _gradients(healthy)
    power_here, power_there = _tile(_dot(here, here), side), _tile(_dot(there, there), side)
    cross = _tile(_dot(here, there), side)
    watched = power_there >= config.texture_min**2
    if not watched.any():
        watched = np.ones_like(watched)  # a bare view: everything is equally (un)informative
    ncc = cross / np.sqrt(np.maximum(power_here * power_there, 1e-6))
    fine_here, fine_there = _tile(_fine(small), side), _tile(_fine(healthy), side)
    floor_here, floor_there = np.percentile(fine_here, 5), np.percentile(fine_there, 5)
    gain2 = max(float(np.mean(small)) / max(float(np.mean(healthy)), 1.0), 0.05) ** 2
    fine = np.maximum(fine_here - floor_here, 0) / np.maximum(fine_there - floor_there, 1.0)
    return _Blocks(
        ncc=ncc[watched].astype(np.float32),
        energy=(power_here / np.maximum(power_there, 1e-6))[watched].astype(np.float32),
        detail=float(np.median(fine[watched])) / gain2,
    )


def _lost(blocks: _Blocks, config: VisionConfig) -> float:
    return float(np.mean(blocks.ncc * 1000 < config.lost_ncc))


def _smooth_lost(blocks: _Blocks, config: VisionConfig) -> float:
    lost = blocks.ncc * 1000 < config.lost_ncc
    return float(np.mean(lost & (blocks.energy * 1000 < config.smooth_ratio)))


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
