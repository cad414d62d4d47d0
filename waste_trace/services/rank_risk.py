"""The risk score of each organisation (企业环境风险评分), from the record, with its reasons."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import Connection, func, select

from waste_trace.compliance.calendar import day_of, start_of_day
from waste_trace.compliance.checklist import Grade
from waste_trace.compliance.finding_life import FINDING_OVERDUE, Status
from waste_trace.compliance.risk import Risk, score_risk
from waste_trace.custody.states import FINAL, State
from waste_trace.custody.vocabulary import REGULATOR
from waste_trace.services.deployment import Deployment
from waste_trace.services.rule_book import risk_weights
from waste_trace.services.sign_in import Person
from waste_trace.store.tables import (
    Container,
    EventIndex,
    Finding,
    FindingLife,
    Inspection,
    Organisation,
)
from waste_trace.store.writing import table_of

_YEAR = timedelta(days=365)
_SETTLED = (Status.ACCEPTED.value, Status.CLOSED.value)
_TONNE_KG = Decimal(1000)
Counts = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class RankedOrg:
    """An organisation with its score."""

    org: str
    name: str
    kinds: str
    risk: Risk


def rank_risk(deployment: Deployment, person: Person) -> list[RankedOrg]:
    """Scores, the highest first: of every organisation for a regulator, else of one's own."""
    today = day_of(deployment.now())
    weights = risk_weights(deployment.settings)
    table = table_of(Organisation)
    query = select(table).where(table.c.kinds != REGULATOR)
    if person.role != REGULATOR:
        query = query.where(table.c.org == person.org)
    with deployment.engine.connect() as connection:
        counts = _count(connection, today)
        rows = connection.execute(query).mappings().all()
    ranked = [
        RankedOrg(
            row["org"], row["name"], row["kinds"], score_risk(counts.get(row["org"], {}), weights)
        )
        for row in rows
    ]
    return sorted(ranked, key=lambda one: (-one.risk.score, one.org))


def _count(connection: Connection, today: date) -> Counts:
    counts: Counts = {}
    for org, what, number in (
        *_open_findings(connection),
        *_repeated(connection, today),
        *_stock(connection),
        *_inspected(connection, today),
    ):
        of_org = counts.setdefault(org, {})
        of_org[what] = of_org.get(what, 0) + number
    return counts


def _open_findings(connection: Connection) -> Iterator[tuple[str, str, int]]:
    finding, life = table_of(Finding), table_of(FindingLife)
    query = (
        select(finding.c.org, finding.c.severity, finding.c.rule, func.count())
        .outerjoin(life, life.c.key == finding.c.key)
        .where(
            finding.c.cleared_idx.is_(None),
            life.c.status.is_(None) | life.c.status.not_in(_SETTLED),
        )
        .group_by(finding.c.org, finding.c.severity, finding.c.rule)
    )
    for org, severity, rule, number in connection.execute(query):
        overdue = rule == FINDING_OVERDUE.name
        yield org, "overdue_findings" if overdue else f"{severity}_findings", number


def _repeated(connection: Connection, today: date) -> Iterator[tuple[str, str, int]]:
    """Kinds of finding that came at least twice within a year, cleared or not."""
    finding = table_of(Finding)
    since = start_of_day(today - _YEAR)
    query = (
        select(finding.c.org, finding.c.rule)
        .where(finding.c.raised_at >= since, finding.c.rule != FINDING_OVERDUE.name)
        .group_by(finding.c.org, finding.c.rule)
        .having(func.count() > 1)
    )
    for org, _ in connection.execute(query):
        yield org, "repeated_rules", 1


def _stock(connection: Connection) -> Iterator[tuple[str, str, int]]:
    table = table_of(Container)
    gone = [state.value for state in (*FINAL, State.UNKNOWN, State.ISSUED)]
    query = (
        select(table.c.holder, func.sum(table.c.content_kg))
        .where(table.c.state.not_in(gone))
        .group_by(table.c.holder)
    )
    for org, weight_kg in connection.execute(query):
        yield org, "stock_tonnes", int((weight_kg or Decimal(0)) / _TONNE_KG)


def _inspected(connection: Connection, today: date) -> Iterator[tuple[str, str, int]]:
    """The last grade, and whole years since the last visit or, without one, the registration."""
    table, org, event = table_of(Inspection), table_of(Organisation), table_of(EventIndex)
    newest = {
        row["org"]: row
        for row in connection.execute(select(table).order_by(table.c.day, table.c.idx)).mappings()
    }
    registered = select(org.c.org, event.c.logged_at).join(
        event, event.c.idx == org.c.registered_idx
    )
    for code, at in connection.execute(registered):
        last = newest.get(code)
        since = last["day"] if last else day_of(at)
        yield code, "years_uninspected", (today - since) // _YEAR
        if last and last["grade"] == Grade.BELOW:
            yield code, "below_standard", 1
        elif last and last["grade"] == Grade.BASIC:
            yield code, "basic_standard", 1
