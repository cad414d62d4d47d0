"""Texts and pictures that several tests of the scanner use."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from scanner.decode.reads import Quad
from scanner.scene import StoreView, plain_label, qr_patch, store_view

Pixels = npt.NDArray[np.uint8]

TEXT = "HTTPS://TRACE.PINGHU.EXAMPLE/Q/91330482MA28ABCD1X900249082026112300001"


def identity(number: int) -> str:
    """The ``number``-th short code of one producer: near-duplicates, as in a real store."""
    return f"91330482MA28ABCD1X9002490820261123{number:03d}"


@cache
def store(seed: int, drums: int = 6, gone: tuple[int, ...] = ()) -> StoreView:
    """A store of ``drums`` whose labels carry ``identity(0..)``; those in ``gone`` are away."""
    labels = [
        None
        if number in gone
        else qr_patch(identity(number), 6)
        if seed % 2
        else None
        if number in gone
        else plain_label(identity(number), 6)
        for number in range(drums)
    ]
    return store_view(labels, seed)


def rotated(image: Pixels, degrees: float, ground: int = 190) -> Pixels:
    """Turned about its centre on a canvas that holds all of it."""
    height, width = image.shape[:2]
    side = int(np.ceil(np.hypot(height, width))) + 4
    warp = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    warp[:, 2] += (side - width) / 2, (side - height) / 2
    return np.asarray(
        cv2.warpAffine(image, warp, (side, side), borderValue=(float(ground),)), np.uint8
    )


def near(quad: Quad, corners: object, within: float) -> bool:
    """True when each corner of ``quad`` lies within so many px of the same corner of another."""
    apart = np.linalg.norm(np.asarray(quad) - np.asarray(corners, np.float64), axis=1)
    return bool(apart.max() <= within)
