"""Trace a container end to end: its events, where it came from, where it went, what is wrong."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import Connection, RowMapping, Select, select

from waste_trace.custody.genealogy import Edge, Share, ends_of, sources_of
from waste_trace.custody.states import FINAL, PASSED_ON, STATE_ZH, State
from waste_trace.custody.vocabulary import VOCABULARY
from waste_trace.errors import WasteTraceError
from waste_trace.services.deployment import Deployment
from waste_trace.store.tables import (
    Batch,
    Container,
    ContainerEvent,
    EventIndex,
    Finding,
    GenealogyEdge,
    Organisation,
)
from waste_trace.store.writing import table_of

_GRAM = Decimal("0.001")
#: Parameters of one query.
_CHUNK = 400


class UnknownContainer(WasteTraceError):
    """The ledger has never heard of this code."""

    code: ClassVar[str] = "unknown-container"
    default_do_zh = "请核对编码；若标签真实而查无记录，请向监管部门报告。"
    default_do_en = "Check the code; if the label is genuine and unknown here, report it."


@dataclass(frozen=True, slots=True)
class Trace:
    """The life of a container.

    Attributes:
        container: its row. events: of it and all its ancestors and descendants, by claimed time.
        sources, ends: containers that went into it, and that it went into, nearest first. Each row
            has beside its own columns ``share`` (0 to 1: of this container's waste, how much came
            through there, or went there; None where a weight is unknown), ``share_kg`` and ``last``
            (True: nothing is known beyond it) and
            ``treated`` (a treatment lies between; an end then has a share and no ``share_kg``).
        batches: the production batches that its waste came from, with ``share`` and ``share_kg``.
        complete: every end of it has been treated.
    """

    container: dict[str, Any]
    events: tuple[dict[str, Any], ...]
    sources: tuple[dict[str, Any], ...]
    ends: tuple[dict[str, Any], ...]
    batches: tuple[dict[str, Any], ...]
    findings: tuple[dict[str, Any], ...]
    complete: bool


def trace_container(deployment: Deployment, code: str) -> Trace:
    """The trace of a container by its 数字识别码.

    Raises:
        UnknownContainer
    """
    with deployment.engine.connect() as connection:
        container = _containers(connection, [code])
        if not container:
            raise UnknownContainer(
                f"台账中没有容器 {code}。", f"No container {code} here.", code=code
            )
        edges = _edges(connection, code, up=True)
        came = sources_of(code, edges)
        weight_kg = _content(container[0])
        sources = _shared(connection, came, weight_kg)
        batches = _batches(connection, came, weight_kg)
        edges = _edges(connection, code, up=False)
        went = ends_of(code, edges)
        ends = tuple(
            row | {"share_kg": None} if row["treated"] else row
            for row in _shared(connection, went, weight_kg)
        )
        family = [row["container"] for row in (*container, *sources, *ends)]
        events = _events(connection, family)
        manifests = {row["manifest"] for row in events if row["manifest"]}
        findings = _findings(connection, [*family, *sorted(manifests)])
    last = [row for row in (*container, *ends) if row["state"] not in PASSED_ON]
    complete = bool(last) and all(row["state"] in FINAL for row in last)
    return Trace(container[0], events, sources, ends, batches, findings, complete)


def _edges(connection: Connection, code: str, *, up: bool) -> list[Edge]:
    """All edges beyond a container, nearest first: a query for each step, and none twice."""
    table = table_of(GenealogyEdge)
    start = table.c.child if up else table.c.parent
    columns = (table.c.parent, table.c.child, table.c.weight_kg, table.c.kind)
    found: list[Edge] = []
    seen, frontier = {code}, [code]
    while frontier:
        query = select(*columns).order_by(table.c.parent, table.c.child, table.c.idx)
        new = [Edge(row[0], row[1], row[2], row[3] == "secondary") for part in _parts(frontier)
               for row in connection.execute(query.where(start.in_(part)))]  # fmt: skip
        found += new
        beyond = dict.fromkeys(edge.parent if up else edge.child for edge in new)
        frontier = [node for node in beyond if node not in seen]
        seen.update(frontier)
    return found


def _content(row: Mapping[str, Any]) -> Decimal | None:
    """What is in the container, or what was in it by the last scale."""
    for name in ("content_kg", "received_kg", "dispatched_kg", "declared_kg"):
        if row[name] is not None:
            return Decimal(row[name])
    return None


def _shared(
    connection: Connection, shares: Sequence[Share], weight_kg: Decimal | None
) -> tuple[dict[str, Any], ...]:
    """The containers of these nodes with their shares."""
    by_node = {share.node: share for share in shares}
    rows = _containers(connection, list(by_node))
    return tuple({**row, **_part(by_node[row["container"]], weight_kg)} for row in rows)


def _batches(
    connection: Connection, shares: Sequence[Share], weight_kg: Decimal | None
) -> tuple[dict[str, Any], ...]:
    """The batches that these nodes are, as far as they were registered."""
    by_node = {share.node: share for share in shares if "/" in share.node}
    table = table_of(Batch)
    numbers = list(dict.fromkeys(node.rpartition("/")[2] for node in by_node))
    found = {
        f"{row['org']}/{row['batch']}": dict(row)
        for part in _parts(numbers)
        for row in connection.execute(select(table).where(table.c.batch.in_(part))).mappings()
    }
    return tuple(
        {**found[node], **_part(share, weight_kg)}
        for node, share in by_node.items()
        if node in found
    )


def _part(share: Share, weight_kg: Decimal | None) -> dict[str, Any]:
    if share.share is None or weight_kg is None:
        kg = None
    else:
        kg = (share.share * weight_kg).quantize(_GRAM)
    return {"share": share.share, "share_kg": kg, "last": share.last, "treated": share.treated}


def _parts(items: Sequence[str]) -> Iterator[Sequence[str]]:
    return (items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK))


def _containers(connection: Connection, codes: Sequence[str]) -> tuple[dict[str, Any], ...]:
    table = table_of(Container)
    rows = {
        row["container"]: _readable(row)
        for part in _parts(codes)
        for row in connection.execute(select(table).where(table.c.container.in_(part))).mappings()
    }
    return tuple(rows[code] for code in codes if code in rows)


def _readable(row: RowMapping) -> dict[str, Any]:
    return {**row, "state_zh": STATE_ZH[State(row["state"])]}


def _events(connection: Connection, codes: Sequence[str]) -> tuple[dict[str, Any], ...]:
    event, link, org = table_of(EventIndex), table_of(ContainerEvent), table_of(Organisation)
    query: Select[Any] = (
        select(event, link.c.container, link.c.role, org.c.name.label("org_name"))
        .join(link, link.c.idx == event.c.idx)
        .outerjoin(org, org.c.org == event.c.org)
    )
    found = [
        {**row, "zh": VOCABULARY[row["typ"]].zh, "en": VOCABULARY[row["typ"]].en}
        for part in _parts(codes)
        for row in connection.execute(query.where(link.c.container.in_(part))).mappings()
    ]
    return tuple(sorted(found, key=lambda row: (row["claimed_at"], row["idx"], row["container"])))


def _findings(connection: Connection, subjects: Sequence[str]) -> tuple[dict[str, Any], ...]:
    table = table_of(Finding)
    found = [
        dict(row)
        for part in _parts(subjects)
        for row in connection.execute(select(table).where(table.c.subject.in_(part))).mappings()
    ]
    return tuple(sorted(found, key=lambda row: (row["raised_idx"], row["key"])))
