"""The books at the end of a story: every kilogram is with somebody, or treated, or a finding."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from waste_trace.custody.balance import SIGN, Item
from waste_trace.custody.movements import Kind

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Books:
    """What came and went by organisation and kind, and what containers and heaps hold."""

    by_org: Mapping[str, Mapping[str, Decimal]]
    contents_kg: Decimal

    def total(self, kind: Kind) -> Decimal:
        """The sum of one kind over all organisations."""
        return sum((row.get(kind.value, ZERO) for row in self.by_org.values()), ZERO)

    def closing(self, org: str) -> Decimal:
        """What an organisation has on its books."""
        return sum(self.by_org.get(org, {}).values(), ZERO)

    @property
    def stock_kg(self) -> Decimal:
        """What all of them have on their books."""
        return sum((self.closing(org) for org in self.by_org), ZERO)

    @property
    def closed(self) -> bool:
        """Nothing of unknown origin, nothing lost between two parties, and the books are stock."""
        between = self.total(Kind.DISPATCHED) + self.total(Kind.RECEIVED) + self.total(Kind.MOVED)
        packed = self.total(Kind.PACKED)
        return not between and not packed and not self.total(Kind.FOUND) and self._holds()

    def _holds(self) -> bool:
        return self.stock_kg == self.contents_kg


def books_of(
    balances: Iterable[Mapping[str, Any]],
    containers: Iterable[Mapping[str, Any]],
    heaps: Iterable[Mapping[str, Any]],
) -> Books:
    """The books from the answers of ``/v1/balance``, ``/v1/containers`` and ``/v1/heaps``."""
    by_org: dict[str, dict[str, Decimal]] = {}
    for line in balances:
        account = by_org.setdefault(line["org"], {})
        for item in Item:
            weight_kg = SIGN[item] * Decimal(line["figures"][item.value])
            if weight_kg:
                account[item.value] = account.get(item.value, ZERO) + weight_kg
        closing = sum((SIGN[i] * Decimal(line["figures"][i.value]) for i in Item), ZERO)
        assert closing == Decimal(line["closing_kg"]), line
    held = [row["content_kg"] for row in containers] + [heap["weight_kg"] for heap in heaps]
    return Books(by_org, sum((Decimal(one) for one in held if one is not None), ZERO))
