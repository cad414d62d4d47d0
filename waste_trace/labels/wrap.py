"""Breaking text into lines: Chinese anywhere, words and codes whole, no line starts with ，。）."""

import re
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
        current = ""
        for unit in _units(paragraph):
            if font.width(current + unit.rstrip(), size) <= width:
                current += unit
                continue
            if current.strip():
                lines.append(current.rstrip())
            current = unit.lstrip()
            while font.width(current, size) > width and len(current) > 1:
                fits = _fitting(current, font, size, width)
                lines.append(current[:fits])
                current = current[fits:]
        lines.append(current.rstrip())
    return lines


def _units(text: str) -> list[str]:
    """Split into pieces that stay whole; marks are glued to the piece they belong to."""
    pieces: list[str] = []
    glue = False
    for piece in _WORD.findall(text):
        if pieces and (glue or piece[0] in _NOT_FIRST):
            pieces[-1] += piece
        else:
            pieces.append(piece)
        glue = piece[-1] in _NOT_LAST
    return pieces


def _fitting(text: str, font: LabelFont, size: float, width: float) -> int:
    """Return how many characters fit, at least one."""
    for shorter, longer in pairwise(range(1, len(text) + 1)):
        if font.width(text[:longer], size) > width:
            return shorter
    return len(text)
