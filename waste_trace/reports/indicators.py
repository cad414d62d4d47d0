"""Indicators of 无废城市 as data: each a quotient of weighted sums of named quantities.

The formulas are recalled (certainty M), so they stand in ``data/indicators.json`` and not in code.
A quantity that nobody knows leaves its indicators empty; it is never taken to be nothing.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Quantity:
    """A named quantity; ``from_ledger``: read from the ledger, else entered by the bureau."""

    name: str
    zh: str
    unit: str
    from_ledger: bool


@dataclass(frozen=True, slots=True)
class Indicator:
    """factor x sum(numerator) / sum(denominator); weights by the names of quantities."""

    name: str
    zh: str
    en: str
    unit: str
    factor: Decimal
    numerator: Mapping[str, int]
    denominator: Mapping[str, int]

    def missing(self, known: Mapping[str, Decimal]) -> tuple[str, ...]:
        """The quantities that are not known, in the order of the formula."""
        named = dict.fromkeys((*self.numerator, *self.denominator))
        return tuple(name for name in named if name not in known)

    def value(self, known: Mapping[str, Decimal]) -> Decimal | None:
        """The indicator to four decimals; None where a quantity is missing or it divides by 0."""
        if self.missing(known):
            return None
        above, below = (
            sum((weight * known[name] for name, weight in part.items()), Decimal(0))
            for part in (self.numerator, self.denominator)
        )
        return (self.factor * above / below).quantize(Decimal("0.0001")) if below else None


@dataclass(frozen=True, slots=True)
class IndicatorSet:
    """The formulas, where they come from, and how sure that is."""

    source: str
    certainty: str
    quantities: Mapping[str, Quantity]
    indicators: tuple[Indicator, ...]


@cache
def indicator_set() -> IndicatorSet:
    """The packaged formulas; read once."""
    text = (resources.files("waste_trace.reports") / "data" / "indicators.json").read_text("utf-8")
    document = json.loads(text)
    quantities = (
        Quantity(row["name"], row["zh"], row["unit"], row["from"] == "ledger")
        for row in document["inputs"]
    )
    return IndicatorSet(
        source=document["source"],
        certainty=document["certainty"],
        quantities={quantity.name: quantity for quantity in quantities},
        indicators=tuple(
            Indicator(**{**row, "factor": Decimal(row["factor"])}) for row in document["indicators"]
        ),
    )
