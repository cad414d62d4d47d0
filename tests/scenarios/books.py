"""The books at the end of a story: every kilogram is with somebody, or treated, or a finding."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from waste_trace.custody.movements import Kind
from waste_trace.services.deployment import Deployment
from waste_trace.store.tables import Container, MovementRow
from waste_trace.store.writing import table_of

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Books:
    """Bookings by organisation and kind, and what the containers that are not empty hold."""

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


def read_books(deployment: Deployment) -> Books:
    """The movement table, summed."""
    movement, container = table_of(MovementRow), table_of(Container)
    by_org: dict[str, dict[str, Decimal]] = {}
    with deployment.engine.connect() as connection:
        for row in connection.execute(select(movement)).mappings():
            account = by_org.setdefault(row["org"], {})
            account[row["kind"]] = account.get(row["kind"], ZERO) + row["weight_kg"]
        held = connection.execute(select(container.c.content_kg)).scalars().all()
    return Books(by_org, sum((weight_kg for weight_kg in held if weight_kg is not None), ZERO))
