"""Lists for people and programs: what a person may see, newest first."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table, func, select

from waste_trace.compliance.finding_life import STATUS_ZH, Status
from waste_trace.compliance.rule import SEVERITY_ZH, Rule
from waste_trace.compliance.rules import RULES
from waste_trace.custody.manifest_progress import PROGRESS_ZH
from waste_trace.custody.states import STATE_ZH, State
from waste_trace.services.deployment import Deployment
from waste_trace.services.sign_in import Person
from waste_trace.services.visible import (
    visible_batches,
    visible_containers,
    visible_events,
    visible_findings,
    visible_frames,
    visible_manifests,
)
from waste_trace.store.tables import (
    Batch,
    Container,
    Device,
    Entry,
    EventIndex,
    Finding,
    FindingLife,
    Frame,
    Manifest,
    Organisation,
    Site,
)
from waste_trace.store.writing import table_of

Row = dict[str, Any]
MOST = 500


def list_containers(
    deployment: Deployment,
    person: Person,
    *,
    state: str = "",
    code: str = "",
    waste: str = "",
    unit: str = "",
    first_idx: int | None = None,
    limit: int = 100,
    offset: int = 0,
) -> list[Row]:
    """Containers, the last changed first.

    Args:
        code: a part of the container's code. waste: the beginning of a waste code.
        unit: whose codes they are. first_idx: the event that they first appear in.
    """
    table, org = table_of(Container), table_of(Organisation)
    conditions: list[ColumnElement[bool]] = [visible_containers(person)]
    if state:
        conditions.append(table.c.state == state)
    if code:
        conditions.append(table.c.container.contains(code, autoescape=True))
    if waste:
        conditions.append(table.c.waste_code.startswith(waste, autoescape=True))
    if unit:
        conditions.append(table.c.unit == unit)
    if first_idx is not None:
        conditions.append(table.c.first_idx == first_idx)
    query = (
        select(table, org.c.name.label("holder_name"))
        .outerjoin(org, org.c.org == table.c.holder)
        .where(*conditions)
        .order_by(table.c.last_idx.desc(), table.c.container)
        .limit(_at_most(limit))
        .offset(max(offset, 0))
    )
    rows = _rows(deployment, query)
    return [{**row, "state_zh": STATE_ZH[State(row["state"])]} for row in rows]


def may_see_container(deployment: Deployment, person: Person, code: str) -> bool:
    """True if the container is one that this person sees."""
    table = table_of(Container)
    query = select(table.c.container).where(table.c.container == code, visible_containers(person))
    with deployment.engine.connect() as connection:
        return connection.execute(query).first() is not None


def visible_among(deployment: Deployment, person: Person, codes: Sequence[str]) -> set[str]:
    """Those of the containers that this person sees."""
    table = table_of(Container)
    query = select(table.c.container).where(
        table.c.container.in_(codes), visible_containers(person)
    )
    with deployment.engine.connect() as connection:
        return set(connection.execute(query).scalars())


def find_public(deployment: Deployment, code: str) -> Row | None:
    """What anybody may know of a container: waste, state and whose it was; no weights, no names."""
    table, org, batch = table_of(Container), table_of(Organisation), table_of(Batch)
    query = (
        select(
            table.c.waste_code,
            table.c.state,
            table.c.rotation,
            table.c.changed_at,
            org.c.name.label("unit_name"),
            batch.c.edition,
        )
        .outerjoin(org, org.c.org == table.c.unit)
        .outerjoin(batch, (batch.c.batch == table.c.batch) & (batch.c.org == table.c.unit))
        .where(table.c.container == code, table.c.issued)
    )
    rows = _rows(deployment, query)
    return {**rows[0], "state_zh": STATE_ZH[State(rows[0]["state"])]} if rows else None


def list_manifests(deployment: Deployment, person: Person, limit: int = 100) -> list[Row]:
    """Transfer manifests, the last changed first, with the names of their parties."""
    table = table_of(Manifest)
    names = name_organisations(deployment)
    query = (
        select(table)
        .where(visible_manifests(person))
        .order_by(table.c.last_idx.desc())
        .limit(_at_most(limit))
    )
    return [_manifest(row, names) for row in _rows(deployment, query)]


def find_manifest(deployment: Deployment, person: Person, number: str) -> Row | None:
    """One manifest with its events, or None."""
    table, event = table_of(Manifest), table_of(EventIndex)
    rows = _rows(
        deployment, select(table).where(table.c.manifest == number, visible_manifests(person))
    )
    if not rows:
        return None
    events = select(event).where(event.c.manifest == number).order_by(event.c.claimed_at)
    shown = _manifest(rows[0], name_organisations(deployment))
    return shown | {"events": _rows(deployment, events)}


def list_findings(deployment: Deployment, person: Person, limit: int = 200) -> list[Row]:
    """Findings, open ones first, then the newest."""
    table, life = table_of(Finding), table_of(FindingLife)
    query = (
        select(table, life.c.status)
        .outerjoin(life, life.c.key == table.c.key)
        .where(visible_findings(person))
        .order_by(table.c.cleared_idx.isnot(None), table.c.raised_idx.desc())
        .limit(_at_most(limit))
    )
    names = name_organisations(deployment)
    return [view_finding_row(row, names) for row in _rows(deployment, query)]


def view_finding_row(row: Row, names: Mapping[str, str]) -> Row:
    """A finding's row, with the status of its life, as lists and its own page show it."""
    status = Status(row["status"] or Status.OPEN)
    return {
        **row,
        "facts": json.loads(row["facts"]),
        "severity_zh": SEVERITY_ZH[row["severity"]],
        "status": status.value,
        "status_zh": STATUS_ZH[status],
        "org_name": names.get(row["org"], ""),
    }


def find_rule(name: str) -> Rule | None:
    """The rule that a finding names, or None for one that no longer exists."""
    return RULES.get(name)


def list_frames(deployment: Deployment, person: Person, limit: int = 100) -> list[Row]:
    """Camera pictures and their verdicts, newest first."""
    table = table_of(Frame)
    query = (
        select(table)
        .where(visible_frames(person))
        .order_by(table.c.idx.desc())
        .limit(_at_most(limit))
    )
    return [{**row, "detail": json.loads(row["detail"])} for row in _rows(deployment, query)]


def list_devices(deployment: Deployment, person: Person) -> list[Row]:
    """Devices: one's own organisation's, or all for a regulator."""
    table = table_of(Device)
    query = select(table).order_by(table.c.enrolled_idx.desc()).limit(MOST)
    if person.role != "regulator":
        query = query.where(table.c.org == person.org)
    names = name_organisations(deployment)
    return [{**row, "org_name": names.get(row["org"], "")} for row in _rows(deployment, query)]


def list_sites(deployment: Deployment, org: str) -> list[Row]:
    """The sites of an organisation."""
    table = table_of(Site)
    return _rows(deployment, select(table).where(table.c.org == org).order_by(table.c.site))


def list_organisations(deployment: Deployment) -> list[Row]:
    """Every organisation, as registered."""
    table = table_of(Organisation)
    return _rows(deployment, select(table).order_by(table.c.registered_idx))


def list_events(
    deployment: Deployment, person: Person, *, before: int | None = None, limit: int = 50
) -> list[Row]:
    """The ledger's newest events that this person sees."""
    table = table_of(EventIndex)
    query = (
        select(table)
        .where(visible_events(person))
        .order_by(table.c.idx.desc())
        .limit(_at_most(limit))
    )
    if before is not None:
        query = query.where(table.c.idx < before)
    names = name_organisations(deployment)
    return [{**row, "org_name": names.get(row["org"], "")} for row in _rows(deployment, query)]


def find_event(deployment: Deployment, person: Person, index: int) -> Row | None:
    """One event with ``leaf``, the exact bytes that were hashed; None if this person sees none."""
    table, entry = table_of(EventIndex), table_of(Entry)
    query = (
        select(table, entry.c.leaf)
        .join(entry, entry.c.idx == table.c.idx)
        .where(table.c.idx == index, visible_events(person))
    )
    rows = _rows(deployment, query)
    if not rows:
        return None
    return rows[0] | {"org_name": name_organisations(deployment).get(rows[0]["org"], "")}


def count_up(deployment: Deployment, person: Person) -> Row:
    """The figures of the first page: containers by state, open findings, weights."""
    container, finding, batch = table_of(Container), table_of(Finding), table_of(Batch)
    with deployment.engine.connect() as connection:
        states = connection.execute(
            select(container.c.state, func.count(), func.sum(container.c.declared_kg))
            .where(visible_containers(person))
            .group_by(container.c.state)
        ).all()
        severities = connection.execute(
            select(finding.c.severity, func.count())
            .where(visible_findings(person), finding.c.cleared_idx.is_(None))
            .group_by(finding.c.severity)
        ).all()
        batches = connection.execute(
            select(func.count()).select_from(batch).where(visible_batches(person))
        ).scalar_one()
    return {
        "states": {
            state: {"zh": STATE_ZH[State(state)], "count": count, "weight_kg": weight_kg}
            for state, count, weight_kg in states
        },
        "findings": {severity: count for severity, count in severities},
        "batches": batches,
    }


def _at_most(limit: int) -> int:
    return max(0, min(limit, MOST))


def _manifest(row: Row, names: dict[str, str]) -> Row:
    return {
        **row,
        "lines": json.loads(row["lines"]),
        "containers": json.loads(row["containers"]),
        "carriers": json.loads(row["carriers"]),
        "decisions": json.loads(row["decisions"]),
        "outcomes": json.loads(row["outcomes"]),
        "refused": _refused(json.loads(row["decisions"])),
        "state_zh": PROGRESS_ZH[row["state"]],
        "sender_name": names.get(row["sender"], ""),
        "carrier_name": names.get(row["carrier"], ""),
        "receiver_name": names.get(row["receiver"], ""),
    }


def _refused(decisions: dict[str, Row]) -> list[str]:
    """The containers that were refused and are not back with the sender."""
    return [
        code
        for code, one in decisions.items()
        if one["verdict"] == "refused" and not one["returned"]
    ]


def name_organisations(deployment: Deployment) -> dict[str, str]:
    """The name of every registered organisation by its code."""
    table: Table = table_of(Organisation)
    with deployment.engine.connect() as connection:
        return {org: name for org, name in connection.execute(select(table.c.org, table.c.name))}


def name_sites(deployment: Deployment) -> dict[str, str]:
    """The name of every registered site by its code."""
    table: Table = table_of(Site)
    with deployment.engine.connect() as connection:
        return {site: name for site, name in connection.execute(select(table.c.site, table.c.name))}


def _rows(deployment: Deployment, query: Any) -> list[Row]:
    with deployment.engine.connect() as connection:
        found: Sequence[Any] = connection.execute(query).mappings().all()
    return [dict(row) for row in found]
