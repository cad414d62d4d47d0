"""The checks that all schemes share: length, digits, calendar dates; each names the segment."""

import re
from datetime import date

from waste_trace.codes.errors import InvalidCode

_DIGITS = re.compile(r"[0-9]+")


def require_length(scheme: str, text: str, length: int, label_zh: str, label_en: str) -> None:
    """Refuse a text that has not exactly ``length`` characters."""
    if len(text) != length:
        raise InvalidCode(
            scheme,
            "length",
            f"{label_zh}应为{length}位，实际{len(text)}位。",
            f"A {label_en} has {length} characters, this has {len(text)}.",
            expected=length,
            actual=len(text),
        )


def require_digits(scheme: str, segment: str, text: str, label_zh: str) -> None:
    """Refuse a segment that is not ASCII digits (``str.isdigit`` would let full-width ones in)."""
    if not _DIGITS.fullmatch(text):
        raise InvalidCode(
            scheme,
            segment,
            f"{label_zh}“{text}”应全部为数字。",
            f"The {segment} segment {text!r} must be digits only.",
            value=text,
        )


def compact_date(scheme: str, segment: str, text: str) -> date:
    """Read a ``YYYYMMDD`` segment; refuse days that no calendar has."""
    require_digits(scheme, segment, text, "日期")
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        raise InvalidCode(
            scheme,
            segment,
            f"日期“{text}”不存在。",
            f"There is no such day as {text!r}.",
            value=text,
        ) from None


def compact(day: date) -> str:
    """Write a day as ``YYYYMMDD`` (``strftime`` drops zeros of the year on some systems)."""
    return f"{day.year:04d}{day.month:02d}{day.day:02d}"


def running_number(scheme: str, text: str) -> int:
    """Read a three-digit running number, 001 to 999."""
    require_digits(scheme, "sequence", text, "顺序号")
    if text == "000":
        raise InvalidCode(
            scheme,
            "sequence",
            "顺序号应为001至999。",
            "The running number goes from 001 to 999.",
            value=text,
        )
    return int(text)
