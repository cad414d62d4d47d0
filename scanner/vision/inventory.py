"""Which of the expected labels a frame shows, and what may be said about the others.

A label that is not read is *missing* only where it could have been read: in a healthy frame with
no unread label that could be it. Otherwise it is *unobservable*.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scanner.decode import DecodeConfig, Policy, look
from scanner.decode.reads import Gray, Quad
from scanner.vision.config import VisionConfig

Identify = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Inventory:
    """Labels of one frame. Texts in ``codes``; identities, sorted, in the other lists.

    ``short``: at least so many expected labels are neither read nor possibly among the unread.
    """

    codes: tuple[str, ...]
    found: tuple[str, ...]
    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    unobservable: tuple[str, ...]
    unread: tuple[Quad, ...]
    short: int


def take(
    frame: Gray,
    expected: Sequence[str],
    config: VisionConfig,
    *,
    healthy: bool,
    identify: Identify | None = None,
) -> Inventory:
    """Read a luma frame and compare with ``expected``.

    ``identify`` turns a code's text into what ``expected`` holds (a digital id, say) and returns
    None for a code that is none of ours, which is then reported by its text as unexpected.
    """
    seen = look(frame, config=DecodeConfig(policy=Policy.SEEN, budget_ms=config.budget_ms))
    codes = tuple(sorted({read.text for read in seen.reads}))
    names = {text: (identify(text) if identify else text) or text for text in codes}
    wanted = set(expected)
    found = wanted & set(names.values())
    absent = wanted - found
    unread = tuple(item.quad for item in seen.unread)
    certain = healthy and not unread
    return Inventory(
        codes=codes,
        found=tuple(sorted(found)),
        missing=tuple(sorted(absent)) if certain else (),
        unexpected=tuple(sorted(set(names.values()) - wanted)),
        unobservable=() if certain else tuple(sorted(absent)),
        unread=unread,
        short=max(0, len(absent) - len(unread)) if healthy else 0,
    )
