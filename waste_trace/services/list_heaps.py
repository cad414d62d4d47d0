"""Heaps and tanks of loose waste (散装) by the books: what lies where, and when it was counted."""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select

from waste_trace.catalogue.lookup import Catalogue
from waste_trace.catalogue.short_name import good_names
from waste_trace.custody.bulk import MARK
from waste_trace.services.deployment import Deployment
from waste_trace.services.look_up import name_organisations, name_sites
from waste_trace.services.render_label import house_catalogue
from waste_trace.services.sign_in import Person
from waste_trace.services.visible import visible_books
from waste_trace.store.tables import HeapRow, MovementRow
from waste_trace.store.writing import table_of


@dataclass(frozen=True, slots=True)
class HeapStock:
    """What the books have of a waste at a place.

    Attributes:
        site: "" on a vehicle, and where no site was named. weight_kg: below nothing where more
            left than came. counted_at: the last stocktake (盘点), or None.
    """

    org: str
    org_name: str
    site: str
    site_name: str
    waste_code: str
    waste_name: str
    weight_kg: Decimal
    counted_at: datetime | None


def list_heaps(deployment: Deployment, person: Person) -> list[HeapStock]:
    """The heaps of one's own organisation, or all for a regulator, that are not empty."""
    table, heap = table_of(MovementRow), table_of(HeapRow)
    keys = (table.c.org, table.c.site, table.c.waste_code)
    query = (
        select(*keys, func.sum(table.c.weight_kg))
        .where(table.c.subject.startswith(MARK), visible_books(person))
        .group_by(*keys)
        .order_by(*keys)
    )
    names, catalogue = name_organisations(deployment), house_catalogue(deployment)
    sites = name_sites(deployment)
    with deployment.engine.connect() as connection:
        counted = {tuple(key): json.loads(told) for *key, told in connection.execute(select(heap))}
        return [
            HeapStock(
                org=org,
                org_name=names.get(org, org),
                site=site,
                site_name=sites.get(site, site),
                waste_code=code,
                waste_name=_name(catalogue, code),
                weight_kg=weight_kg,
                counted_at=_last(counted.get((org, site, code), [])),
            )
            for org, site, code, weight_kg in connection.execute(query)
            if weight_kg
        ]


def _name(catalogue: Catalogue, code: str) -> str:
    entry = catalogue.find(code).entry
    return good_names(entry.description)[0] if entry else ""


def _last(stocktakes: list[tuple[str, int, str]]) -> datetime | None:
    return datetime.fromisoformat(stocktakes[-1][0]) if stocktakes else None
