"""Rows of a code as horizontal runs of black: fewer and larger shapes for vector renderers."""

from collections.abc import Iterator


def dark_runs(rows: tuple[tuple[bool, ...], ...]) -> Iterator[tuple[int, int, int]]:
    """Yield (row, first column, length) of each unbroken run of black modules."""
    for index, row in enumerate(rows):
        start: int | None = None
        for column, dark in enumerate((*row, False)):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                yield index, start, column - start
                start = None
