"""Keep what was refused: it may be evidence. The same bytes are kept once and counted."""

import hashlib
from collections.abc import Sequence

from sqlalchemy import select, update
from sqlmodel import Session, col

from waste_trace.errors import WasteTraceError
from waste_trace.services.deployment import Deployment
from waste_trace.store.tables import Quarantine
from waste_trace.store.writing import insert_rows, table_of, write_transaction


def quarantine(
    deployment: Deployment,
    body: bytes,
    error: WasteTraceError,
    *,
    channel: str,
    remote: str,
    media_type: str,
    length: int | None = None,
) -> str:
    """Keep refused input with its reason; the SHA-256 of what was kept.

    Args:
        body: the bytes, of which ``quarantine_keep_bytes`` at most are kept.
        length: how long the whole was, where ``body`` is only its beginning.
    """
    kept = body[: deployment.settings.quarantine_keep_bytes]
    digest = hashlib.sha256(body).hexdigest()
    table = table_of(Quarantine)
    with write_transaction(deployment.engine) as connection:
        again = connection.execute(
            update(table)
            .where(table.c.sha256 == digest, table.c.reason == error.code)
            .values(times=table.c.times + 1)
        )
        if again.rowcount == 0:
            row = {
                "received_at": deployment.now(),
                "channel": channel,
                "remote": remote,
                "reason": error.code,
                "zh": error.zh,
                "en": error.en,
                "sha256": digest,
                "length": len(body) if length is None else length,
                "media_type": media_type,
                "body": kept,
                "times": 1,
            }
            insert_rows(connection, Quarantine, [row])
    return digest


def list_quarantine(deployment: Deployment, limit: int = 200) -> Sequence[Quarantine]:
    """What was refused, newest first."""
    with Session(deployment.engine) as session:
        query = select(Quarantine).order_by(col(Quarantine.id).desc()).limit(limit)
        return list(session.scalars(query))
