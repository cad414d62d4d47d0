"""Batch codes of the ledgers (批次编码, HJ 1259-2022 App. B): family + YYYYMMDD + NNN.

``HWCK`` (store out) is a prefix of ``HWCKLY``/``HWCKCZ`` (export), so the longest family wins.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from waste_trace.codes.errors import InvalidCode
from waste_trace.codes.shape import compact, compact_date, require_length, running_number

SCHEME = "batch_code"


class BatchFamily(StrEnum):
    """The families of Tables B.1 to B.5."""

    PRODUCED = "HWCS"
    STORED_IN = "HWRK"
    STORED_OUT = "HWCK"
    OWN_USE = "HWZXLY"
    OWN_DISPOSAL = "HWZXCZ"
    CONTRACTED_USE = "HWWWLY"
    CONTRACTED_DISPOSAL = "HWWWCZ"
    EXPORTED_USE = "HWCKLY"
    EXPORTED_DISPOSAL = "HWCKCZ"

    @property
    def table(self) -> str:
        """The ledger table of HJ 1259-2022 that the batch stands in."""
        return _TABLES[self]

    @property
    def zh(self) -> str:
        """What the family is called."""
        return _NAMES[self]


_TABLES = {
    BatchFamily.PRODUCED: "B.1", BatchFamily.STORED_IN: "B.2", BatchFamily.STORED_OUT: "B.3",
    BatchFamily.OWN_USE: "B.4", BatchFamily.OWN_DISPOSAL: "B.4",
    BatchFamily.CONTRACTED_USE: "B.5", BatchFamily.CONTRACTED_DISPOSAL: "B.5",
    BatchFamily.EXPORTED_USE: "B.5", BatchFamily.EXPORTED_DISPOSAL: "B.5",
}  # fmt: skip
_NAMES = {
    BatchFamily.PRODUCED: "产生", BatchFamily.STORED_IN: "入库", BatchFamily.STORED_OUT: "出库",
    BatchFamily.OWN_USE: "自行利用", BatchFamily.OWN_DISPOSAL: "自行处置",
    BatchFamily.CONTRACTED_USE: "委外利用", BatchFamily.CONTRACTED_DISPOSAL: "委外处置",
    BatchFamily.EXPORTED_USE: "出口利用", BatchFamily.EXPORTED_DISPOSAL: "出口处置",
}  # fmt: skip
_LONGEST_FIRST = sorted(BatchFamily, key=lambda family: -len(family.value))


@dataclass(frozen=True, slots=True)
class BatchCode:
    """A batch in its named parts."""

    family: BatchFamily
    day: date
    sequence: int

    def __str__(self) -> str:
        return f"{self.family.value}{compact(self.day)}{self.sequence:03d}"


def build(family: BatchFamily, day: date, sequence: int) -> BatchCode:
    """Build the code of the ``sequence``-th batch (1 to 999) of a day."""
    if not 1 <= sequence <= 999:
        raise InvalidCode(
            SCHEME,
            "sequence",
            f"批次顺序号{sequence}超出001至999。",
            f"The running number {sequence} is outside 001 to 999.",
            value=sequence,
        )
    return BatchCode(family, day, sequence)


def parse(text: str) -> BatchCode:
    """Read a batch code; raise InvalidCode naming family, length, date or sequence."""
    family = next((f for f in _LONGEST_FIRST if text.startswith(f.value)), None)
    if family is None:
        raise InvalidCode(
            SCHEME,
            "family",
            f"批次编码“{text}”的前缀不属于HJ 1259-2022的任何一类。",
            f"The prefix of {text!r} is none of the families of HJ 1259-2022.",
            value=text,
        )
    rest = text[len(family.value) :]
    require_length(SCHEME, rest, 11, "批次编码的日期和顺序号", "batch code's date and number")
    return build(family, compact_date(SCHEME, "date", rest[:8]), running_number(SCHEME, rest[8:]))
