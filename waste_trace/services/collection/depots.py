"""A platform's depots: what stands there, since when, against what the site was registered for.

Operators with a licence may store for a year (固废法 art. 81 [P]); the rules are in `compliance`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import RowMapping, func, select

from waste_trace.custody.states import State
from waste_trace.services.deployment import Deployment
from waste_trace.store.tables import Container, ContainerEvent, EventIndex, MovementRow, Site
from waste_trace.store.writing import table_of

_ARRIVALS = ("store_in", "open_stock")


@dataclass(frozen=True, slots=True)
class Depot:
    """A site and its stock. ``oldest_at``: when the container that stands longest came in."""

    site: str
    name: str
    kind: str
    capacity_kg: Decimal | None
    stock_kg: Decimal
    containers: int
    oldest_at: datetime | None
    oldest: str

    @property
    def filled_percent(self) -> int | None:
        """How full it is, or None where no capacity is registered."""
        return int(self.stock_kg * 100 / self.capacity_kg) if self.capacity_kg else None


def list_depots(deployment: Deployment, org: str) -> list[Depot]:
    """The sites of an organisation, by their codes."""
    site, move, box = table_of(Site), table_of(MovementRow), table_of(Container)
    link, event = table_of(ContainerEvent), table_of(EventIndex)
    stock = (
        select(move.c.site, func.sum(move.c.weight_kg))
        .where(move.c.org == org)
        .group_by(move.c.site)
    )
    arrived = (
        select(box.c.site, box.c.container, func.max(event.c.claimed_at))
        .join(link, link.c.container == box.c.container)
        .join(event, event.c.idx == link.c.idx)
        .where(
            box.c.holder == org,
            box.c.state == State.STORED.value,
            event.c.typ.in_(_ARRIVALS),
            event.c.site == box.c.site,
        )
        .group_by(box.c.site, box.c.container)
    )
    with deployment.engine.connect() as connection:
        sites = connection.execute(select(site).where(site.c.org == org).order_by(site.c.site))
        kilograms = {name: weight_kg for name, weight_kg in connection.execute(stock)}
        standing: dict[str, list[tuple[datetime, str]]] = {}
        for name, container, at in connection.execute(arrived):
            aware = at if at.tzinfo else at.replace(tzinfo=UTC)
            standing.setdefault(name, []).append((aware, container))
        return [
            _depot(row, kilograms.get(row["site"]), standing.get(row["site"], []))
            for row in sites.mappings()
        ]


def _depot(
    row: RowMapping, stock_kg: Decimal | None, standing: list[tuple[datetime, str]]
) -> Depot:
    oldest_at, oldest = min(standing, default=(None, ""))
    return Depot(
        site=row["site"],
        name=row["name"],
        kind=row["kind"],
        capacity_kg=row["capacity_kg"],
        stock_kg=stock_kg or Decimal(0),
        containers=len(standing),
        oldest_at=oldest_at,
        oldest=oldest,
    )
