"""Devices by the names that people gave them, which stand beside the ledger."""

from typing import Any

from sqlalchemy import select

from waste_trace.services.deployment import Deployment
from waste_trace.services.enrol_device import DEVICE_NAME
from waste_trace.services.look_up import list_devices
from waste_trace.services.sign_in import Person
from waste_trace.services.statements import Kept, Statement, read_words
from waste_trace.store.tables import Device
from waste_trace.store.writing import table_of

Row = dict[str, Any]


def list_named_devices(deployment: Deployment, person: Person) -> list[Row]:
    """The devices that this person sees; each showing of a name is written down.

    ``name`` is empty where ``name_kept`` (`statements.Kept`) says that it was erased or is absent.
    Services of the ledger, and devices of before, have their name in the ledger.
    """
    rows = list_devices(deployment, person)
    beside = {r["dev"] for r in rows if r["purpose"] == "device" and r["name"] == r["dev"]}
    table = table_of(Device)
    query = select(table.c.dev, table.c.enrolled_idx).where(
        table.c.dev.in_(beside), table.c.ep == 0
    )
    with deployment.engine.connect() as connection:
        places: dict[str, int] = {dev: idx for dev, idx in connection.execute(query)}
    words = read_words(deployment, person, DEVICE_NAME, list(places.values()))
    return [
        _named(row, words[places[row["dev"]]])
        if row["dev"] in places
        else {**row, "name_kept": Kept.NOTHING}
        for row in rows
    ]


def _named(row: Row, name: Statement) -> Row:
    return {**row, "name": name.text, "name_kept": name.kept}
