"""How each reader fails as one hardship grows: pictures of a signed label's QR code, rendered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from benchmarks.label_text import token_text
from benchmarks.svg import line_chart
from scanner.decode import prepare
from scanner.decode.reads import Gray
from scanner.scene import Setup, photograph, qr_patch

Reader = Callable[[Gray], list[str]]
_PX = 4.0  # px a module where size is not the hardship


@dataclass(frozen=True, slots=True)
class Curve:
    """One hardship: its levels, and how a level changes the setup or the printed patch."""

    name: str
    title: str
    axis: str
    levels: tuple[float, ...]
    setup: Callable[[Setup, float, int], Setup] = lambda setup, _level, _modules: setup
    print: Callable[[Gray, float, int], Gray] = lambda patch, _level, _seed: patch


def _hidden(patch: Gray, share: float, seed: int) -> Gray:
    """A dark round blot over ``share`` percent of the code, anywhere on it."""
    if share <= 0:
        return patch
    side = patch.shape[0]
    rng = np.random.default_rng(seed)
    x, y = (int(v) for v in rng.uniform(0.2 * side, 0.8 * side, 2))
    inner = side - 64
    radius = int(np.sqrt(share / 100 * inner**2 / np.pi))
    return np.asarray(cv2.circle(patch.copy(), (x, y), radius, (40.0,), -1), np.uint8)


CURVES = (
    Curve(
        "size",
        "Small modules",
        "px per module",
        (3, 2.5, 2, 1.75, 1.5, 1.25, 1),
        lambda s, v, modules: replace(s, label_px=v * modules),
    ),
    Curve(
        "blur",
        "Defocus",
        "sigma, modules",
        (0, 0.2, 0.35, 0.45, 0.55, 0.65, 0.8),
        lambda s, v, _: replace(s, lens_blur_px=v * _PX),
    ),
    Curve(
        "tilt",
        "Tilt",
        "degrees",
        (0, 20, 40, 50, 60, 65, 70),
        lambda s, v, _: replace(s, tilt_deg=v),
    ),
    Curve(
        "light",
        "Low light (noise stays)",
        "exposure, share of normal",
        (1, 0.25, 0.12, 0.08, 0.06, 0.04, 0.03),
        lambda s, v, _: replace(s, gain=v),
    ),
    Curve(
        "hidden",
        "Part of the code hidden by one blot",
        "% of the code's area",
        (0, 2, 4, 6, 8, 12, 16),
        print=_hidden,
    ),
)


def draw(folder: Path, readers: Mapping[str, Reader], images: int) -> str:
    """Write one SVG a hardship into ``folder``; returns the figures as Markdown tables."""
    folder.mkdir(parents=True, exist_ok=True)
    ours_first = sorted(readers, key=lambda name: name != "ours")
    tables = []
    for curve in CURVES:
        found = {name: [0.0] * len(curve.levels) for name in ours_first}
        for index, level in enumerate(curve.levels):
            for seed in range(images):
                picture, text = _picture(curve, level, seed)
                for name in ours_first:
                    found[name][index] += 100 / images * (text in _texts(readers[name], picture))
        svg = line_chart(f"{curve.title}: codes read", curve.axis, curve.levels, found)
        (folder / f"{curve.name}.svg").write_text(svg, encoding="utf-8")
        tables.append(_table(curve, found))
        print(tables[-1], flush=True)
    return "\n\n".join(tables)


def _picture(curve: Curve, level: float, seed: int) -> tuple[Gray, str]:
    text = token_text(seed)
    patch = qr_patch(text, 8)
    modules = patch.shape[0] // 8
    rng = np.random.default_rng(seed)
    base = Setup(
        width=640,
        height=480,
        label_px=_PX * modules,
        tilt_deg=10,
        tilt_toward_deg=float(rng.uniform(0, 360)),
        rotation_deg=float(rng.uniform(-15, 15)),
        lens_blur_px=0.5,
        noise=3,
        jpeg=80,
        background=("wall", "floor", "drum")[seed % 3],
    )
    setup = curve.setup(base, level, modules)
    image = photograph(curve.print(patch, level, seed), seed, setup).image
    return prepare.luma(image), text


def _texts(reader: Reader, picture: Gray) -> list[str]:
    try:
        return reader(picture)
    except (cv2.error, UnicodeDecodeError):
        return []


def _table(curve: Curve, found: Mapping[str, list[float]]) -> str:
    head = f"| {curve.axis} | " + " | ".join(f"{v:g}" for v in curve.levels) + " |"
    rows = [head, "|---" * (len(curve.levels) + 1) + "|"]
    for name, values in found.items():
        rows.append(f"| {name} | " + " | ".join(f"{v:.0f}" for v in values) + " |")
    return "\n".join(rows)
