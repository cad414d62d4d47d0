"""Columns of an import: what they are called, and how a cell becomes a value or a sentence."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Any

from waste_trace.codes import batch_code, region, uscc, waste_code
from waste_trace.codes.errors import InvalidCode
from waste_trace.custody.vocabulary import (
    PLATFORM,
    PRODUCER,
    REGULATOR,
    TRANSPORTER,
    TREATMENT,
)
from waste_trace.services.plain_text import is_plain

SHANGHAI = timezone(timedelta(hours=8))
_KINDS = {
    "产废单位": PRODUCER,
    "小微收集平台": PLATFORM,
    "运输单位": TRANSPORTER,
    "利用处置单位": TREATMENT,
    "监管部门": REGULATOR,
}
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T](\d{1,2}):(\d{2}).*)?")
_SEPARATORS = re.compile(r"[、,，;；/\s]+")


class BadCell(Exception):
    """A cell cannot be what its column holds; ``zh`` and ``en`` say why."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet.

    Attributes:
        name: of the value. zh: its heading; ``name`` is understood as well.
        read: from the trimmed text, which is not empty, to the value; raises BadCell.
        example: what stands in the template.
    """

    name: str
    zh: str
    read: Callable[[str], Any]
    example: str
    required: bool = True
    note: str = ""


def text(cell: str) -> str:
    """Any printable text of at most 200 characters."""
    if not is_plain(cell):
        raise BadCell("内容过长或含控制字符", "too long, or with control characters")
    return cell


def org(cell: str) -> str:
    """A 统一社会信用代码."""
    return _coded(uscc.parse, cell.upper())


def waste(cell: str) -> str:
    """A waste code, also without its hyphens."""
    return _coded(waste_code.parse, cell)


def region_code(cell: str) -> str:
    """A 行政区划 code."""
    return _coded(region.parse, cell)


def batch(cell: str) -> str:
    """A batch code of production (HWCS...)."""
    return _coded(batch_code.parse, cell.upper())


def kinds(cell: str) -> list[str]:
    """Kinds of organisation, in Chinese or by name, separated."""
    words = [word for word in _SEPARATORS.split(cell) if word]
    unknown = [word for word in words if word not in _KINDS and word not in _KINDS.values()]
    if unknown or not words:
        known = "、".join(_KINDS)
        raise BadCell(
            f"类型“{'、'.join(unknown)}”无法识别，应为：{known}",
            f"unknown kinds {unknown}; they are {', '.join(_KINDS.values())}",
        )
    return list(dict.fromkeys(_KINDS.get(word, word) for word in words))


def kilograms(cell: str) -> str:
    """Kilograms of more than nothing, as an event writes them."""
    number = _number(cell)
    if not 0 < number < 10**9 or number * 1000 % 1:
        raise BadCell(
            f"重量“{cell}”应为大于 0 的千克数，最多三位小数",
            f"the weight {cell!r} is kilograms above 0 with at most three decimals",
        )
    return f"{number.normalize():f}"


def degrees(cell: str) -> Decimal:
    """Decimal degrees."""
    number = _number(cell)
    if not -180 <= number <= 180:
        raise BadCell(f"经纬度“{cell}”有误", f"{cell!r} is no place on earth")
    return number


def count(cell: str) -> int:
    """A whole number from 1 to 200."""
    if not cell.isascii() or not cell.isdigit() or not 1 <= int(cell) <= 200:
        raise BadCell(f"“{cell}”应为 1 至 200 的整数", f"{cell!r} is no number from 1 to 200")
    return int(cell)


def day(cell: str) -> date:
    """A day of the Gregorian calendar, as people and spreadsheets write it."""
    return moment(cell).date()


def moment(cell: str) -> datetime:
    """A time in Shanghai; a day alone is its noon."""
    match = _DAY.fullmatch(cell)
    if match is None:
        raise BadCell(f"日期“{cell}”应写作 2026-11-25", f"write {cell!r} as 2026-11-25")
    year, month, of_month, hour, minute = match.groups()
    at = (int(hour), int(minute)) if hour is not None else (12, 0)
    try:
        return datetime(int(year), int(month), int(of_month), *at, tzinfo=SHANGHAI)
    except ValueError:
        raise BadCell(f"没有“{cell}”这一天", f"there is no day {cell!r}") from None


def _coded(parse: Callable[[str], object], cell: str) -> str:
    try:
        return str(parse(cell))
    except InvalidCode as error:
        raise BadCell(error.zh.rstrip("。"), error.en.rstrip(".")) from None


def _number(cell: str) -> Decimal:
    try:
        number = Decimal(cell.replace(",", "").replace("，", ""))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise BadCell(f"“{cell}”不是数字", f"{cell!r} is no number")
    return number
