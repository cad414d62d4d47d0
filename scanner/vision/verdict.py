"""One frame, one verdict: health, freshness and inventory together.

``verified``: the camera is well, the frame is fresh, every expected label was read and no other.
``suspect``: the frame is an old one, or labels are missing or unexpected.
``unobservable``: the camera cannot show it; nothing is claimed about what was not read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scanner.decode.prepare import luma
from scanner.vision import health, inventory, replay
from scanner.vision.config import VisionConfig
from scanner.vision.health import HealthState
from scanner.vision.inventory import Identify, Inventory

VERIFIED, SUSPECT, UNOBSERVABLE = "verified", "suspect", "unobservable"

_SAID: dict[HealthState, tuple[str, str]] = {
    HealthState.OK: ("画面正常。", "The picture is sound."),
    HealthState.NO_REFERENCE: (
        "尚无基准画面，无法判断镜头是否被遮挡或移动。",
        "There is no reference frame yet, so cover or movement cannot be told.",
    ),
    HealthState.BLACK: ("画面全黑。", "The picture is black."),
    HealthState.GLARE: ("强光致画面过曝。", "A strong light burns the picture out."),
    HealthState.COVERED: ("镜头被遮挡。", "The lens is covered."),
    HealthState.DEFOCUSED: ("画面失焦。", "The picture is out of focus."),
    HealthState.MOVED: ("摄像机视角已改变。", "The camera looks elsewhere than before."),
    HealthState.REPLAYED: (
        "画面静止或为旧画面重放。",
        "The picture is frozen, or an old one shown again.",
    ),
}


@dataclass(frozen=True, slots=True)
class FrameVerdict:
    """What one frame proves. ``scores`` are integers, per mille unless named by a unit."""

    verdict: str
    health: HealthState
    scores: dict[str, int]
    duplicate: bool
    inventory: Inventory

    @property
    def zh(self) -> str:
        """One sentence for the record, Chinese."""
        return _SAID[self.health][0]

    @property
    def en(self) -> str:
        """One sentence for the record, English."""
        return _SAID[self.health][1]

    def as_value(self) -> dict[str, object]:
        """JSON-ready and canonical: integers, strings, booleans and lists only, no floats."""
        seen = self.inventory
        return {
            "verdict": self.verdict,
            "health": str(self.health),
            "zh": self.zh,
            "en": self.en,
            "scores": dict(sorted(self.scores.items())),
            "duplicate": self.duplicate,
            "codes": list(seen.codes),
            "found": list(seen.found),
            "marked": list(seen.marked),
            "missing": list(seen.missing),
            "unexpected": list(seen.unexpected),
            "unobservable": list(seen.unobservable),
            "unread": [[[round(x), round(y)] for x, y in quad] for quad in seen.unread],
            "short": seen.short,
        }


def verify_frame(
    frame: npt.NDArray[np.uint8],
    *,
    reference: npt.NDArray[np.uint8] | None,
    previous: npt.NDArray[np.uint8] | None,
    expected: Sequence[str],
    config: VisionConfig | None = None,
    identify: Identify | None = None,
    marks: Mapping[int, str] | None = None,
) -> FrameVerdict:
    """Verify one camera frame (uint8, HxW or HxWx3 BGR; only luma is used).

    Args:
        reference: a healthy frame of the same camera, taken at another time.
        previous: an earlier frame, to tell replays: 5 to 10 s older, since codecs copy noise
            within a group of pictures.
        expected: the identities of the labels that should be in view.
        marks: far-mark ids to the identities that they are bound to.
        identify: code text to identity; by default the text itself (see ``inventory.take``).

    Raises:
        ValueError: an array that is no such image.
    """
    config = config or VisionConfig()
    gray = luma(frame)
    healthy = None if reference is None else luma(reference)
    before = None if previous is None else luma(previous)
    found = health.assess(gray, healthy, config)
    fresh = replay.compare(gray, before, healthy, config)
    state = HealthState.REPLAYED if fresh.replayed else found.state
    seen = inventory.take(
        gray, expected, config, healthy=state is HealthState.OK, identify=identify, marks=marks
    )
    return FrameVerdict(
        verdict=_decide(state, seen),
        health=state,
        scores=found.scores | {"replay": fresh.excess},
        duplicate=fresh.duplicate,
        inventory=seen,
    )


def _decide(state: HealthState, seen: Inventory) -> str:
    if state is HealthState.REPLAYED:
        return SUSPECT
    if state not in (HealthState.OK, HealthState.NO_REFERENCE):
        return UNOBSERVABLE
    if seen.unexpected or seen.missing or seen.short:
        return SUSPECT
    if seen.unobservable:
        return UNOBSERVABLE
    # Without a reference what was read was read, but an empty expectation proves nothing.
    if state is HealthState.NO_REFERENCE and not (seen.found or seen.marked):
        return UNOBSERVABLE
    return VERIFIED
