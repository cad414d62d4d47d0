"""Several aligned frames as one picture, in ways that differ in what they forgive.

The mean beats noise and reads what is hidden half the time; the most detailed also what shows once
in sixteen frames. Median, lightest and darkest pixel read nothing more in any case that was tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from scanner.decode.reads import Floats, Gray

Stack = npt.NDArray[np.uint8]
_GRAIN = 0.5  # variance that is nobody's detail, so that flat areas share their weights


def stacked(frames: Sequence[Gray], warps: Sequence[Floats]) -> Stack:
    """Frames (HxW) over the reference's pixels, NxHxW; beyond a frame its edge repeats."""
    height, width = frames[0].shape
    return np.stack(
        [
            np.asarray(
                cv2.warpPerspective(
                    frame,
                    warp,
                    (width, height),
                    flags=cv2.INTER_LINEAR,
                    borderMode=cv2.BORDER_REPLICATE,
                ),
                np.uint8,
            )
            for frame, warp in zip(frames, warps, strict=True)
        ]
    )


def composites(stack: Stack) -> Iterator[tuple[str, Gray]]:
    """Name and picture of each way; in the order of how often it is the one that reads."""
    ways: tuple[tuple[str, Callable[[Stack], Gray]], ...] = (
        ("mean", mean),
        ("detail", detail),
    )
    for name, way in ways:
        yield name, way(stack)


def mean(stack: Stack) -> Gray:
    """Noise falls by the root of the number of frames, so the dark can be stretched."""
    return _stretched(np.asarray(stack.mean(axis=0, dtype=np.float32), np.float32))


def detail(stack: Stack) -> Gray:
    """Each place from the frames in which it has most contrast."""
    total = np.zeros(stack.shape[1:], np.float32)
    weights = np.zeros(stack.shape[1:], np.float32)
    for layer in stack:
        values = layer.astype(np.float32)
        size = (15, 15)
        centre = cv2.boxFilter(values, -1, size)
        spread = cv2.boxFilter(values * values, -1, size) - centre * centre
        # Fourth power of the deviation: nearly a choice, yet without seams.
        weight = np.square(np.maximum(np.asarray(spread, np.float32), 0) + np.float32(_GRAIN))
        total += weight * values
        weights += weight
    return _stretched(total / weights)


def _stretched(values: npt.NDArray[np.float32]) -> Gray:
    """To the whole range before rounding: in the dark, a code is made of fractions of a step."""
    low, high = (float(v) for v in np.percentile(values[::4, ::4], (0.5, 99.5)))
    if high - low > 160:
        return np.clip(np.rint(values), 0, 255).astype(np.uint8)
    wide = np.clip((values - low) * (255 / max(high - low, 1)), 0, 255)
    return np.asarray(wide, np.uint8)
