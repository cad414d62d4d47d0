"""Ledger events as an EPCIS 2.0 document: of a manifest, or of a stretch of the ledger."""

import json
from typing import Any

from sqlalchemy import ColumnElement, select

from waste_trace.custody.epcis.events import Json, Logged, epcis_document
from waste_trace.services.deployment import Deployment
from waste_trace.store.tables import EventIndex
from waste_trace.store.writing import table_of


def export_epcis(
    deployment: Deployment, *, first: int = 0, last: int | None = None, manifest: str = ""
) -> Json:
    """The document; identifiers begin with the address that labels carry.

    Args:
        first, last: ledger indices, both included. manifest: only the events that carry it.
    """
    table = table_of(EventIndex)
    conditions: list[ColumnElement[bool]] = [table.c.idx >= first]
    if last is not None:
        conditions.append(table.c.idx <= last)
    if manifest:
        conditions.append(table.c.manifest == manifest)
    query = select(table).where(*conditions).order_by(table.c.idx)
    with deployment.engine.connect() as connection:
        events = [_logged(dict(row)) for row in connection.execute(query).mappings()]
    base = f"https://{deployment.settings.label_host.lower()}"
    return epcis_document(events, base, deployment.now())


def _logged(row: dict[str, Any]) -> Logged:
    return Logged(
        row["idx"],
        row["event_id"],
        row["typ"],
        row["claimed_at"],
        row["logged_at"],
        row["org"],
        row["site"],
        json.loads(row["body"]),
    )
