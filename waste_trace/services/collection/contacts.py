"""Whom to call at a small producer: shown to those who go there, and every showing is written down.

The leaf has digests alone; name, telephone and address stand beside the ledger and can be erased.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import ColumnElement, or_, select, true

from waste_trace.custody.vocabulary import REGULATOR
from waste_trace.services.deployment import Deployment
from waste_trace.services.disclose import READ, open_disclosures
from waste_trace.services.record_at_desk import record_at_desk
from waste_trace.services.sign_in import Person
from waste_trace.store.sequencer import Recorded
from waste_trace.store.tables import Client, Contact, DisclosureRow
from waste_trace.store.writing import table_of, write_transaction

#: What a contact consists of, by the names of its disclosures.
FIELDS: Mapping[str, str] = {
    "contact_name": "联系人",
    "contact_phone": "联系电话",
    "contact_address": "地址",
}
#: Fewer digits are no telephone number.
_SHORTEST_NUMBER = 7


def register_contact(
    deployment: Deployment, person: Person, unit: str, values: Mapping[str, str]
) -> Recorded:
    """Say whom to call at a unit; ``values``: by the names in FIELDS."""
    personal = {name: values[name].strip() for name in FIELDS if values.get(name, "").strip()}
    return record_at_desk(deployment, person, "register_contact", {"unit": unit}, personal=personal)


def read_contacts(
    deployment: Deployment, person: Person, units: Iterable[str]
) -> dict[str, dict[str, str]]:
    """Unit to what is known of its contact, as far as the person goes there or belongs there."""
    wanted = set(units)
    table, row = table_of(Contact), table_of(DisclosureRow)
    with write_transaction(deployment.engine) as connection:
        query = select(table.c.org, table.c.idx).where(_may_read(person))
        places = {idx: org for org, idx in connection.execute(query) if org in wanted}
        if not places:
            return {}
        where = row.c.idx.in_(sorted(places))
        found: dict[str, dict[str, str]] = {}
        for idx, disclosure in open_disclosures(deployment, connection, person, where, READ):
            found.setdefault(places[idx], {})[disclosure.name] = disclosure.value
    return found


def find_by_phone(deployment: Deployment, person: Person, phone: str) -> list[str]:
    """The units that have this telephone number, among those whose contact one may read.

    Nothing is shown that the asker has not heard from the caller.
    """
    wanted = _digits(phone)
    if len(wanted) < _SHORTEST_NUMBER:
        return []
    table, row = table_of(Contact), table_of(DisclosureRow)
    with deployment.engine.connect() as connection:
        query = select(table.c.idx, table.c.org).where(_may_read(person))
        places = {idx: org for idx, org in connection.execute(query)}
        where = (row.c.name == "contact_phone") & row.c.idx.in_(sorted(places))
        return sorted(
            places[idx]
            for idx, disclosure in deployment.vault.read(connection, where)
            if _digits(disclosure.value) == wanted
        )


def _digits(phone: str) -> str:
    """A number without its spaces, hyphens and the country's code."""
    digits = "".join(one for one in phone if one.isascii() and one.isdigit())
    return digits[2:] if len(digits) == 13 and digits.startswith("86") else digits


def _may_read(person: Person) -> ColumnElement[bool]:
    if person.role == REGULATOR:
        return true()
    contact, client = table_of(Contact), table_of(Client)
    theirs = select(client.c.producer).where(
        client.c.platform == person.org, client.c.status == "signed"
    )
    return or_(contact.c.org == person.org, contact.c.org.in_(theirs))
