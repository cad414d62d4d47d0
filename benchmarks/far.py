"""The far mark against the QR code of a signed label, both printed at the same side."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from benchmarks.label_text import token_text
from scanner.decode import prepare, read
from scanner.decode.engines import Zxing
from scanner.decode.far_mark import find_marks
from scanner.decode.reads import Gray
from scanner.decode.video import clip_frames
from scanner.scene import Setup, photograph, qr_patch
from waste_trace.labels.matrices import far_mark_modules

SIDES = (10, 11, 12, 14, 16, 18, 24, 32, 44, 58, 74, 86, 98, 120)
"""Side of the printed square in the picture, px, without its quiet zone."""
_ZXING = Zxing()


@dataclass(slots=True)
class Cell:
    """How many of ``of`` pictures each way has read."""

    of: int = 0
    mark_raw: int = 0
    mark: int = 0
    wrong: int = 0
    qr_raw: int = 0
    qr_x3: int = 0
    qr: int = 0


def table(images: int) -> str:
    """A Markdown table, one row a side; ``images`` seeded pictures of each kind a row."""
    head = (
        "| side, px | 45 mm at | 100 mm at | mark raw | **mark** | wrong ids "
        "| QR zxing raw | QR zxing x3 | **QR `read`** |\n|---|---|---|---|---|---|---|---|---|"
    )
    rows = [head]
    for side in SIDES:
        cell = measure(side, images)
        share = [f"{100 * n / cell.of:.0f} %" for n in (cell.mark_raw, cell.mark)]
        codes = [f"{100 * n / cell.of:.0f} %" for n in (cell.qr_raw, cell.qr_x3, cell.qr)]
        near, far_ = (f"{metres(mm, side):.1f} m" for mm in (45, 100))
        rows.append(
            f"| {side} | {near} | {far_} | {share[0]} | {share[1]} | {cell.wrong} "
            f"| {codes[0]} | {codes[1]} | {codes[2]} |"
        )
        print(rows[-1], flush=True)
    return "\n".join(rows)


def metres(side_mm: float, side_px: float, width: int = 1920, angle_deg: float = 84.0) -> float:
    """The distance at which a square of ``side_mm`` is ``side_px`` wide: 1080p, 4 mm lens."""
    return width * side_mm / 1000 / (2 * math.tan(math.radians(angle_deg / 2)) * side_px)


def measure(side: int, images: int) -> Cell:
    """One row: tilt up to 25 degrees, blur 0.5 px, noise 3, JPEG 75."""
    cell = Cell()
    for seed in range(images):
        rng = np.random.default_rng(seed)
        number = int(rng.integers(587))
        text = token_text(seed)
        setup = _pose(rng, seed)
        marked = _picture(_mark_patch(number), side * 10 / 8, seed, setup)
        found = find_marks(marked)
        cell.of += 1
        cell.mark_raw += any(m.id == number and m.stage == "raw" for m in found)
        cell.mark += any(m.id == number for m in found)
        cell.wrong += sum(m.id != number for m in found)
        patch = qr_patch(text, 8)
        modules = patch.shape[0] // 8
        coded = _picture(patch, side * modules / (modules - 8), seed, setup)
        big = prepare.enlarged(3.0)(coded).image
        cell.qr_raw += any(hit.text == text for hit in _ZXING.decode(coded))
        cell.qr_x3 += any(hit.text == text for hit in _ZXING.decode(big))
        cell.qr += any(item.text == text for item in read(coded))
    return cell


def count_false(folder: Path) -> int:
    """Marks that are seen in clips that hold none; every frame is also searched enlarged."""
    frames = false = 0
    for path in sorted(folder.iterdir()):
        for frame in clip_frames(path, step_ms=2000, limit=40):
            frames += 1
            big = prepare.enlarged(3.0)(prepare.sharpened(frame.luma).image).image
            false += len(find_marks(frame.luma)) + len(find_marks(big))
    print(f"\n{frames} natural frames, raw and enlarged: {false} false marks")
    return false


def _pose(rng: np.random.Generator, seed: int) -> Setup:
    return Setup(
        width=960,
        height=540,
        tilt_deg=float(rng.uniform(0, 25)),
        tilt_toward_deg=float(rng.uniform(0, 360)),
        rotation_deg=float(rng.uniform(-20, 20)),
        lens_blur_px=0.5,
        noise=3,
        jpeg=75,
        background=("wall", "floor", "drum")[seed % 3],
    )


def _picture(patch: Gray, label_px: float, seed: int, setup: Setup) -> Gray:
    return prepare.luma(photograph(patch, seed, replace(setup, label_px=label_px)).image)


def _mark_patch(number: int) -> Gray:
    """The mark with a white module around it, as it is printed."""
    grid = np.where(np.array(far_mark_modules(number), bool), 0, 255).astype(np.uint8)
    framed = np.pad(grid, 1, constant_values=255)
    return np.asarray(np.kron(framed, np.ones((24, 24), np.uint8)), np.uint8)


if __name__ == "__main__":
    cv2.setNumThreads(1)
    print(table(20))
