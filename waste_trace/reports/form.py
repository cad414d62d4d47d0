"""What a filled form is: tables of typed cells, and the checkpoint that it was made at.

Cells hold values, not text: a quantity is a Decimal of its column's unit and a time is aware, so
that a workbook gets true numbers and every renderer formats in one way (`cells.shown`). Every row
names the ledger entries that it rests on.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Generic, TypeVar

Fact = TypeVar("Fact")
#: What a cell may hold; a tuple of texts is one line for each.
Cell = str | int | Decimal | date | datetime | tuple[str, ...] | None


class Kind(StrEnum):
    """What a column holds. Tonnes show 4 decimals, up to 6 where the grams need them."""

    TEXT = "text"
    TONNES = "tonnes"
    KILOGRAMS = "kilograms"
    COUNT = "count"
    RATIO = "ratio"
    DAY = "day"
    TIME = "time"

    @property
    def is_number(self) -> bool:
        """Whether cells are quantities: right-aligned, and able to have a total."""
        return self in (Kind.TONNES, Kind.KILOGRAMS, Kind.COUNT, Kind.RATIO)


@dataclass(frozen=True, slots=True)
class Words:
    """A text in both languages."""

    zh: str
    en: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's head.

    Attributes:
        key: the column's name in JSON, stable.
        words: what the form calls it. group: the head above it and its neighbours of that group.
        width: its share of the page, in ems of the form's text.
        total: whether the last row of the table sums it.
    """

    key: str
    words: Words
    kind: Kind = Kind.TEXT
    group: Words | None = None
    width: float = 6.0
    total: bool = False


@dataclass(frozen=True, slots=True)
class Column(Generic[Fact]):
    """A head, and how the cell below it comes from a fact."""

    heading: Heading
    value: Callable[[Fact], Cell]


@dataclass(frozen=True, slots=True)
class Row:
    """Cells in the order of the headings, and the ledger indices behind them."""

    cells: tuple[Cell, ...]
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A ruled table; ``title`` where a form has several; ``totals`` is empty or a row of sums."""

    headings: tuple[Heading, ...]
    rows: tuple[Row, ...]
    title: Words | None = None
    totals: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """Where a form comes from. ``certainty``: tag of the domain facts; M and ? show as 未核实."""

    standard: str
    clause: str
    certainty: str

    @property
    def unconfirmed(self) -> bool:
        """Whether nobody has yet checked the form against the official text."""
        return self.certainty in ("M", "?")


@dataclass(frozen=True, slots=True)
class Title:
    """What identifies a form: its name in addresses and files, what it is called, its source."""

    name: str
    words: Words
    source: Source


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days of Asia/Shanghai, both included."""

    first: date
    last: date

    def __str__(self) -> str:
        return f"{self.first} 至 {self.last}"


@dataclass(frozen=True, slots=True)
class Stamp:
    """The state of the ledger that a form was read from.

    Attributes:
        origin, size, root: of the checkpoint; ``root`` is base64 as the note writes it.
        note: the whole signed checkpoint, with its cosignatures.
        signed_at: when the checkpoint was signed. made_at: when the form was made.
    """

    origin: str
    size: int
    root: str
    note: str
    signed_at: datetime
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Form:
    """A filled form.

    Attributes:
        head: captioned values above the tables (单位名称, 统一社会信用代码 ...).
        notes: below the tables. signatures: places to sign and stamp.
    """

    title: Title
    period: Period
    head: tuple[tuple[Words, str], ...]
    tables: tuple[Table, ...]
    stamp: Stamp
    notes: tuple[Words, ...] = ()
    signatures: tuple[Words, ...] = field(
        default=(
            Words("填报单位（盖章）", "Unit (stamp)"),
            Words("填表人", "Filled in by"),
            Words("审核人", "Checked by"),
            Words("日期", "Date"),
        )
    )

    @property
    def entries(self) -> tuple[int, ...]:
        """Every ledger index behind the form, once each, in order."""
        rows = (row for table in self.tables for row in table.rows)
        return tuple(sorted({index for row in rows for index in row.entries}))


SERIAL = Heading("number", Words("序号", "No."), Kind.COUNT, width=2.6)


def tabulate(
    columns: Iterable[Column[Fact]],
    facts: Iterable[Fact],
    entries: Callable[[Fact], tuple[int, ...]] = lambda fact: (),
    *,
    title: Words | None = None,
    serial: bool = True,
) -> Table:
    """A table with one row for each fact, numbered (序号), with the sums that its heads ask for."""
    columns = tuple(columns)
    headings = tuple(column.heading for column in columns)
    found = tuple(facts)
    cells = [tuple(column.value(fact) for column in columns) for fact in found]
    if serial:
        headings = (SERIAL, *headings)
        cells = [(number, *row) for number, row in enumerate(cells, start=1)]
    rows = tuple(
        Row(row, tuple(sorted(set(entries(fact))))) for row, fact in zip(cells, found, strict=True)
    )
    return Table(headings, rows, title, _totals(headings, rows))


def _totals(headings: tuple[Heading, ...], rows: tuple[Row, ...]) -> tuple[Cell, ...]:
    """Sums below the columns that want one, 合计 before the first of them."""
    if not any(heading.total for heading in headings):
        return ()
    totals: list[Cell] = []
    for place, heading in enumerate(headings):
        values = [row.cells[place] for row in rows]
        numbers = [v for v in values if isinstance(v, Decimal | int)]
        totals.append(sum(numbers, Decimal(0)) if heading.total else None)
    first = next(place for place, heading in enumerate(headings) if heading.total)
    label = next((p for p, h in enumerate(headings[:first]) if not h.kind.is_number), None)
    if label is not None:
        totals[label] = "合计"
    return tuple(totals)


def column(
    key: str,
    zh: str,
    en: str,
    value: Callable[[Fact], Cell],
    kind: Kind = Kind.TEXT,
    *,
    group: Words | None = None,
    width: float = 6.0,
    total: bool = False,
) -> Column[Fact]:
    """A column in one line of a form's table."""
    return Column(Heading(key, Words(zh, en), kind, group, width, total), value)


def record(headings: Iterable[Heading], cells: Iterable[Cell]) -> Mapping[str, Cell]:
    """The cells of a row by the keys of their columns."""
    return {h.key: cell for h, cell in zip(headings, cells, strict=True)}
