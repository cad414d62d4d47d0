"""From pixels to codes: ``read(image)`` for the texts, ``look(image)`` also for what is unread."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import numpy.typing as npt

from scanner.decode.cascade import Session
from scanner.decode.config import DecodeConfig, ImageLimits, Policy
from scanner.decode.engines import available_engines
from scanner.decode.prepare import luma
from scanner.decode.reads import Look, Quad, Read, Unread
from scanner.decode.source import load_image

__all__ = [
    "DecodeConfig",
    "ImageLimits",
    "Look",
    "Policy",
    "Quad",
    "Read",
    "Unread",
    "available_engines",
    "load_image",
    "look",
    "read",
]


def read(
    image: npt.NDArray[np.uint8],
    *,
    policy: Policy | None = None,
    expected: Collection[str] = (),
    budget_ms: int | None = None,
    config: DecodeConfig | None = None,
) -> list[Read]:
    """The codes of an image (uint8, HxW or HxWx3 BGR), in the order in which they were read.

    ``policy`` and ``budget_ms`` override the configuration's; ``expected`` serves
    ``Policy.UNTIL_EXPECTED``. Raises ValueError for an array that is no such image.
    """
    return list(
        look(image, policy=policy, expected=expected, budget_ms=budget_ms, config=config).reads
    )


def look(
    image: npt.NDArray[np.uint8],
    *,
    policy: Policy | None = None,
    expected: Collection[str] = (),
    budget_ms: int | None = None,
    config: DecodeConfig | None = None,
) -> Look:
    """As ``read``, with the codes that were seen and not read."""
    config = config or DecodeConfig()
    changes: dict[str, object] = {}
    if policy is not None:
        changes["policy"] = policy
    if budget_ms is not None:
        changes["budget_ms"] = budget_ms
    if changes:
        config = DecodeConfig.model_validate(config.model_dump() | changes)
    return Session(luma(image), config, expected).run()
