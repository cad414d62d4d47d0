"""Which wastes stand beside each other in a zone of a store."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache

from sqlalchemy import RowMapping, or_, select

from waste_trace.catalogue.lookup import packaged
from waste_trace.compliance.incompatible import (
    INCOMPATIBLE_NEIGHBOURS,
    Pair,
    Stored,
    incompatible_neighbours,
)
from waste_trace.compliance.rule import Raised
from waste_trace.custody.states import State
from waste_trace.store.projector.record import Record
from waste_trace.store.projector.work import Work
from waste_trace.store.tables import Container
from waste_trace.store.writing import table_of

_PLACING = ("store_in", "move")


def review_neighbours(day: date, record: Record, work: Work) -> None:
    """Settle the incompatible pairs of every zone."""
    pairs = work.config.rules.incompatible
    raised: list[Raised] = []
    for (site, place, org), stored in _zones(work, pairs).items():
        raised += incompatible_neighbours(site, place, org, stored, pairs)
    work.findings.settle_rules([INCOMPATIBLE_NEIGHBOURS.name], raised, record)


def _zones(work: Work, pairs: Sequence[Pair]) -> dict[tuple[str, str, str], list[Stored]]:
    """Containers by site, zone and holder, of the sites where both sides of a pair stand."""
    by_site: dict[str, list[tuple[Stored, str]]] = {}
    for row in _of_a_pair(work, pairs):
        stored = Stored(row["container"], row["waste_code"], _first_hazard(row["waste_code"]))
        by_site.setdefault(row["site"], []).append((stored, row["holder"]))
    zones: dict[tuple[str, str, str], list[Stored]] = {}
    for site, standing in by_site.items():
        if not incompatible_neighbours(site, "", "", [stored for stored, _ in standing], pairs):
            continue  # nothing to look for in its zones
        work.histories.ahead([stored.container for stored, _ in standing], [])
        for stored, holder in standing:
            zone = (site, _place(stored.container, work), holder)
            zones.setdefault(zone, []).append(stored)
    return zones


def _of_a_pair(work: Work, pairs: Sequence[Pair]) -> Iterator[RowMapping]:
    """What is stored and stands in one of the pairs at all."""
    table = table_of(Container)
    sides = {side for pair in pairs for side in (pair.one, pair.other)}
    classes = [table.c.waste_code.endswith(f"-{side[2:]}") for side in sides if _is_class(side)]
    codes = _codes_of({side for side in sides if not _is_class(side)})
    query = (
        select(table.c.container, table.c.waste_code, table.c.site, table.c.holder)
        .where(
            table.c.state == State.STORED,
            table.c.site != "",
            or_(*classes, table.c.waste_code.in_(codes)),
        )
        .order_by(table.c.site, table.c.container)
    )
    yield from work.connection.execute(query).mappings()


def _place(container: str, work: Work) -> str:
    """The zone that its last storing or moving named."""
    placed = [touch for touch in work.histories.container(container) if touch.typ in _PLACING]
    newest = max(placed, key=lambda touch: (touch.claimed_at, touch.idx), default=None)
    return "" if newest is None else str(newest.body.get("place", ""))


def _is_class(side: str) -> bool:
    return side.startswith("HW")


@cache
def _first_hazard(code: str) -> str:
    """The hazard letter that is certain of a code, or ""."""
    entry = packaged().find(code).entry
    certain = entry.certain_hazards if entry else ()
    return certain[0].value if certain else ""


def _codes_of(letters: set[str]) -> list[str]:
    """The codes whose certain hazard is one of these letters."""
    editions = packaged().editions.values()
    codes = {code for edition in editions for code in edition.entries}
    return sorted(code for code in codes if _first_hazard(code) in letters)
