"""The head of a table as a grid: groups above their columns, single heads over both lines."""

from collections.abc import Sequence
from dataclasses import dataclass

from waste_trace.reports.form import Heading, Kind, Words

_UNITS = {Kind.TONNES: "吨", Kind.KILOGRAMS: "kg", Kind.COUNT: "", Kind.RATIO: ""}


@dataclass(frozen=True, slots=True)
class HeadCell:
    """A cell of the head: where it starts, and over how many lines and columns it goes."""

    words: Words
    line: int
    column: int
    tall: int = 1
    wide: int = 1


def head_lines(headings: Sequence[Heading]) -> int:
    """How many lines the head has."""
    return 2 if any(heading.group for heading in headings) else 1


def head_cells(headings: Sequence[Heading]) -> tuple[HeadCell, ...]:
    """The cells of the head, in the order of lines and columns."""
    lines = head_lines(headings)
    upper: list[HeadCell] = []
    lower: list[HeadCell] = []
    for place, heading in enumerate(headings):
        words = with_unit(heading)
        if heading.group is None:
            upper.append(HeadCell(words, 0, place, tall=lines))
            continue
        lower.append(HeadCell(words, 1, place))
        if place and headings[place - 1].group == heading.group:
            last = upper[-1]
            upper[-1] = HeadCell(last.words, 0, last.column, wide=last.wide + 1)
        else:
            upper.append(HeadCell(heading.group, 0, place))
    return (*upper, *lower)


def with_unit(heading: Heading) -> Words:
    """A head's words with the unit of its quantities, where they do not say it themselves."""
    unit = _UNITS.get(heading.kind, "")
    if not unit or unit in heading.words.zh:
        return heading.words
    return Words(f"{heading.words.zh}（{unit}）", heading.words.en)
