"""Digital identification codes of containers (数字识别码, HJ 1276-2022): 4 segments, 37 places.

Unit 18 + waste code 8 + start date 8 + running number 3. The split is from secondary sources; the
scheme has no check digit of its own, so the unit code's check is what catches most errors.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from waste_trace.codes import uscc, waste_code
from waste_trace.codes.errors import InvalidCode
from waste_trace.codes.shape import compact, compact_date, require_length, running_number
from waste_trace.codes.uscc import Uscc
from waste_trace.codes.waste_code import WasteCode, WasteKind

SCHEME = "digital_id"
LENGTH = 37
MAX_SEQUENCE = 999


@dataclass(frozen=True, slots=True)
class DigitalId:
    """One filling of one container: unit, waste, the day filling started, running number."""

    unit: Uscc
    waste: WasteCode
    day: date
    sequence: int

    def __str__(self) -> str:
        return f"{self.unit}{self.waste.compact}{compact(self.day)}{self.sequence:03d}"

    @property
    def spaced(self) -> str:
        """The four segments with spaces, as people read them aloud."""
        return f"{self.unit} {self.waste.compact} {compact(self.day)} {self.sequence:03d}"

    def check_not_after(self, today: date) -> None:
        """Refuse a code that was issued for a day that has not come yet."""
        if self.day > today:
            raise InvalidCode(
                SCHEME,
                "date",
                f"产生日期{self.day}晚于今天{today}。",
                f"The start date {self.day} is after today, {today}.",
                value=compact(self.day),
            )


def build(unit: Uscc, waste: WasteCode, day: date, sequence: int) -> DigitalId:
    """Build the code of one filling; ``sequence`` is 1 to 999 for each unit, waste and day."""
    if waste.kind is not WasteKind.HAZARDOUS:
        raise InvalidCode(
            SCHEME,
            "waste",
            f"数字识别码只含8位危险废物代码，{waste}不是。",
            f"The digital code carries an 8-digit hazardous waste code; {waste} is none.",
            value=str(waste),
        )
    if not 1 <= sequence <= MAX_SEQUENCE:
        raise InvalidCode(
            SCHEME,
            "sequence",
            f"顺序号{sequence}超出001至999。",
            f"The running number {sequence} is outside 001 to 999.",
            do_zh="同一单位、同一代码、同一天最多999个容器；请改用次日日期或拆分产生点。",
            do_en="A unit has at most 999 containers of one waste a day; use the next day.",
            value=sequence,
        )
    return DigitalId(unit, waste, day, sequence)


@lru_cache(maxsize=16384)  # the same code comes back at every step of its life
def parse(text: str) -> DigitalId:
    """Read 37 characters; raise InvalidCode naming length, unit, waste, date or sequence."""
    require_length(SCHEME, text, LENGTH, "数字识别码", "digital identification code")
    try:
        unit = uscc.parse(text[:18])
    except InvalidCode as problem:
        raise InvalidCode(
            SCHEME, "unit", f"单位编码段有误：{problem.zh}", f"The unit segment: {problem.en}",
            value=text[:18], part=problem.segment,
        ) from problem  # fmt: skip
    try:
        waste = waste_code.parse(text[18:26])
    except InvalidCode as problem:
        raise InvalidCode(
            SCHEME, "waste", f"废物代码段有误：{problem.zh}", f"The waste segment: {problem.en}",
            value=text[18:26], part=problem.segment,
        ) from problem  # fmt: skip
    day = compact_date(SCHEME, "date", text[26:34])
    return build(unit, waste, day, running_number(SCHEME, text[34:]))
