"""Facts as notices need them: flat texts, by the names that the kinds' rows use."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from sqlalchemy import Connection, RowMapping, select

from waste_trace.compliance.finding_life import LIFE
from waste_trace.compliance.rule import SEVERITY_ZH
from waste_trace.custody.vocabulary import VOCABULARY
from waste_trace.notices.kinds import Source
from waste_trace.store.tables import (
    ContainerEvent,
    CorrectionRow,
    EventIndex,
    Finding,
    FindingStep,
    Manifest,
    Organisation,
)
from waste_trace.store.writing import table_of

_PARTIES = ("sender", "carrier", "receiver")
_ABOUT_CORRECTIONS = ("correct", "confirm_correction", "dispute_correction")


@dataclass(frozen=True, slots=True)
class Fact:
    """Something to tell.

    Attributes:
        cause: the event type or source that kinds name.
        key: what makes it one fact, whoever tells it how often.
        idx: the ledger index that it comes from. at: since when it is so.
        values: texts by name.
    """

    cause: str
    key: str
    idx: int
    at: datetime
    values: Mapping[str, str]


def event_facts(connection: Connection, indices: Iterable[int]) -> list[Fact]:
    """Events as facts, with the parties of the manifest that they belong to."""
    event, manifest = table_of(EventIndex), table_of(Manifest)
    rows = connection.execute(
        select(event, *(manifest.c[name].label(f"m_{name}") for name in _PARTIES))
        .outerjoin(manifest, manifest.c.manifest == event.c.manifest)
        .where(event.c.idx.in_(list(indices)))
        .order_by(event.c.idx)
    ).mappings()
    facts = [_event_fact(row) for row in rows]
    more = {
        **dict.fromkeys(_ABOUT_CORRECTIONS, _with_correction),
        **dict.fromkeys(LIFE, _with_finding),
    }
    return [
        replace(fact, values=more[fact.cause](connection, fact)) if fact.cause in more else fact
        for fact in facts
    ]


def finding_facts(connection: Connection, turned: Mapping[str, bool], idx: int) -> list[Fact]:
    """Findings that were opened (True) or cleared by the batch whose last index is ``idx``."""
    finding = table_of(Finding)
    event = table_of(EventIndex)
    at = connection.execute(select(event.c.logged_at).where(event.c.idx == idx)).scalar_one()
    rows = connection.execute(
        select(finding).where(finding.c.key.in_(list(turned))).order_by(finding.c.key)
    ).mappings()
    facts = []
    for row in rows:
        cause = Source.RAISED if turned[row["key"]] else Source.CLEARED
        values = {
            name: str(row[name]) for name in ("key", "rule", "severity", "subject", "org", "clause")
        }
        values |= {"zh": row["zh"], "en": row["en"], "severity_zh": SEVERITY_ZH[row["severity"]]}
        values["page"] = finding_page(row["key"])
        facts.append(Fact(cause, f"{cause}:{row['key']}:{idx}", idx, at, values))
    return facts


def with_names(connection: Connection, facts: Iterable[Fact]) -> list[Fact]:
    """The facts, with ``org_name``: the name of the organisation that each is about."""
    listed = list(facts)
    table = table_of(Organisation)
    codes = {fact.values.get("org", "") for fact in listed}
    named = select(table.c.org, table.c.name).where(table.c.org.in_(codes))
    names: dict[str, str] = {org: name for org, name in connection.execute(named)}
    return [
        replace(fact, values={**fact.values, "org_name": names.get(fact.values.get("org", ""), "")})
        for fact in listed
    ]


def _with_correction(connection: Connection, fact: Fact) -> Mapping[str, str]:
    """What a correction is about, who made it, of whom an answer is awaited, and where it shows."""
    table, event, link = table_of(CorrectionRow), table_of(EventIndex), table_of(ContainerEvent)
    answers = fact.values.get("correction")
    own = table.c.idx == (int(answers) if answers else fact.idx)
    row = connection.execute(select(table).where(own)).mappings().first()
    if row is None:
        return fact.values
    names = ("corrects", "field", "old", "new", "others")
    about = {name: str(row[name]) for name in names} | {"corrector": row["org"]}
    manifest = connection.execute(
        select(event.c.manifest).where(event.c.idx == row["corrects"])
    ).scalar()
    container = connection.execute(
        select(link.c.container).where(link.c.idx == row["corrects"]).order_by(link.c.container)
    ).scalar()
    page = f"/containers/{container}" if container else "/"
    return {**fact.values, **about, "page": f"/manifests/{manifest}" if manifest else page}


def _with_finding(connection: Connection, fact: Fact) -> Mapping[str, str]:
    """Which finding a step of its life is about, whose it is, and whether the step fitted."""
    step, finding = table_of(FindingStep), table_of(Finding)
    row = (
        connection.execute(
            select(finding, step.c.applied)
            .join(step, step.c.key == finding.c.key)
            .where(step.c.idx == fact.idx)
        )
        .mappings()
        .first()
    )
    if row is None:
        return fact.values
    return {
        **fact.values,
        "finding_org": row["org"],
        "finding_zh": row["zh"],
        "finding_en": row["en"],
        "applied": "yes" if row["applied"] else "no",
        "page": finding_page(row["key"]),
    }


def finding_page(key: str) -> str:
    """The console page of a finding."""
    return f"/findings/one?{urlencode({'key': key})}"


def _event_fact(row: RowMapping) -> Fact:
    body = {
        name: str(value)
        for name, value in json.loads(row["body"]).items()
        if isinstance(value, str | int)
    }
    parties = {name: row[f"m_{name}"] for name in _PARTIES if row[f"m_{name}"]}
    own = {"org": row["org"], "by": row["org"], "typ": row["typ"], "event": row["event_id"]}
    if row["typ"] in VOCABULARY:
        own |= {"typ_zh": VOCABULARY[row["typ"]].zh, "typ_en": VOCABULARY[row["typ"]].en}
    return Fact(
        row["typ"],
        f"event:{row['idx']}",
        row["idx"],
        row["logged_at"],
        {**body, **parties, **own, "manifest": row["manifest"], "site": row["site"]},
    )
