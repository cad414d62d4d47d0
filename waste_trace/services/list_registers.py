"""Plans, licences, qualifications, contracts and applications that a person may see."""

import json
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select, true

from waste_trace.custody.vocabulary import REGULATOR
from waste_trace.services.deployment import Deployment
from waste_trace.services.look_up import name_organisations
from waste_trace.services.sign_in import Person
from waste_trace.store.tables import (
    Contract,
    Permit,
    Plan,
    Qualification,
    TransferApplication,
)
from waste_trace.store.writing import table_of

Row = dict[str, Any]
_MOST = 500


def list_plans(deployment: Deployment, person: Person) -> list[Row]:
    """Management plans: one's own, or all for a regulator; the newest year first."""
    table = table_of(Plan)
    query = select(table).where(_own(person, table.c.org)).order_by(table.c.year.desc())
    return [{**row, "body": json.loads(row["body"])} for row in _rows(deployment, query)]


def list_permits(deployment: Deployment, person: Person) -> list[Row]:
    """Licences: everybody may know who is licensed for what (许可证信息公开)."""
    table = table_of(Permit)
    query = select(table).order_by(table.c.permit)
    return [{**row, "wastes": json.loads(row["wastes"])} for row in _rows(deployment, query)]


def list_qualifications(deployment: Deployment, person: Person) -> list[Row]:
    """Transport qualifications: of carriers and vehicles all, of people one's own."""
    table = table_of(Qualification)
    public = table.c.kind.in_(("carrier", "vehicle"))
    query = select(table).where(or_(public, _own(person, table.c.org)))
    return _rows(deployment, query.order_by(table.c.org, table.c.kind, table.c.subject))


def list_contracts(deployment: Deployment, person: Person) -> list[Row]:
    """Contracts that one is a party of."""
    table = table_of(Contract)
    party = or_(_own(person, table.c.org), table.c.partner == person.org)
    query = select(table).where(party).order_by(table.c.org, table.c.contract)
    return [{**row, "codes": json.loads(row["codes"])} for row in _rows(deployment, query)]


def list_applications(deployment: Deployment, person: Person) -> list[Row]:
    """Applications for transfers to another province, the newest first."""
    table = table_of(TransferApplication)
    party = or_(_own(person, table.c.org), table.c.receiver == person.org)
    query = select(table).where(party).order_by(table.c.idx.desc())
    return [{**row, "lines": json.loads(row["lines"])} for row in _rows(deployment, query)]


def _own(person: Person, org: ColumnElement[str]) -> ColumnElement[bool]:
    return true() if person.role == REGULATOR else org == person.org


def _rows(deployment: Deployment, query: Select[Any]) -> list[Row]:
    names = name_organisations(deployment)
    with deployment.engine.connect() as connection:
        found = connection.execute(query.limit(_MOST)).mappings().all()
    return [
        {
            **row,
            "org_name": names.get(row["org"], row["org"]),
            "other_name": names.get(row.get("partner") or row.get("receiver") or "", ""),
        }
        for row in found
    ]
