"""Show personal data beside the ledger to those who may see it; every showing is written down."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, select

from waste_trace.ledger.canonical import MAX_INTEGER
from waste_trace.ledger.disclosure import Disclosure
from waste_trace.services.deployment import Deployment
from waste_trace.services.enrol_device import DEVICE_NAME
from waste_trace.services.prove import NotInLedger
from waste_trace.services.sign_in import Person
from waste_trace.services.visible import visible_personal
from waste_trace.store.tables import DisclosureAccess, DisclosureRow, EventIndex
from waste_trace.store.writing import insert_rows, table_of, write_transaction

READ, EXPORT = "read", "export"


@dataclass(frozen=True, slots=True)
class Personal:
    """What an event's digests stand for, as far as it is kept.

    ``erased``: digests whose plaintext was here and is gone.
    """

    disclosures: tuple[Disclosure, ...]
    erased: tuple[str, ...]


def read_disclosures(deployment: Deployment, person: Person, index: int) -> Personal:
    """The personal data of one event, for a party of its container or manifest or a regulator.

    Raises:
        NotInLedger: no such event, or none that this person sees; it makes no difference.
    """
    event, row = table_of(EventIndex), table_of(DisclosureRow)
    with write_transaction(deployment.engine) as connection:
        seen = select(event.c.idx).where(event.c.idx == index, visible_personal(person))
        # An index that no database could hold is not asked for.
        if not 0 <= index <= MAX_INTEGER or connection.execute(seen).first() is None:
            raise NotInLedger(
                f"台账没有第 {index} 条。", f"There is no entry {index}.", index=index
            )
        found = open_disclosures(deployment, connection, person, row.c.idx == index, READ)
        gone = select(row.c.digest).where(row.c.idx == index, row.c.erased_at.is_not(None))
        erased = sorted(connection.execute(gone).scalars())
    return Personal(tuple(disclosure for _, disclosure in found), tuple(erased))


def disclosures_for_export(
    deployment: Deployment, person: Person, indices: Iterable[int] | None
) -> dict[int, Sequence[str]]:
    """Leaf index to disclosure texts for a bundle, of what ``person`` may see; written down.

    What people call their devices stays here: it proves nothing, and the bundle of one drum has the
    enrolments of everybody.

    Args:
        indices: which entries the bundle holds; None for the whole ledger.
    """
    wanted = None if indices is None else set(indices)
    event, row = table_of(EventIndex), table_of(DisclosureRow)
    may = row.c.idx.in_(select(event.c.idx).where(visible_personal(person))) & (
        row.c.name != DEVICE_NAME
    )
    shown: dict[int, list[str]] = {}
    with write_transaction(deployment.engine) as connection:
        for idx, disclosure in open_disclosures(
            deployment, connection, person, may, EXPORT, wanted
        ):
            shown.setdefault(idx, []).append(disclosure.text)
    return dict(shown)


def open_disclosures(
    deployment: Deployment,
    connection: Connection,
    person: Person,
    where: ColumnElement[bool],
    purpose: str,
    wanted: set[int] | None = None,
) -> list[tuple[int, Disclosure]]:
    """Open rows and write down who is shown them, in one transaction. Who may, is asked before."""
    found = [
        (idx, disclosure)
        for idx, disclosure in deployment.vault.read(connection, where)
        if wanted is None or idx in wanted
    ]
    names: dict[int, list[str]] = {}
    for idx, disclosure in found:
        names.setdefault(idx, []).append(disclosure.name)
    now = deployment.now()
    rows = [
        {"read_at": now, "pseudonym": person.pseudonym, "org": person.org, "purpose": purpose,
         "idx": idx, "names": ",".join(named)}
        for idx, named in names.items()
    ]  # fmt: skip
    insert_rows(connection, DisclosureAccess, rows)
    return found


def list_accesses(deployment: Deployment, limit: int = 200) -> list[dict[str, object]]:
    """Who was shown what, newest first."""
    table = table_of(DisclosureAccess)
    query = select(table).order_by(table.c.id.desc()).limit(limit)
    with deployment.engine.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]
