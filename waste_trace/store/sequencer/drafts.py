"""What the ledger's own services say: drafts, which get their place and signature in the batch."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, select

from waste_trace.ledger.encoding import decode_b64url
from waste_trace.ledger.event import Event, Seen, new_event_id
from waste_trace.store.tables import Device
from waste_trace.store.tiles import Head
from waste_trace.store.writing import table_of

#: Writes what came with an event and is not in its leaf; called with the index.
Beside = Callable[[Connection, int], None]


@dataclass(frozen=True, slots=True)
class Draft:
    """What a service of the ledger wants to say; the batch gives it its place and signs it.

    ``org``, ``site``, ``act``: for whom, where, and by whom (pseudonym) it is said.
    ``claimed_at``: when it happened, where that was before now (补录); None: now.
    ``beside``: as for a submitted event.
    """

    typ: str
    body: dict[str, object]
    org: str = ""
    site: str = ""
    act: str = ""
    claimed_at: datetime | None = None
    beside: Beside | None = None


#: Reads what it needs in the batch's transaction and says what follows from it.
Build = Callable[[Connection], Sequence[Draft]]


def event_of(
    draft: Draft, author: str, ep: int, head: Head, ms: int, connection: Connection
) -> Event:
    """The draft as the next event of the service's chain.

    Args:
        head: what the batch stands on. ms: its logged time. connection: its transaction.
    """
    device = table_of(Device)
    own = (device.c.dev == author) & (device.c.ep == ep)
    row = connection.execute(select(device.c.next_seq, device.c.last_hash).where(own)).first()
    seq, last = (0, "") if row is None else (row[0], row[1])
    claimed = draft.claimed_at or datetime.fromtimestamp(ms / 1000, UTC)
    return Event(
        log=head.origin,
        typ=draft.typ,
        id=new_event_id(ms, os.urandom(10)),
        dev=author,
        ep=ep,
        seq=seq,
        prev=decode_b64url(last),
        seen=Seen(head.size, head.root) if head.size else Seen(),
        t=claimed.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        off=False,
        act=draft.act,
        org=draft.org,
        site=draft.site,
        body=draft.body,  # type: ignore[arg-type]
    )
