"""Who is collected from by whom, with what they have and when somebody was there last."""

from typing import Any

from sqlalchemy import ColumnElement, select, true

from waste_trace.custody.vocabulary import REGULATOR
from waste_trace.services.deployment import Deployment
from waste_trace.services.sign_in import Person
from waste_trace.store.tables import Client, CollectionRequest, Organisation, Round, WasteStream
from waste_trace.store.writing import table_of

Row = dict[str, Any]
STATUS_ZH = {"signed": "已签约", "ended": "已解约", "none": "未签约"}
OUTCOME_ZH = {
    "": "未上门",
    "collected": "已收集",
    "absent": "无人",
    "nothing": "无废物",
    "refused": "未收",
}
_PARTIES = (Client, CollectionRequest)


def visible_parties(person: Person, model: type[Client | CollectionRequest]) -> ColumnElement[bool]:
    """What both the platform and the producer see, and the regulator."""
    if person.role == REGULATOR:
        return true()
    table = table_of(model)
    return (table.c.platform == person.org) | (table.c.producer == person.org)


def visible_rounds(person: Person) -> ColumnElement[bool]:
    """A round tells who else is visited: the platform's and the regulator's alone."""
    return true() if person.role == REGULATOR else table_of(Round).c.platform == person.org


def list_clients(deployment: Deployment, person: Person, *, platform: str = "") -> list[Row]:
    """Clients with the producer's name and the sum of its forecasts, by name.

    Args:
        platform: of this platform alone.
    """
    table, org, stream = table_of(Client), table_of(Organisation), table_of(WasteStream)
    query = (
        select(table, org.c.name.label("producer_name"))
        .outerjoin(org, org.c.org == table.c.producer)
        .where(visible_parties(person, Client))
        .order_by(org.c.name, table.c.producer)
    )
    if platform:
        query = query.where(table.c.platform == platform)
    with deployment.engine.connect() as connection:
        rows = [dict(row) for row in connection.execute(query).mappings()]
        producers = {row["producer"] for row in rows}
        streams = connection.execute(select(stream).order_by(stream.c.waste_code)).mappings()
        theirs: dict[str, list[Row]] = {}
        for found in streams:
            if found["org"] in producers:
                theirs.setdefault(found["org"], []).append(dict(found))
    return [
        {
            **row,
            "status_zh": STATUS_ZH[row["status"]],
            "outcome_zh": OUTCOME_ZH[row["outcome"]],
            "streams": theirs.get(row["producer"], []),
        }
        for row in rows
    ]


def list_streams(deployment: Deployment, org: str) -> list[Row]:
    """The registered wastes of a unit, by code."""
    table = table_of(WasteStream)
    query = select(table).where(table.c.org == org).order_by(table.c.waste_code)
    with deployment.engine.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def platforms_of(deployment: Deployment, producer: str) -> list[Row]:
    """The platforms that have a producer as a client, those with a contract first."""
    table, org = table_of(Client), table_of(Organisation)
    query = (
        select(table, org.c.name.label("platform_name"))
        .outerjoin(org, org.c.org == table.c.platform)
        .where(table.c.producer == producer)
        .order_by(table.c.status != "signed", org.c.name)
    )
    with deployment.engine.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]
