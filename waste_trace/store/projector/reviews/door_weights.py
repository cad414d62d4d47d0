"""What was said of waste at a door, and what the next scale said of it (上门收集与站内称重)."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Select, and_, func, or_, select

from waste_trace.compliance.weight_bias import Delivery
from waste_trace.custody.movements import Kind
from waste_trace.custody.vocabulary import PLATFORM
from waste_trace.store.tables import (
    ContainerEvent,
    EventIndex,
    GenealogyEdge,
    MovementRow,
    Organisation,
)
from waste_trace.store.writing import table_of

#: Verbs that may put what was collected on a scale, or say what it weighed at the door.
_WEIGHING = (
    "collect", "weigh", "store_in", "move", "store_out", "merge", "split", "repack", "load",
)  # fmt: skip
#: What these take off the books was not weighed.
_NO_SCALE = ("write_off", "void_label")
_CHUNK = 400
#: A delivery with the moment that it counts from.
Timed = tuple[datetime, Delivery]


def new_pairs(since: int, connection: Connection) -> list[tuple[str, str]]:
    """Producers and platforms between which something was collected or weighed since an entry."""
    event, link, org = table_of(EventIndex), table_of(ContainerEvent), table_of(Organisation)
    touched = (
        select(link.c.container)
        .distinct()
        .join(event, event.c.idx == link.c.idx)
        .where(event.c.idx > since, event.c.typ.in_(_WEIGHING))
        .order_by(link.c.container)
    )
    codes = list(connection.execute(touched).scalars())
    said = connection.execute(select(org.c.org, org.c.kinds))
    platforms = {one for one, kinds in said if PLATFORM in kinds.split(",")}
    pairs: set[tuple[str, str]] = set()
    for start in range(0, len(codes), _CHUNK):
        taken, given, collected = _collected()
        query = select(given.c.org, taken.c.org).distinct()
        here = taken.c.subject.in_(codes[start : start + _CHUNK])
        pairs |= {(one, two) for one, two in connection.execute(collected(query).where(here))}
    return sorted(pair for pair in pairs if pair[1] in platforms)


def collections(
    connection: Connection, platform: str, count: int, producer: str | None = None
) -> list[Timed]:
    """The last collections that another scale has spoken of, oldest first.

    What the producer had declared before, else the weight at the door, against the last weight
    that the platform stated of that container alone.
    """
    taken, given, collected = _collected()
    loss, scale = table_of(MovementRow).alias(), table_of(EventIndex).alias()
    columns = [taken.c[name] for name in ("subject", "idx", "n", "org", "weight_kg", "at")]
    query = (
        collected(select(*columns).distinct())
        .join(loss, _other_scale(loss, taken))
        .join(scale, and_(scale.c.idx == loss.c.idx, scale.c.typ.not_in(_NO_SCALE)))
        .order_by(taken.c.at.desc(), taken.c.subject.desc())
    )
    # By the one of both that has little: a database would look through all that a platform took.
    if producer is None:
        query = query.where(taken.c.org == platform).limit(count)
    else:
        query = query.where(given.c.org == producer)
    rows = [row for row in connection.execute(query) if row.org == platform][:count]
    losses = _losses(connection, [row.subject for row in rows])
    return [_delivery(row, losses.get(row.subject, [])) for row in reversed(rows)]


def pourings(connection: Connection, platform: str, count: int) -> list[Timed]:
    """The last containers that collected ones were poured into (拼装), oldest first.

    What was in those by their last weight, against what the depot's scale says of it together.
    """
    move, event, edge = table_of(MovementRow), table_of(EventIndex), table_of(GenealogyEdge)
    inputs_kg = func.sum(edge.c.weight_kg)
    query = (
        select(move.c.subject, move.c.idx, move.c.weight_kg, move.c.at, inputs_kg.label("in_kg"))
        .join(event, and_(event.c.idx == move.c.idx, event.c.typ == "merge"))
        .join(edge, and_(edge.c.child == move.c.subject, edge.c.idx == move.c.idx))
        .where(move.c.org == platform, move.c.kind == Kind.PACKED, move.c.weight_kg > Decimal(0))
        .group_by(move.c.subject, move.c.idx, move.c.weight_kg, move.c.at)
        .having(inputs_kg != move.c.weight_kg)
        .order_by(move.c.at.desc(), move.c.subject.desc())
        .limit(count)
    )
    rows = connection.execute(query).all()
    return [
        (row.at, Delivery("", row.idx, row.in_kg, row.weight_kg, row.subject))
        for row in reversed(rows)
    ]


def _collected() -> tuple[Any, Any, Any]:
    """The platform's booking of a collection, the producer's, and what joins both to a query."""
    taken, given = table_of(MovementRow).alias(), table_of(MovementRow).alias()
    event = table_of(EventIndex).alias()

    def joined(query: Select[Any]) -> Select[Any]:
        both = and_(given.c.subject == taken.c.subject, given.c.idx == taken.c.idx)
        return (
            query.select_from(taken)
            .join(given, and_(both, given.c.kind == Kind.DISPATCHED))
            .join(event, and_(event.c.idx == taken.c.idx, event.c.typ == "collect"))
            .where(taken.c.kind == Kind.RECEIVED)
        )

    return taken, given, joined


def _other_scale(loss: Any, taken: Any) -> Any:
    """The scale at the door said other than what was declared, or the depot's than the door's."""
    at_door = loss.c.idx == taken.c.idx
    at_depot = and_(loss.c.org == taken.c.org, loss.c.n > taken.c.n)
    of_it = and_(loss.c.subject == taken.c.subject, loss.c.kind == Kind.LOSS)
    return and_(of_it, or_(at_door, at_depot))


def _losses(connection: Connection, codes: Sequence[str]) -> dict[str, list[Any]]:
    move, event = table_of(MovementRow), table_of(EventIndex)
    query = (
        select(move.c.subject, move.c.idx, move.c.n, move.c.org, move.c.weight_kg)
        .join(event, event.c.idx == move.c.idx)
        .where(
            move.c.subject.in_(codes),
            move.c.kind == Kind.LOSS,
            event.c.typ.not_in(_NO_SCALE),
        )
        .order_by(move.c.subject, move.c.n)
    )
    found: dict[str, list[Any]] = {}
    for row in connection.execute(query).all():
        found.setdefault(row.subject, []).append(row)
    return found


def _delivery(taken: Any, losses: Sequence[Any]) -> Timed:
    at_door = sum((one.weight_kg for one in losses if one.idx == taken.idx), Decimal(0))
    later = [one for one in losses if one.n > taken.n and one.org == taken.org]
    at_depot = sum((one.weight_kg for one in later), Decimal(0))
    declared_kg, weighed_kg = taken.weight_kg - at_door, taken.weight_kg + at_depot
    idx = max([taken.idx, *(one.idx for one in later)])
    return taken.at, Delivery("", idx, declared_kg, weighed_kg, taken.subject)


def merged_in_time(*parts: Sequence[Timed]) -> Iterator[Delivery]:
    """Deliveries of several kinds in the order of their moments."""
    timed = [one for part in parts for one in part]
    for _, delivery in sorted(timed, key=lambda one: (one[0], one[1].idx)):
        yield delivery
