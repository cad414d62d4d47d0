"""Collection rounds: the next number, the list, and one round with its doors in order."""

from datetime import date
from typing import Any

from sqlalchemy import func, select

from waste_trace.services.collection.clients import OUTCOME_ZH, visible_rounds
from waste_trace.services.deployment import Deployment
from waste_trace.services.look_up import name_organisations
from waste_trace.services.sign_in import Person
from waste_trace.store.tables import Round, Site, Stop
from waste_trace.store.writing import table_of

Row = dict[str, Any]
REFUSAL_ZH = {
    "unlabelled": "无标签",
    "packaging": "包装破损或不合格",
    "unknown_waste": "废物不明",
    "not_contracted": "不在合同范围",
    "no_room": "车辆已满",
    "other": "其他",
}


def next_round_number(deployment: Deployment, platform: str, day: date) -> str:
    """The number of a platform's next round of a day; the platform may take another one."""
    table = table_of(Round)
    prefix = f"SY{day:%Y%m%d}"
    query = select(func.max(table.c.round)).where(
        table.c.platform == platform, table.c.round.between(f"{prefix}000", f"{prefix}999")
    )
    with deployment.engine.connect() as connection:
        last = connection.execute(query).scalar()
    return f"{prefix}{int(last[-3:]) + 1 if last else 1:03d}"


def list_rounds(deployment: Deployment, person: Person, limit: int = 100) -> list[Row]:
    """Rounds, the newest day first, each with how many of its doors were visited."""
    table, stop = table_of(Round), table_of(Stop)
    visited = (
        select(
            stop.c.platform,
            stop.c.round,
            func.count().label("stops"),
            func.count(stop.c.visited_at).label("visited"),
            func.sum(stop.c.containers).label("containers"),
        )
        .where(stop.c.dropped.is_(False))
        .group_by(stop.c.platform, stop.c.round)
        .subquery()
    )
    query = (
        select(table, visited.c.stops, visited.c.visited, visited.c.containers)
        .join(
            visited, (visited.c.platform == table.c.platform) & (visited.c.round == table.c.round)
        )
        .where(visible_rounds(person))
        .order_by(table.c.day.desc(), table.c.round.desc())
        .limit(max(0, min(limit, 500)))
    )
    names = name_organisations(deployment)
    with deployment.engine.connect() as connection:
        rows = [dict(row) for row in connection.execute(query).mappings()]
    return [{**row, "platform_name": names.get(row["platform"], row["platform"])} for row in rows]


def find_round(
    deployment: Deployment, person: Person, number: str, platform: str = ""
) -> Row | None:
    """One round with ``stops`` in the order of the drive, or None if this person sees none.

    Args:
        platform: whose; "": one's own.
    """
    table, stop, site = table_of(Round), table_of(Stop), table_of(Site)
    owner = platform or person.org
    names = name_organisations(deployment)
    with deployment.engine.connect() as connection:
        row = connection.execute(
            select(table).where(
                table.c.round == number, table.c.platform == owner, visible_rounds(person)
            )
        ).mappings().first()  # fmt: skip
        if row is None:
            return None
        stops = connection.execute(
            select(stop)
            .where(stop.c.platform == owner, stop.c.round == number, stop.c.dropped.is_(False))
            .order_by(stop.c.n)
        ).mappings().all()  # fmt: skip
        places = connection.execute(
            select(site.c.org, site.c.latitude, site.c.longitude)
            .where(site.c.org.in_([one["producer"] for one in stops]), site.c.latitude.is_not(None))
            .order_by(site.c.site.desc())
        )
        where = {org: (latitude, longitude) for org, latitude, longitude in places}
    return {
        **row,
        "platform_name": names.get(owner, owner),
        "stops": [
            {
                **one,
                "producer_name": names.get(one["producer"], one["producer"]),
                "outcome_zh": OUTCOME_ZH[one["outcome"]],
                "reason_zh": REFUSAL_ZH.get(one["reason"], ""),
                "position": where.get(one["producer"]),
            }
            for one in stops
        ],
    }
