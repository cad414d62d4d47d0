"""Column types that are the same on SQLite and PostgreSQL."""

from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Dialect, Integer
from sqlalchemy.types import TypeDecorator

#: An index into the ledger. INTEGER on SQLite, where that alone makes a key the row's own number.
LEDGER_INDEX = BigInteger().with_variant(Integer(), "sqlite")


class Kilograms(TypeDecorator[Decimal]):
    """Decimal kilograms, kept as whole grams: exact on SQLite too, which has no decimals."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """Kilograms to grams; a finer fraction than a gram is refused, not rounded."""
        if value is None:
            return None
        grams = Decimal(value) * 1000
        if grams != grams.to_integral_value():
            raise ValueError(f"{value} kg is finer than a gram")
        return int(grams)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Grams to kilograms with three decimals."""
        return None if value is None else Decimal(int(value)).scaleb(-3)
