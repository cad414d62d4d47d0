"""Account for every issued code (先码后物): waiting, bound or void; none is unexplained."""

from typing import Any

from sqlalchemy import case, func, select

from waste_trace.services.deployment import Deployment
from waste_trace.services.sign_in import Person
from waste_trace.services.visible import visible_containers
from waste_trace.store.tables import Container
from waste_trace.store.writing import table_of


def account_labels(deployment: Deployment, person: Person) -> list[dict[str, Any]]:
    """Issued codes by unit and waste code: how many wait, are bound, are void.

    ``issued`` is the sum of the other three, by construction of the states.
    """
    table = table_of(Container)
    kind = case((table.c.state == "issued", "waiting"), (table.c.state == "void", "void"),
                else_="bound")  # fmt: skip
    query = (
        select(table.c.unit, table.c.waste_code, kind.label("kind"), func.count().label("count"))
        .where(table.c.issued, visible_containers(person))
        .group_by(table.c.unit, table.c.waste_code, kind)
        .order_by(table.c.unit, table.c.waste_code)
    )
    accounts: dict[tuple[str, str], dict[str, Any]] = {}
    with deployment.engine.connect() as connection:
        for unit, waste_code, found, count in connection.execute(query):
            empty = {"unit": unit, "waste_code": waste_code, "waiting": 0, "bound": 0, "void": 0}
            account = accounts.setdefault((unit, waste_code), empty)
            account[found] = count
    return [
        {**account, "issued": account["waiting"] + account["bound"] + account["void"]}
        for account in accounts.values()
    ]
