"""Account for every issued code (先码后物): waiting, bound, void or lost."""

from typing import Any

from sqlalchemy import case, func, or_, select

from waste_trace.services.deployment import Deployment
from waste_trace.services.sign_in import Person
from waste_trace.services.visible import visible_containers
from waste_trace.store.tables import Container, ContainerEvent, EventIndex
from waste_trace.store.writing import table_of

#: A reason in a body as the event index keeps it, and as earlier versions wrote it there.
_LOST = ('"reason":"lost"', '"reason": "lost"')
_NOTHING = {"waiting": 0, "bound": 0, "void": 0, "lost": 0}


def account_labels(deployment: Deployment, person: Person) -> list[dict[str, Any]]:
    """Issued codes by unit and waste code: how many wait, are bound, are void, are lost.

    ``issued`` is the sum of the other four, by construction of the states.
    """
    table, event, link = table_of(Container), table_of(EventIndex), table_of(ContainerEvent)
    lost = (
        select(link.c.container)
        .join(event, event.c.idx == link.c.idx)
        .where(event.c.typ == "void_label", or_(*map(event.c.body.contains, _LOST)))
    )
    kind = case(
        (table.c.state == "issued", "waiting"),
        (table.c.state != "void", "bound"),
        (table.c.container.in_(lost), "lost"),
        else_="void",
    )
    query = (
        select(table.c.unit, table.c.waste_code, kind.label("kind"), func.count().label("count"))
        .where(table.c.issued, visible_containers(person))
        .group_by(table.c.unit, table.c.waste_code, kind)
        .order_by(table.c.unit, table.c.waste_code)
    )
    accounts: dict[tuple[str, str], dict[str, Any]] = {}
    with deployment.engine.connect() as connection:
        for unit, waste_code, found, count in connection.execute(query):
            empty = {"unit": unit, "waste_code": waste_code, **_NOTHING}
            account = accounts.setdefault((unit, waste_code), empty)
            account[found] = count
    return [
        {**account, "issued": sum(account[kind] for kind in _NOTHING)}
        for account in accounts.values()
    ]
