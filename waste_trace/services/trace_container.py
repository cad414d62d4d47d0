"""Trace a container end to end: its events, where it came from, where it went, what is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import Connection, RowMapping, Select, select

from waste_trace.custody.states import FINAL, PASSED_ON, STATE_ZH, State
from waste_trace.custody.vocabulary import VOCABULARY
from waste_trace.errors import WasteTraceError
from waste_trace.services.deployment import Deployment
from waste_trace.store.tables import (
    Container,
    ContainerEvent,
    EventIndex,
    Finding,
    GenealogyEdge,
    Organisation,
)
from waste_trace.store.writing import table_of


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
        sources, ends: containers that went into it, and that it went into, nearest first.
        complete: every end of it has been treated.
    """

    container: dict[str, Any]
    events: tuple[dict[str, Any], ...]
    sources: tuple[dict[str, Any], ...]
    ends: tuple[dict[str, Any], ...]
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
        sources = _containers(connection, _reach(connection, code, up=True))
        ends = _containers(connection, _reach(connection, code, up=False))
        family = [row["container"] for row in (*container, *sources, *ends)]
        events = _events(connection, family)
        manifests = {row["manifest"] for row in events if row["manifest"]}
        findings = _findings(connection, [*family, *sorted(manifests)])
    last = [row for row in (*container, *ends) if row["state"] not in PASSED_ON]
    complete = bool(last) and all(row["state"] in FINAL for row in last)
    return Trace(container[0], events, sources, ends, findings, complete)


def _reach(connection: Connection, code: str, *, up: bool) -> list[str]:
    """Nodes reachable over the genealogy, nearest first; a visited one is not walked again."""
    link = table_of(GenealogyEdge)
    start, end = (link.c.child, link.c.parent) if up else (link.c.parent, link.c.child)
    found: dict[str, None] = {}
    frontier = [code]
    while frontier:
        rows = connection.execute(select(end).where(start.in_(frontier)).order_by(end)).all()
        frontier = [row[0] for row in rows if row[0] not in found and row[0] != code]
        found.update(dict.fromkeys(frontier))
    return list(found)


def _containers(connection: Connection, codes: Sequence[str]) -> tuple[dict[str, Any], ...]:
    table = table_of(Container)
    rows = {
        row["container"]: _readable(row)
        for row in connection.execute(select(table).where(table.c.container.in_(codes))).mappings()
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
        .where(link.c.container.in_(codes))
        .order_by(event.c.claimed_at, event.c.idx, link.c.container)
    )
    return tuple(
        {**row, "zh": VOCABULARY[row["typ"]].zh, "en": VOCABULARY[row["typ"]].en}
        for row in connection.execute(query).mappings()
    )


def _findings(connection: Connection, subjects: Sequence[str]) -> tuple[dict[str, Any], ...]:
    table = table_of(Finding)
    query = select(table).where(table.c.subject.in_(subjects)).order_by(table.c.raised_idx)
    return tuple(dict(row) for row in connection.execute(query).mappings())
