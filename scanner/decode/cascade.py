"""The staged look: the fastest engine first, and more only where something is still missing.

Whole-picture passes of zxing-cpp run while nothing is read; then the codes that are located and
unread are rectified and tried alone by every engine, so one bad label among twenty costs
milliseconds; the slow engines see the whole picture only when all of that has read nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from scanner.decode import prepare
from scanner.decode.config import DecodeConfig, Policy
from scanner.decode.engines import Engine, Zxing, wechat, zbar
from scanner.decode.finder import find_codes, looks_like_a_code
from scanner.decode.prepare import Preparation, Prepared
from scanner.decode.reads import Gray, Look, Quad, Read
from scanner.decode.sighting import Sightings

_CROP_SIDES = (160, 320)  # px of a rectified code: 4 to 6 px a module for 25 to 49 modules
_MOST_CROPS = 24


@dataclass(frozen=True, slots=True)
class Stage:
    """One engine over one preparation of the whole picture.

    ``again``: worth its time also after something was read, if the picture holds several codes.
    ``most_pixels`` keeps slow pairs off big pictures.
    """

    name: str
    engine: Engine
    prepare: Preparation
    again: bool = False
    most_pixels: int = 1 << 62


def quick_stages(zxing: Engine) -> list[Stage]:
    """zxing-cpp over preparations, in the order of what each adds to those before it."""
    return [
        Stage("full", zxing, prepare.plain, again=True),
        Stage("gamma-0.5", zxing, prepare.gamma(0.5), again=True),
        Stage("gamma-2", zxing, prepare.gamma(2.0), again=True),
        Stage("x2", zxing, prepare.enlarged(2.0), most_pixels=4_000_000),
        Stage("clahe", zxing, prepare.clahe),
        Stage("sharp", zxing, prepare.sharpened),
        Stage("soft", zxing, prepare.softened),
        Stage("median", zxing, prepare.median),
    ]


def slow_stages() -> list[Stage]:
    """The other engines over the reduced picture; those that this machine has."""
    stages = []
    if (engine := wechat()) is not None:
        stages.append(Stage("fit-800", engine, prepare.fitted(800)))
    if (witness := zbar()) is not None:
        stages.append(Stage("fit-1600", witness, prepare.fitted(1600)))
    return stages


_CROP_PASSES: tuple[tuple[str, Preparation], ...] = (
    ("crop", prepare.plain),
    ("crop-gamma-0.5", prepare.gamma(0.5)),
    ("crop-gamma-2", prepare.gamma(2.0)),
    ("crop-sharp", prepare.sharpened),
)


class Session:
    """One look at one picture."""

    def __init__(
        self,
        gray: Gray,
        config: DecodeConfig,
        expected: Collection[str],
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._gray = gray
        self._config = config
        self._expected = set(expected)
        self._clock = clock
        self._start = clock()
        self._zxing = Zxing(config.formats)
        self._seen = Sightings()

    def run(self) -> Look:
        """All stages that policy and budget allow."""
        if min(self._gray.shape) > 0:
            self._run(quick_stages(self._zxing))
            self._close_up()
            self._run(slow_stages())
        return Look(tuple(self._seen.reads), tuple(self._seen.unread()), self._ms())

    def _run(self, stages: list[Stage]) -> None:
        for stage in stages:
            if self._gray.size <= stage.most_pixels and self._wants(stage):
                self._apply(stage.engine, stage.prepare(self._gray), stage.name)

    def _wants(self, stage: Stage) -> bool:
        texts = {read.text for read in self._seen.reads}
        policy = self._config.policy
        if self._spent():
            return False
        if not texts or policy is Policy.ALL:
            return True
        if policy is Policy.UNTIL_EXPECTED:
            return not self._expected <= texts
        # Where two codes are, or one is located and unread, there may be more to read.
        several = len(self._seen.reads) > 1 or bool(self._seen.unread())
        return policy is Policy.SEEN and stage.again and several

    def _close_up(self) -> None:
        """The codes that are located and unread, each alone, through every engine."""
        if self._config.policy is Policy.FIRST and self._seen.reads:
            return
        for quad in find_codes(self._gray, [read.quad for read in self._seen.reads]):
            self._locate(quad, "finder")
        for unread in self._seen.unread()[:_MOST_CROPS]:
            if unread.reason != "disputed":
                self._crop(unread.quad)

    def _crop(self, quad: Quad) -> None:
        witnesses = [engine for engine in (wechat(), zbar()) if engine is not None]
        for side in _CROP_SIDES:
            flat = prepare.rectified(self._gray, quad, side)
            for name, preparation in _CROP_PASSES:
                if self._spent() or self._apply(self._zxing, flat.then(preparation), name):
                    return
            for engine in witnesses:
                if self._spent() or self._apply(engine, flat, "crop"):
                    return

    def _apply(self, engine: Engine, prepared: Prepared, stage: str) -> bool:
        """Decode and gather; True when something was read."""
        padded = prepared.padded(self._config.pad_px)
        any_text = False
        for hit in engine.decode(padded.image):
            quad = padded.original(hit.quad)
            if hit.text:
                any_text = True
                self._seen.add(Read(hit.text, hit.format, quad, engine.name, stage, self._ms()))
            else:
                self._locate(quad, "damaged")
        return any_text

    def _locate(self, quad: Quad, reason: str) -> None:
        if looks_like_a_code(self._gray, quad):
            self._seen.locate(quad, reason)

    def _spent(self) -> bool:
        return self._ms() >= self._config.budget_ms

    def _ms(self) -> float:
        return round((self._clock() - self._start) * 1000, 3)
