"""The chains of the devices: each read once and written once a batch, as ``Rows`` does."""

import json

from waste_trace.ledger.device_chain import DeviceChain
from waste_trace.ledger.encoding import b64url
from waste_trace.store.projector.record import Record
from waste_trace.store.rows import Rows
from waste_trace.store.tables import Device


class Chains:
    """Chain states by device key, moved on event by event."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._known: dict[tuple[str, int], DeviceChain] = {}
        self._newest: dict[tuple[str, int], Record] = {}
        self._last: dict[tuple[str, int], Record] = {}

    def accept(self, record: Record) -> tuple[list[str], DeviceChain]:
        """Place an event in its chain: what is remarkable, and the chain with it.

        Raises:
            LookupError: no leaf enrols the key.
        """
        event = record.event
        key = (event.dev, event.ep)
        chain = self._known.get(key)
        if chain is None:
            row = self._rows.get(Device, *key)
            if row is None:
                raise LookupError(
                    f"event {record.idx} is signed by {event.key_id}, which no leaf enrols"
                )
            chain = self._known[key] = DeviceChain.from_value(json.loads(row["chain"]))
        flags = [flag.value for flag in chain.accept(event, record.payload_hash)]
        self._last[key] = record
        if event.seq == chain.head:
            self._newest[key] = record
        return flags, chain

    def flush(self) -> None:
        """Put the rows of the devices that have spoken."""
        for key, last in self._last.items():
            chain, newest = self._known[key], self._newest.get(key)
            row = self._rows.get(Device, *key) or {}
            self._rows.put(
                Device,
                {
                    **row,
                    "chain": json.dumps(chain.to_value(), sort_keys=True),
                    "next_seq": chain.head + 1,
                    "last_hash": b64url(newest.payload_hash) if newest else row["last_hash"],
                    "last_seen_at": last.logged_at,
                },
            )
        self._last.clear()
        self._newest.clear()
