"""Breaking text into lines: Chinese anywhere, words and codes whole, no line starts with ，。）."""

import re
from functools import lru_cache
from itertools import pairwise

from waste_trace.labels.fonts import LabelFont

_NOT_FIRST = "，。；：、！？）】》”’％℃,.;:!?)%]"
_NOT_LAST = "（【《“‘(["
_WORD = re.compile(r"[!-~]+| +|.", re.DOTALL)


def wrap(text: str, font: LabelFont, size: float, width: float) -> list[str]:
    """Return the lines of ``text`` at an em of ``size`` within ``width``; one empty line for none.

    A word that is wider than a line is cut where it must be.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        current, used = "", 0.0
        for unit in _units(paragraph):
            if used + font.width(unit.rstrip(), size) <= width:
                current += unit
                used += font.width(unit, size)
                continue
            if current.strip():
                lines.append(current.rstrip())
            current = unit.lstrip()
            while font.width(current, size) > width and len(current) > 1:
                fits = _fitting(current, font, size, width)
                lines.append(current[:fits])
                current = current[fits:]
            used = font.width(current, size)
        lines.append(current.rstrip())
    return lines


@lru_cache(maxsize=2048)
def _units(text: str) -> tuple[str, ...]:
    """Split into pieces that stay whole; marks are glued to the piece they belong to."""
    pieces: list[str] = []
    glue = False
    for piece in _WORD.findall(text):
        if pieces and (glue or piece[0] in _NOT_FIRST):
            pieces[-1] += piece
        else:
            pieces.append(piece)
        glue = piece[-1] in _NOT_LAST
    return tuple(pieces)


def _fitting(text: str, font: LabelFont, size: float, width: float) -> int:
    """Return how many characters fit, at least one."""
    for shorter, longer in pairwise(range(1, len(text) + 1)):
        if font.width(text[:longer], size) > width:
            return shorter
    return len(text)
