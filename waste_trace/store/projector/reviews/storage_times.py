"""How long each container has stood with its holder."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import RowMapping, and_, or_, select

from waste_trace.compliance.calendar import start_of_day
from waste_trace.compliance.storage_time import (
    MEDICAL_SUFFIX,
    STORAGE_TIME_RULES,
    Standing,
    storage_time,
)
from waste_trace.custody.movements import Kind
from waste_trace.custody.stays import ARRIVALS, Arrival, beginning
from waste_trace.store.projector.genealogy import DIVIDING
from waste_trace.store.projector.record import Record
from waste_trace.store.projector.reviews.standing import STANDING, operators
from waste_trace.store.projector.work import Work
from waste_trace.store.tables import Container, GenealogyEdge, MovementRow
from waste_trace.store.writing import table_of

_CHUNK = 400


def review_storage_times(day: date, record: Record, work: Work) -> None:
    """Settle the rules of storage time on every container that stands."""
    now, limits = start_of_day(day), work.config.rules.limits
    raised = [
        finding
        for standing in _standing(now, work)
        for finding in storage_time(standing, now, limits)
    ]
    work.findings.settle_rules([rule.name for rule in STORAGE_TIME_RULES], raised, record)


def _standing(now: datetime, work: Work) -> Iterator[Standing]:
    """The containers that came to their holder long enough ago for any rule to ask."""
    keepers = operators(work)
    codes = _candidates(now, work)
    for start in range(0, len(codes), _CHUNK):
        rows = _containers(codes[start : start + _CHUNK], work)
        arrivals, inputs = _ancestry([row["container"] for row in rows], work)
        for row in rows:
            began = beginning(row["container"], row["holder"], arrivals, inputs)
            if began is None:
                continue
            yield Standing(
                container=row["container"],
                waste_code=row["waste_code"],
                org=row["holder"],
                site=row["site"],
                producer=row["holder"] not in keepers,
                since=began.at,
                since_idx=began.idx,
                source="" if began.container == row["container"] else began.container,
            )


def _candidates(now: datetime, work: Work) -> list[str]:
    limits = work.config.rules.limits
    container, move = table_of(Container), table_of(MovementRow)
    medical = container.c.waste_code.endswith(MEDICAL_SUFFIX)
    longest_known = now - min(limits.operator_storage, limits.producer_storage)
    query = (
        select(container.c.container)
        .distinct()
        # Whose booking it was is seen below: an index by organisation would be a trap here.
        .join(move, move.c.subject == container.c.container)
        .where(
            container.c.state.in_(STANDING),
            move.c.kind.in_(ARRIVALS),
            or_(
                move.c.at <= longest_known,
                and_(medical, move.c.at <= now - limits.medical_storage),
                # What stood there before its record began says since when; what was poured into
                # it may be older than it is.
                move.c.kind.in_((Kind.OPENING, Kind.PACKED)),
            ),
        )
        .order_by(container.c.container)
    )
    return list(work.connection.execute(query).scalars())


def _containers(codes: Sequence[str], work: Work) -> Sequence[RowMapping]:
    table = table_of(Container)
    query = select(table).where(table.c.container.in_(codes)).order_by(table.c.container)
    return work.connection.execute(query).mappings().all()


def _ancestry(
    codes: Iterable[str], work: Work
) -> tuple[Mapping[str, Sequence[Arrival]], Mapping[tuple[str, int], Sequence[str]]]:
    """The arrivals of containers and of all that was ever poured into them, and what that was."""
    arrivals: dict[str, list[Arrival]] = {}
    inputs: dict[tuple[str, int], list[str]] = {}
    frontier = list(codes)
    while frontier:
        arrivals.update({code: [] for code in frontier})
        packed: list[str] = []
        for start in range(0, len(frontier), _CHUNK):
            part = frontier[start : start + _CHUNK]
            for code, arrival in _arrivals(part, work):
                arrivals[code].append(arrival)
            packed += [code for code in part if any(a.kind is Kind.PACKED for a in arrivals[code])]
        frontier = []
        for start in range(0, len(packed), _CHUNK):
            for parent, child, idx in _poured(packed[start : start + _CHUNK], work):
                inputs.setdefault((child, idx), []).append(parent)
                frontier.append(parent)
        frontier = [code for code in dict.fromkeys(frontier) if code not in arrivals]
    return arrivals, inputs


def _arrivals(codes: Sequence[str], work: Work) -> Iterator[tuple[str, Arrival]]:
    move = table_of(MovementRow)
    came = move.c.kind.in_(ARRIVALS) & (move.c.weight_kg > 0)
    query = (
        select(move.c.subject, move.c.kind, move.c.org, move.c.idx, move.c.at)
        .where(move.c.subject.in_(codes), or_(came, move.c.kind == Kind.DISPATCHED))
        .order_by(move.c.subject, move.c.n)
    )
    for code, kind, org, idx, at in work.connection.execute(query).all():
        since = _stored_since(code, idx, work) if kind == Kind.OPENING else None
        yield code, Arrival(Kind(kind), org, idx, since or at)


def _poured(codes: Sequence[str], work: Work) -> Sequence[tuple[str, str, int]]:
    edge = table_of(GenealogyEdge)
    query = (
        select(edge.c.parent, edge.c.child, edge.c.idx)
        .where(edge.c.child.in_(codes), edge.c.kind.in_(DIVIDING))
        .order_by(edge.c.parent, edge.c.child, edge.c.idx)
    )
    return [(parent, child, idx) for parent, child, idx in work.connection.execute(query)]


def _stored_since(code: str, idx: int, work: Work) -> datetime | None:
    """Since when opening stock had stood there, as it was told or agreed afterwards."""
    told = (touch.body for touch in work.histories.container(code) if touch.idx == idx)
    stored_since = next((body.get("stored_since") for body in told), None)
    return start_of_day(date.fromisoformat(str(stored_since))) if stored_since else None
