"""The staged look: the fastest engine first, and more only where something is still missing.

Whole-picture stages run while nothing is read; after that only the codes that are located and
unread are cropped, rectified and tried again, so one bad label among twenty costs milliseconds.
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
    """One engine over one preparation. ``most_pixels`` keeps slow pairs off big pictures."""

    name: str
    engine: Engine
    prepare: Preparation
    most_pixels: int = 1 << 62


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
            for stage in self._stages():
                self._whole(stage)
                if self._finished():
                    break
            self._close_up()
        return Look(tuple(self._seen.reads), tuple(self._seen.unread()), self._ms())

    def _stages(self) -> list[Stage]:
        zxing = self._zxing
        stages = [
            Stage("full", zxing, prepare.plain),
            Stage("gamma-0.5", zxing, prepare.gamma(0.5)),
            Stage("gamma-2", zxing, prepare.gamma(2.0)),
            Stage("x2", zxing, prepare.enlarged(2.0), 4_000_000),
            Stage("clahe", zxing, prepare.clahe),
            Stage("median", zxing, prepare.median),
        ]
        if (engine := wechat()) is not None:
            stages.append(Stage("fit-800", engine, prepare.fitted(800)))
        if (witness := zbar()) is not None:
            stages.append(Stage("fit-1600", witness, prepare.fitted(1600)))
        return stages

    def _close_up(self) -> None:
        """Crops of the codes that are located and unread, through every engine."""
        if self._config.policy is Policy.FIRST and self._seen.reads:
            return
        for quad in find_codes(self._gray, [read.quad for read in self._seen.reads]):
            self._locate(quad, "finder")
        engines: list[Engine] = [self._zxing]
        engines += [engine for engine in (wechat(), zbar()) if engine is not None]
        for unread in self._seen.unread()[:_MOST_CROPS]:
            if unread.reason != "disputed":
                self._crop(unread.quad, engines)

    def _crop(self, quad: Quad, engines: list[Engine]) -> None:
        for side in _CROP_SIDES:
            flat = prepare.rectified(self._gray, quad, side)
            for engine in engines:
                if self._spent() or self._apply(engine, flat, f"crop-{side}"):
                    return

    def _whole(self, stage: Stage) -> None:
        if self._gray.size <= stage.most_pixels:
            self._apply(stage.engine, stage.prepare(self._gray), stage.name)

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

    def _finished(self) -> bool:
        texts = {read.text for read in self._seen.reads}
        policy = self._config.policy
        if self._spent():
            return True
        if policy is Policy.ALL:
            return False
        if policy is Policy.UNTIL_EXPECTED:
            return self._expected <= texts
        return bool(texts)

    def _spent(self) -> bool:
        return self._ms() >= self._config.budget_ms

    def _ms(self) -> float:
        return round((self._clock() - self._start) * 1000, 3)
