"""How cells look to people: one format for each kind of column, the same in every renderer."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

from waste_trace.reports.form import Cell, Kind, Table

#: China has one time zone and no summer time since 1991; no time zone file is needed for it.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
#: Least and most decimals that are shown.
DECIMALS: Mapping[Kind, tuple[int, int]] = {
    Kind.TONNES: (4, 6),
    Kind.KILOGRAMS: (3, 3),
    Kind.COUNT: (0, 0),
    Kind.RATIO: (2, 4),
}
TIME_FORMAT = "%Y-%m-%d %H:%M"
_KILOGRAMS_PER_TONNE = 1000


def tonnes(weight_kg: Decimal) -> Decimal:
    """Kilograms as tonnes, exact to the gram."""
    return (weight_kg / _KILOGRAMS_PER_TONNE).quantize(Decimal("0.000001"))


def shanghai_day(moment: datetime) -> date:
    """The calendar day that a moment falls on in China."""
    return moment.astimezone(SHANGHAI).date()


def table_lines(table: Table) -> tuple[tuple[tuple[str, ...], ...], ...]:
    """The lines of every cell, row by row and the totals last; none for an empty cell.

    Quantities of one column all show as many decimals as the finest of them needs.
    """
    rows = [row.cells for row in table.rows] + ([table.totals] if table.totals else [])
    decimals = [
        max((_needed(row[place], heading.kind) for row in rows), default=0)
        for place, heading in enumerate(table.headings)
    ]
    return tuple(
        tuple(
            _lines(cell, heading.kind, decimals[place])
            for place, (heading, cell) in enumerate(zip(table.headings, row, strict=True))
        )
        for row in rows
    )


def shown(cell: Cell, kind: Kind, decimals: int = 0) -> str:
    """A cell as one text; a quantity with at least so many decimals."""
    if cell is None:
        return ""
    if isinstance(cell, tuple):
        return "\n".join(cell)
    if isinstance(cell, datetime):
        return cell.astimezone(SHANGHAI).strftime(TIME_FORMAT)
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, Decimal | int) and kind in DECIMALS:
        return f"{cell:,.{max(decimals, _needed(cell, kind))}f}"
    return str(cell)


def _lines(cell: Cell, kind: Kind, decimals: int) -> tuple[str, ...]:
    if cell is None or cell == "":
        return ()
    return cell if isinstance(cell, tuple) else (shown(cell, kind, decimals),)


def _needed(cell: Cell, kind: Kind) -> int:
    """How many decimals a quantity needs, between the least and the most of its kind."""
    least, most = DECIMALS.get(kind, (0, 0))
    if not isinstance(cell, Decimal):
        return least
    exponent = cell.normalize().as_tuple().exponent
    return min(max(least, -exponent if isinstance(exponent, int) else 0), most)
