"""Which of the expected labels a frame shows, and what may be said about the others.

A label that is not read is *missing* only where it could have been read: in a healthy frame with
no unread label that could be it. Otherwise it is *unobservable*.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from scanner.decode import DecodeConfig, Policy, look
from scanner.decode.far_mark import find_marks
from scanner.decode.reads import Gray, Quad
from scanner.vision.config import VisionConfig

Identify = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Inventory:
    """Labels of one frame. Texts in ``codes``; identities, sorted, in the other lists.

    ``marked``: not read, but its far mark is in view. A mark says which container stands there,
    never that its label is genuine, so it is kept apart from ``found``.
    ``short``: at least so many expected labels are neither read nor possibly among the unread.
    """

    codes: tuple[str, ...]
    found: tuple[str, ...]
    marked: tuple[str, ...]
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
    marks: Mapping[int, str] | None = None,
) -> Inventory:
    """Read a luma frame and compare with ``expected``.

    ``identify`` turns a code's text into what ``expected`` holds (a digital id, say) and returns
    None for a code that is none of ours, which is then reported by its text as unexpected.
    ``marks``: which far mark (AprilTag 36h11 id) is bound to which of ``expected``.
    """
    seen = look(frame, config=DecodeConfig(policy=Policy.SEEN, budget_ms=config.budget_ms))
    codes = tuple(sorted({read.text for read in seen.reads}))
    names = {text: (identify(text) if identify else text) or text for text in codes}
    wanted = set(expected)
    found = wanted & set(names.values())
    unread = tuple(item.quad for item in seen.unread)
    marked = _marked(frame, unread, marks or {}, wanted - found)
    absent = wanted - found - marked
    # A container that is told by its mark accounts for one label that could not be read.
    unexplained = max(0, len(unread) - len(marked))
    certain = healthy and not unexplained
    return Inventory(
        codes=codes,
        found=tuple(sorted(found)),
        marked=tuple(sorted(marked)),
        missing=tuple(sorted(absent)) if certain else (),
        unexpected=tuple(sorted(set(names.values()) - wanted)),
        unobservable=() if certain else tuple(sorted(absent)),
        unread=unread,
        short=max(0, len(absent) - unexplained) if healthy else 0,
    )


def _marked(
    frame: Gray, unread: Sequence[Quad], marks: Mapping[int, str], absent: set[str]
) -> set[str]:
    """Which of the absent are in view by their far marks."""
    wanted = {number: name for number, name in marks.items() if name in absent}
    if not wanted:
        return set()
    return {wanted[mark.id] for mark in find_marks(frame, near=unread, only=wanted.keys())}
