"""Export a partial bundle: one container, one manifest, or one organisation and period."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Select, select

from waste_trace.ledger.checkpoint import read_checkpoint
from waste_trace.ledger.keys import SigningKey
from waste_trace.ledger.partial import (
    CONTAINER,
    MANIFEST_NUMBER,
    ORGANISATION,
    Scope,
    write_partial,
)
from waste_trace.ledger.registry import REGISTRAR, KeyRegistry
from waste_trace.ledger.registry_bodies import LOG_EVENT_TYPES
from waste_trace.ledger.tiles import TreeReader
from waste_trace.services.deployment import Deployment
from waste_trace.services.disclose import disclosures_for_export
from waste_trace.services.export_neighbours import Around
from waste_trace.services.key_changes import handover_notes
from waste_trace.services.prove import NotInLedger
from waste_trace.services.sign_in import Person
from waste_trace.store.cosignatures import cosigned_note
from waste_trace.store.sequencer.own_keys import service_key
from waste_trace.store.tables import ContainerEvent, Entry, EventIndex
from waste_trace.store.tiles import SqlTiles, newest_checkpoint
from waste_trace.store.writing import table_of

SHANGHAI = ZoneInfo("Asia/Shanghai")


def export_container(
    deployment: Deployment, container: str, target: Path, disclose_to: Person | None = None
) -> Scope:
    """Every event of a container (数字识别码) to the new or empty ``target``; NotInLedger.

    ``disclose_to``, here and below: put in the personal data that this person may see.
    """
    table = table_of(ContainerEvent)
    chosen = select(table.c.idx).where(table.c.container == container)
    return _export(deployment, target, CONTAINER, container, chosen, disclose_to=disclose_to)


def export_manifest(
    deployment: Deployment, number: str, target: Path, disclose_to: Person | None = None
) -> Scope:
    """Every event of a manifest (联单编号) to the new or empty ``target``; NotInLedger."""
    table = table_of(EventIndex)
    chosen = select(table.c.idx).where(table.c.manifest == number)
    return _export(deployment, target, MANIFEST_NUMBER, number, chosen, disclose_to=disclose_to)


def export_organisation(
    deployment: Deployment,
    org: str,
    start: datetime,
    end: datetime,
    target: Path,
    disclose_to: Person | None = None,
) -> Scope:
    """What an organisation's devices had logged from ``start`` up to before ``end`` (aware).

    With it what stands just beside the period, of which no personal data is disclosed. NotInLedger
    if there is neither.
    """
    table = table_of(EventIndex)
    around = Around(org, start.astimezone(UTC), end.astimezone(UTC))
    chosen = select(table.c.idx).where(around.holds(table))
    return _export(deployment, target, ORGANISATION, org, chosen, around, disclose_to)


def period_of(first: date, last: date) -> tuple[datetime, datetime]:
    """The days from ``first`` to ``last``, both whole and in Asia/Shanghai, as start and end."""
    start, end = (
        datetime.combine(day, time.min, SHANGHAI) for day in (first, last + timedelta(days=1))
    )
    return start, end


def _export(
    deployment: Deployment,
    target: Path,
    kind: str,
    value: str,
    chosen: Select[tuple[int]],
    around: Around | None = None,
    disclose_to: Person | None = None,
) -> Scope:
    with deployment.engine.connect() as connection:
        # The size is that of the note: the head may move between two statements.
        note = newest_checkpoint(connection)
        size = 0 if note is None else read_checkpoint(note).size
        registry = deployment.sequencer.refresh()
        entries = _leaves(connection, chosen, size)
        beside: dict[int, bytes] = {}
        for query in around.neighbours(connection, registry, size) if around else ():
            beside |= _leaves(connection, query, size)
        if note is None or not (entries or beside):
            raise NotInLedger(f"台账中没有 {value}。", f"The ledger holds nothing of {value}.")
        index = table_of(EventIndex)
        keys = select(index.c.idx).where(
            (index.c.dev == REGISTRAR) | index.c.typ.in_(LOG_EVENT_TYPES)
        )
        shown: dict[int, Sequence[str]] = {}
        if disclose_to is not None:
            shown = disclosures_for_export(deployment, disclose_to, entries)
        return write_partial(
            target,
            kind=kind,
            value=value,
            checkpoint=cosigned_note(connection, size) or note,
            tree=TreeReader(SqlTiles(connection), size),
            entries={**entries, **beside, **_leaves(connection, keys, size)},
            policy=deployment.policy_text(),
            registrar_vkey=deployment.sequencer.registrar_vkey.text,
            period_ms=around.period_ms if around else (0, 0),
            handovers=handover_notes(connection, registry.log_keys, size),
            disclosures=shown,
            registrar_key=_registrar_key(deployment, registry),
        )


def _registrar_key(
    deployment: Deployment, registry: KeyRegistry
) -> Callable[[int], SigningKey] | None:
    """The registrar's key by epoch; None where the database has gone back: nothing is signed."""
    if deployment.sequencer.read_only is not None:
        return None
    return lambda ep: service_key(registry, REGISTRAR, ep, deployment.keys.key)


def _leaves(connection: Connection, chosen: Select[tuple[int]], size: int) -> dict[int, bytes]:
    entry = table_of(Entry)
    query = select(entry.c.idx, entry.c.leaf).where(entry.c.idx.in_(chosen), entry.c.idx < size)
    return {int(idx): bytes(leaf) for idx, leaf in connection.execute(query)}
