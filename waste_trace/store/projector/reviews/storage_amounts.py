"""How much stands in each store."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select

from waste_trace.compliance.storage_amount import (
    STORAGE_AMOUNT_RULES,
    SiteStock,
    storage_amount,
)
from waste_trace.custody.states import State
from waste_trace.store.projector.record import Record
from waste_trace.store.projector.work import Work
from waste_trace.store.tables import Container, Site
from waste_trace.store.writing import table_of


def review_storage_amounts(day: date, record: Record, work: Work) -> None:
    """Settle the limits of storage points and sites, by what stands there now."""
    limits = work.config.rules.limits
    raised = [finding for stock in _stocks(work) for finding in storage_amount(stock, limits)]
    work.findings.settle_rules([rule.name for rule in STORAGE_AMOUNT_RULES], raised, record)


def _stocks(work: Work) -> Iterator[SiteStock]:
    site, container = table_of(Site), table_of(Container)
    query = (
        select(
            site.c.site,
            site.c.org,
            site.c.kind,
            site.c.capacity_kg,
            func.sum(container.c.content_kg).label("stock_kg"),
            func.count().label("containers"),
            func.count(container.c.content_kg).label("weighed"),
        )
        .join(container, container.c.site == site.c.site)
        .where(container.c.state == State.STORED)
        .group_by(site.c.site, site.c.org, site.c.kind, site.c.capacity_kg)
        .order_by(site.c.site)
    )
    for row in work.connection.execute(query).mappings():
        yield SiteStock(
            site=row["site"],
            org=row["org"],
            kind=row["kind"],
            stock_kg=row["stock_kg"] or Decimal(0),
            containers=row["containers"],
            capacity_kg=row["capacity_kg"],
            unweighed=row["containers"] - row["weighed"],
        )
