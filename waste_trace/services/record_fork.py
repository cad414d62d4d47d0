"""A second event with a number that is taken: refused, and quoted in the ledger as evidence."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from waste_trace.ledger.dsse import Envelope
from waste_trace.ledger.event import parse_event
from waste_trace.ledger.fork_evidence import DEVICE_FORK, fork_body
from waste_trace.services.deployment import Deployment
from waste_trace.store.sequencer import Draft, Recorded
from waste_trace.store.tables import Entry, EventIndex, Finding
from waste_trace.store.writing import table_of


def record_fork(deployment: Deployment, envelope: Envelope) -> Recorded | None:
    """Write ``evidence.device_fork``, once for each number of a key; None if it is there already.

    Args:
        envelope: the second event. Its signature must have been verified, as it is before the
            sequencer answers ``DeviceFork``; the registry verifies it again.
    """
    event = parse_event(envelope.payload)

    def build(connection: Connection) -> Sequence[Draft]:
        index, entry, finding = table_of(EventIndex), table_of(Entry), table_of(Finding)
        key = f"device_fork:{event.key_id}:{event.seq}"
        known = select(finding.c.key).where(finding.c.key == key)
        if connection.execute(known).first() is not None:
            return []
        query = (
            select(index.c.idx, entry.c.payload_hash)
            .join(entry, entry.c.idx == index.c.idx)
            .where(index.c.dev == event.dev, index.c.ep == event.ep, index.c.seq == event.seq)
        )
        idx, first = connection.execute(query).one()
        body: dict[str, object] = dict(fork_body(event, envelope, idx, bytes(first)))
        return [Draft(DEVICE_FORK, body)]

    written = deployment.sequencer.compose("registrar", build)
    return written[0] if written else None
