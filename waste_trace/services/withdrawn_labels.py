"""Labels that no longer count, for devices to carry: replaced rotations and void codes.

Anybody may fetch the list, so it names no container: each label is a digest that only who has the
label in hand can compute.
"""

import json
from dataclasses import dataclass

from sqlalchemy import select

from waste_trace.codes.label_token import withdrawal_digest
from waste_trace.services.deployment import Deployment
from waste_trace.store.tables import EventIndex
from waste_trace.store.tiles import read_head
from waste_trace.store.writing import table_of

MOST_EVENTS = 2000


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Digests of withdrawn labels, complete up to the entry ``upto``."""

    upto: int
    digests: tuple[str, ...]


def withdrawn_labels(deployment: Deployment, since: int = -1) -> Withdrawn:
    """What was withdrawn by the entries after ``since``; ask again from ``upto`` for the rest."""
    table = table_of(EventIndex)
    query = (
        select(table.c.idx, table.c.typ, table.c.body)
        .where(table.c.idx > since, table.c.typ.in_(("reissue", "void_label")))
        .order_by(table.c.idx)
        .limit(MOST_EVENTS)
    )
    with deployment.engine.connect() as connection:
        rows = connection.execute(query).all()
        head = read_head(connection)
    upto = rows[-1].idx if len(rows) == MOST_EVENTS else (head.size - 1 if head else -1)
    digests: list[str] = []
    for _, typ, text in rows:
        body = json.loads(text)
        # A code that was never bound has its first label only.
        rotations = range(body["rotation"]) if typ == "reissue" else range(1)
        digests += [withdrawal_digest(c, r) for c in body["containers"] for r in rotations]
    return Withdrawn(upto, tuple(dict.fromkeys(digests)))
