"""Keep what was refused: it may be evidence. The same bytes are kept once and counted."""

import hashlib
import json
from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import Session, col

from waste_trace.errors import WasteTraceError
from waste_trace.ledger.dsse import Envelope, envelope_from_value
from waste_trace.ledger.errors import MalformedEnvelope
from waste_trace.ledger.event import parse_event, payload_hash
from waste_trace.services.deployment import Deployment
from waste_trace.services.event_request import ENVELOPE
from waste_trace.store.tables import Quarantine
from waste_trace.store.writing import insert_or_count, write_transaction


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
    row = {
        "received_at": deployment.now(),
        "channel": channel,
        "remote": _storable(remote),
        "reason": error.code,
        "zh": _storable(error.zh),
        "en": _storable(error.en),
        "sha256": digest,
        "length": len(body) if length is None else length,
        "media_type": _storable(media_type),
        "body": kept,
        "times": 1,
        **_said(body),
    }
    with write_transaction(deployment.engine) as connection:
        insert_or_count(connection, Quarantine, row, ("sha256", "reason"), "times")
    return digest


def list_quarantine(deployment: Deployment, limit: int = 200) -> Sequence[Quarantine]:
    """What was refused, newest first."""
    with Session(deployment.engine) as session:
        query = select(Quarantine).order_by(col(Quarantine.id).desc()).limit(limit)
        return list(session.scalars(query))


def _said(body: bytes) -> dict[str, object]:
    """The device and the payload that a refused event names; nothing of it has been proven."""
    try:
        envelope = quarantined_envelope(body)
        dev = parse_event(envelope.payload).dev
    except WasteTraceError:
        return {"dev": None, "payload_hash": None}
    return {"dev": dev, "payload_hash": payload_hash(envelope.payload)}


def quarantined_envelope(body: bytes) -> Envelope:
    """The envelope of a refused event, whose personal data was left out when it was kept.

    Raises:
        LedgerError: there is none in it.
    """
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedEnvelope("内容不是 JSON。", "The content is not JSON.") from error
    wrapped = isinstance(value, dict) and ENVELOPE in value
    return envelope_from_value(value[ENVELOPE] if wrapped else value)


def _storable(text: str) -> str:
    """PostgreSQL has no NUL in its texts; what was sent keeps it in ``body``."""
    return text.replace("\x00", "\ufffd")
