"""One ledger entry as its page shows it: header, content as it was signed, hashes, signature."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.console.event_view import EventLine, event_line
from api.console.show import Named, shanghai
from waste_trace.ledger.encoding import b64
from waste_trace.ledger.event import parse_event, payload_hash
from waste_trace.ledger.leaf import parse_leaf
from waste_trace.ledger.merkle import leaf_hash

_FLAGS: Mapping[str, Named] = {
    "gap": Named("前有缺号", "gap before it"),
    "out_of_order": Named("补号", "fills a gap"),
    "prev_mismatch": Named("前链不符", "does not continue its neighbour"),
    "fork": Named("序号重复", "number used twice"),
}


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry; everything but ``line`` is read from the leaf itself, not from a table."""

    line: EventLine
    event_id: str
    key_id: str
    seq: int
    previous: str
    seen: int
    actor: str
    org: str
    site: str
    claimed: str
    logged: str
    body: str
    flags: tuple[Named, ...]
    leaf_hash: str
    payload_hash: str
    signature: str


def view_entry(row: Mapping[str, Any], sites: Mapping[str, str]) -> EntryView:
    """The view of an event's row with its leaf (as ``find_event`` gives it)."""
    data = bytes(row["leaf"])
    leaf = parse_leaf(data)
    event = parse_event(leaf.envelope.payload)
    flags = [flag for flag in row["chain_flags"].split(",") if flag]
    return EntryView(
        line=event_line(row, sites),
        event_id=event.id,
        key_id=leaf.envelope.key_id,
        seq=event.seq,
        previous=b64(event.prev),
        seen=event.seen.n,
        actor=event.act,
        org=event.org,
        site=event.site,
        claimed=shanghai(event.claimed_at),
        logged=shanghai(row["logged_at"]),
        body=json.dumps(event.body, ensure_ascii=False, indent=2, sort_keys=True),
        flags=tuple(_FLAGS.get(flag, Named(flag, flag)) for flag in flags),
        leaf_hash=b64(leaf_hash(data)),
        payload_hash=b64(payload_hash(leaf.envelope.payload)),
        signature=b64(leaf.envelope.signature),
    )
