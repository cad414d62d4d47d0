"""What a kilogram costs (收集价格): the deployment's own table; no law and no standard has one."""

import json
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import ClassVar

from waste_trace.errors import WasteTraceError


class UnusablePrices(WasteTraceError):
    """The price table of the settings cannot be read."""

    code: ClassVar[str] = "unusable-prices"
    default_do_zh = '请检查 WASTE_TRACE_COLLECTION_PRICES 所指文件，形如 {"900-214-08": "1.50"}。'
    default_do_en = 'Check the file that WASTE_TRACE_COLLECTION_PRICES names: {"CODE": "1.50"}.'


@dataclass(frozen=True, slots=True)
class Prices:
    """Yuan a kilogram by waste code; "*" for every other code."""

    by_code: dict[str, Decimal] = field(default_factory=dict)

    def of(self, waste_code: str) -> Decimal | None:
        """The price of a waste, or None where nobody has set one."""
        return self.by_code.get(waste_code, self.by_code.get("*"))


def read_prices(path: Path | None) -> Prices:
    """The table in a JSON file of texts; no file: no prices.

    Raises:
        UnusablePrices
    """
    if path is None:
        return Prices()
    try:
        listed = json.loads(path.read_text(encoding="utf-8"))
        return Prices({str(code): Decimal(price) for code, price in listed.items()})
    except (OSError, ValueError, AttributeError, TypeError, InvalidOperation) as error:
        raise UnusablePrices(f"价格表不可用：{error}。", f"Unusable prices: {error}.") from error
