"""Recall, wrong reads and time of each engine and of ours, in one run.

    python benchmarks/decode.py FOLDER... [--synthetic N] [--json]
    python benchmarks/decode.py --far [--natural CLIPS] [--images N]
    python benchmarks/decode.py --curves FOLDER [--images N]

A folder holds pictures with the text beside them: ``NNN.png`` (or .jpg) and ``NNN.txt`` (UTF-8).
``--synthetic N`` adds N rendered labels for each condition; those figures are of renderings, not
of photographs. A read is wrong when its text is none of the picture's texts. Milliseconds are
wall time of one call on luma, decoding of the file excluded. ``--far`` compares the far mark with
the QR code of a signed label at the same printed side and counts marks seen in CLIPS that hold
none; ``--curves`` draws how each reader fails as one hardship grows (SVG, and a table).
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np

from benchmarks import curves, far
from scanner.decode import load_image, prepare, read
from scanner.decode.engines import Engine, Zxing, wechat, zbar
from scanner.decode.reads import Gray
from scanner.scene import Setup, photograph, qr_patch, random_setup

Reader = Callable[[Gray], list[str]]
TEXT = "HTTPS://TRACE.PINGHU.EXAMPLE/Q/91330482MA28ABCD1X900249082026112300001"


@dataclass(slots=True)
class Tally:
    """What one reader did with one set."""

    found: int = 0
    of: int = 0
    wrong: list[str] = field(default_factory=list)
    ms: list[float] = field(default_factory=list)

    def value(self) -> dict[str, object]:
        """JSON-ready figures."""
        ordered = sorted(self.ms)
        return {
            "found": self.found,
            "of": self.of,
            "wrong": len(self.wrong),
            "ms_p50": round(statistics.median(ordered), 3) if ordered else 0,
            "ms_p95": round(ordered[int(0.95 * (len(ordered) - 1))], 3) if ordered else 0,
        }


def readers() -> dict[str, Reader]:
    """Every engine alone, then ours."""
    alone: dict[str, Engine | None] = {"zxing": Zxing(), "zbar": zbar(), "wechat": wechat()}
    table: dict[str, Reader] = {}
    for name, engine in alone.items():
        if engine is not None:
            table[name] = _single(engine)
    detector = cv2.QRCodeDetector()

    def opencv(gray: Gray) -> list[str]:
        text, _, _ = detector.detectAndDecode(gray)
        return [text] if text else []

    table["opencv"] = opencv
    table["ours"] = lambda gray: [item.text for item in read(gray)]
    return table


def _single(engine: Engine) -> Reader:
    def texts(gray: Gray) -> list[str]:
        return [hit.text for hit in engine.decode(gray) if hit.text]

    return texts


def folder_cases(folder: Path) -> Iterator[tuple[Gray, str]]:
    """Luma and true text of each picture that has a text beside it."""
    for truth in sorted(folder.glob("*.txt")):
        for suffix in (".png", ".jpg", ".jpeg"):
            picture = truth.with_suffix(suffix)
            if picture.exists():
                image = load_image(picture.read_bytes())
                yield prepare.luma(image), truth.read_bytes().decode("utf-8")


def conditions(seed: int) -> dict[str, Setup]:
    """Rendered photographs of one QR code, one hardship at a time; lengths in px of the picture."""
    base = replace(random_setup(seed), label_px=200.0, curve=0.0, gain=1.0, motion_px=0.0)
    plain = replace(base, tilt_deg=10.0, lens_blur_px=0.5, noise=3.0, jpeg=80)
    return {
        "2.0 px/module": replace(plain, label_px=2.0 * 41),
        "1.5 px/module": replace(plain, label_px=1.5 * 41),
        "tilt 55": replace(plain, tilt_deg=55.0),
        "blur 0.5 module": replace(plain, lens_blur_px=2.4),
        "motion 1.5 module": replace(plain, motion_px=7.3),
        "drum, width 0.75": replace(plain, curve=0.75),
        "light x0.08": replace(plain, gain=0.08, noise=4.0),
        "handheld": replace(random_setup(seed), label_px=260.0),
    }


def synthetic_cases(name: str, count: int) -> Iterator[tuple[Gray, str]]:
    """``count`` seeded renderings of one condition."""
    for seed in range(count):
        text = f"{TEXT}-{seed:04d}"
        setup = replace(conditions(seed)[name], width=800, height=600)
        yield prepare.luma(photograph(qr_patch(text, 8), seed, setup).image), text


def measure(cases: Iterator[tuple[Gray, str]]) -> dict[str, Tally]:
    """Run every reader over the cases."""
    table = readers()
    tallies = {name: Tally() for name in table}
    for gray, text in cases:
        for name, reader in table.items():
            tally = tallies[name]
            started = time.perf_counter()
            try:
                texts = reader(gray)
            except (cv2.error, UnicodeDecodeError):
                texts = []
            tally.ms.append((time.perf_counter() - started) * 1000)
            tally.of += 1
            tally.found += text in texts
            tally.wrong += [other for other in texts if other != text]
    return tallies


def main() -> int:
    """Exit 1 when ours has read a wrong text, for that is a fault whatever the recall."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--synthetic", type=int, default=0, metavar="N")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--far", action="store_true")
    parser.add_argument("--natural", type=Path, metavar="CLIPS")
    parser.add_argument("--curves", type=Path, metavar="FOLDER")
    parser.add_argument("--images", type=int, default=20, metavar="N", help="for each cell")
    options = parser.parse_args()
    if options.far:
        print(far.table(options.images))
        return 1 if options.natural and far.count_false(options.natural) else 0
    if options.curves:
        print(curves.draw(options.curves, readers(), options.images))
        return 0
    sets = {str(folder): folder_cases(folder) for folder in options.folders}
    if options.synthetic:
        for name in conditions(0):
            sets[f"synthetic: {name}"] = synthetic_cases(name, options.synthetic)
    if not sets:
        parser.error("give a folder, or --synthetic N")
    results = {name: measure(cases) for name, cases in sets.items()}
    figures = {n: {r: t.value() for r, t in tallies.items()} for n, tallies in results.items()}
    print(json.dumps(figures, ensure_ascii=False, indent=1) if options.json else _table(figures))
    return 1 if any(tallies["ours"].wrong for tallies in results.values()) else 0


def _table(figures: dict[str, dict[str, dict[str, object]]]) -> str:
    lines = [f"{'set':34} {'reader':8} {'read':>11} {'wrong':>5} {'p50 ms':>8} {'p95 ms':>8}"]
    for name, by_reader in figures.items():
        for reader, f in by_reader.items():
            share = 100 * int(str(f["found"])) / max(int(str(f["of"])), 1)
            lines.append(
                f"{name[-34:]:34} {reader:8} {f['found']!s:>4}/{f['of']!s:<4}{share:4.0f}% "
                f"{f['wrong']!s:>3} {f['ms_p50']!s:>8} {f['ms_p95']!s:>8}"
            )
    return "\n".join(lines)


if __name__ == "__main__":
    cv2.setNumThreads(1)
    np.seterr(all="ignore")
    sys.exit(main())
