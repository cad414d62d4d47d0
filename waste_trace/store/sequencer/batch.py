"""One batch in one transaction: place, write, project, grow the tree, check, sign.

The order of the steps is the safety argument: leaves and tiles are written, read back and the root
computed again by another routine before anything is signed, and what is signed is handed out only
after the transaction has committed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import Connection, bindparam, select, update

from waste_trace.custody.vocabulary import VOCABULARY, parse_body
from waste_trace.ledger.checkpoint import Checkpoint, sign_checkpoint
from waste_trace.ledger.dsse import Envelope, sign_envelope
from waste_trace.ledger.event import (
    PAYLOAD_TYPE,
    Event,
    build_payload,
    parse_event,
    payload_hash,
)
from waste_trace.ledger.leaf import leaf_bytes
from waste_trace.ledger.merkle import leaf_hash
from waste_trace.ledger.receipt import build_receipt, build_receipts
from waste_trace.ledger.registry import KeyRegistry
from waste_trace.ledger.registry_bodies import LOG_EVENT_TYPES
from waste_trace.ledger.tiles import Grown, TreeReader, append
from waste_trace.notices.kinds import BY_CAUSE
from waste_trace.store import outbox
from waste_trace.store.key_store import KeyOf
from waste_trace.store.projector import Projector, Record
from waste_trace.store.sequencer.drafts import Beside, Build, Draft, event_of
from waste_trace.store.sequencer.outcome import DeviceFork, Recorded
from waste_trace.store.sequencer.own_keys import log_signers, service_key
from waste_trace.store.tables import CheckpointRow, Device, Entry, EventIndex, LogState, TileRow
from waste_trace.store.tiles import Head, SqlTiles, leaves, newest_checkpoint
from waste_trace.store.writing import insert_rows, table_of, upsert
from waste_trace.value import value


@value
class Submitted:
    """A verified envelope: who signed it with which key has been checked before.

    ``payload_hash``: the event's identity. ``beside``: writes what came with the event and is not
    in the leaf; called with the index.
    """

    envelope: Envelope
    event: Event
    payload_hash: bytes
    beside: Beside | None = None


@dataclass(slots=True)
class Batch:
    """The state of one transaction. Made by the sequencer's thread, used once.

    ``nodes``: what the writer knows of the tree below the head; the batch adds its own.
    """

    connection: Connection
    head: Head
    registry: KeyRegistry
    projector: Projector
    key_of: KeyOf
    now_ms: int
    nodes: dict[tuple[int, int], bytes] = field(default_factory=dict)
    _pending: list[tuple[Record, bytes]] = field(default_factory=list)
    _hashes: list[bytes] = field(default_factory=list)
    _placed: dict[bytes, tuple[int, int]] = field(default_factory=dict)
    _taken: set[tuple[str, int, int]] = field(default_factory=set)
    _told: list[int] = field(default_factory=list)
    _turned: dict[str, bool] = field(default_factory=dict)
    registry_changed: bool = False
    root: bytes = b""
    _tree: TreeReader | None = None
    _receipts: list[str] = field(default_factory=list)

    @property
    def size(self) -> int:
        """The size of the log with this batch."""
        return self.head.size + len(self._hashes)

    @property
    def ms(self) -> int:
        """The logged time of this batch: never before an earlier one."""
        return max(self.now_ms, self.head.ms_last)

    def ahead(self, items: Sequence[Submitted]) -> None:
        """Look up at once which payloads and sequence numbers are in the log already.

        A number that its device has not reached is not there, and neither is a payload that has it.
        """
        devices = {"devices": list({item.event.dev for item in items})}
        rows = self.connection.execute(_REACHED, devices)
        reached = {(dev, ep): next_seq for dev, ep, next_seq in rows}
        old: list[bytes] = []
        numbers: dict[tuple[str, int], list[int]] = {}
        for item in items:
            key, seq = (item.event.dev, item.event.ep), item.event.seq
            if seq < reached.get(key, seq + 1):
                old.append(item.payload_hash)
                numbers.setdefault(key, []).append(seq)
        if not old:
            return
        for digest, idx, logged in self.connection.execute(_PLACED, {"hashes": old}):
            self._placed[bytes(digest)] = (idx, round(logged.timestamp() * 1000))
        for (dev, ep), seqs in numbers.items():
            taken = self.connection.execute(_TAKEN, {"dev": dev, "ep": ep, "seqs": seqs})
            self._taken.update((dev, ep, seq) for (seq,) in taken)

    def place(self, item: Submitted) -> tuple[int, int, bool]:
        """Give an event its index; (index, logged ms, was it there before).

        Raises:
            DeviceFork: the device's sequence number is taken by another payload.
            LedgerError: the key stopped counting since it was checked.
        """
        digest = item.payload_hash
        placed = self._placed.get(digest)
        if placed is not None:
            self._keep_beside(item, placed[0])
            return (*placed, True)
        event = item.event
        if (event.dev, event.ep, event.seq) in self._taken:
            raise DeviceFork(
                f"设备 {event.key_id} 的第 {event.seq} 号记录已存在，内容不同。",
                f"Record {event.seq} of {event.key_id} exists already, with other content.",
                dev=event.dev,
                ep=event.ep,
                seq=event.seq,
            )
        self.registry.authorise(event)
        fresh = self._put(item.envelope, event, digest)
        self._keep_beside(item, fresh[0])
        return (*fresh, False)

    def compose(self, author: str, build: Build) -> list[tuple[int, int]]:
        """Write what a service says, with its chain continued inside this transaction.

        Raises:
            CustodyError: a body is not that of its verb; devices' events come checked.
        """
        self.flush()
        placed: list[tuple[int, int]] = []
        for draft in build(self.connection):
            if draft.typ in VOCABULARY:
                parse_body(draft.typ, draft.body)
            ep = self.registry.epochs.get(author, 0)
            key = service_key(self.registry, author, ep, self.key_of)
            said = event_of(draft, author, ep, self.head, self.ms, self.connection)
            envelope = sign_envelope(build_payload(said), PAYLOAD_TYPE, said.key_id, key)
            event = parse_event(envelope.payload)
            placed.append(self._put(envelope, event, payload_hash(envelope.payload)))
            self._keep_beside(draft, placed[-1][0])
            self.flush()
        return placed

    def flush(self) -> None:
        """Write and project what was placed, so that later steps of this batch see it."""
        pending, self._pending = self._pending, []
        if not pending:
            return
        insert_rows(
            self.connection,
            Entry,
            [
                {"idx": record.idx, "leaf": leaf, "payload_hash": record.payload_hash}
                for record, leaf in pending
            ],
        )
        records = [record for record, _ in pending]
        self._turned |= self.projector.apply(self.connection, records)
        for record in records:
            ask_for_work(self.connection, record)
            if record.event.typ in BY_CAUSE:
                self._told.append(record.idx)

    def seal(self) -> str:
        """Grow the tree, check it from the database, sign; the checkpoint note to hand out."""
        self.flush()
        if not self._hashes:
            return newest_checkpoint(self.connection) or ""
        self._ask_to_tell()
        grown = append(self.head.size, SqlTiles(self.connection), self._hashes)
        upsert(
            self.connection,
            TileRow,
            [
                {"level": tile.level, "n": tile.index, "width": tile.width, "data": tile.data}
                for tile in grown.tiles
            ],
        )
        self._check_again(grown)
        checkpoint = Checkpoint(self.head.origin, grown.size, grown.root)
        signers = log_signers(self.registry, self.head.size, self.key_of)
        note = sign_checkpoint(checkpoint, *signers)
        insert_rows(
            self.connection, CheckpointRow, [{"size": grown.size, "note": note, "ms": self.ms}]
        )
        self._move_head(grown.size, grown.root)
        self.root = grown.root
        return note

    def receipts(self, note: str, places: Sequence[tuple[int, int, bool]]) -> list[Recorded]:
        """Inclusion receipts under ``note`` for placed events."""
        return [
            Recorded(index, ms, self._receipt(note, index, ms), duplicate)
            for index, ms, duplicate in places
        ]

    def _receipt(self, note: str, index: int, ms: int) -> str:
        if self._tree is None:
            self._tree = TreeReader(SqlTiles(self.connection), self.size, self.nodes)
        first = self.head.size
        if index < first:  # it was in the log before this batch
            return build_receipt(index, ms, self._tree.inclusion(index), note)
        if not self._receipts:
            read = self._tree.node
            self._receipts = build_receipts(first, self.size, self.ms, self.size, read, note)
        return self._receipts[index - first]

    def _ask_to_tell(self) -> None:
        """One job for all that people have to hear of this batch."""
        if self._told or self._turned:
            news = {"idx": self.size - 1, "events": self._told, "findings": self._turned}
            at = datetime.fromtimestamp(self.ms / 1000, UTC)
            outbox.ask(self.connection, "tell_batch", news, at)

    def _put(self, envelope: Envelope, event: Event, digest: bytes) -> tuple[int, int]:
        index, ms = self.size, self.ms
        leaf = leaf_bytes(envelope, ms)
        self.registry.apply(index, event)
        self.registry_changed |= event.typ in LOG_EVENT_TYPES
        self._pending.append((Record(index, ms, event, digest), leaf))
        self._hashes.append(leaf_hash(leaf))
        self._placed[digest] = (index, ms)
        self._taken.add((event.dev, event.ep, event.seq))
        return index, ms

    def _keep_beside(self, item: Submitted | Draft, index: int) -> None:
        if item.beside is not None:
            item.beside(self.connection, index)

    def _check_again(self, grown: Grown) -> None:
        """What stands in the database must give the root that we are about to sign.

        A flipped bit between memory and disk that is signed first ends a log (it has happened to
        public ones); read back and recomputed by another routine, it ends only this batch.
        """
        written = leaves(self.connection, self.head.size, grown.size)
        tiles = SqlTiles(self.connection)
        again = self._tree = TreeReader(tiles, grown.size, self.nodes)
        if [leaf_hash(leaf) for leaf in written] != self._hashes or again.root() != grown.root:
            raise RuntimeError("the batch read back from the database is not what was written")
        nodes = [again.node(0, self.head.size + offset) for offset in range(len(self._hashes))]
        same = all(tiles.read(one.level, one.index, one.width) == one.data for one in grown.tiles)
        if nodes != self._hashes or not same:
            raise RuntimeError("a tile read back from the database is not what was written")

    def _move_head(self, size: int, root: bytes) -> None:
        expected = {"was": self.head.size, "in_epoch": self.head.epoch}
        now = {"size": size, "root": root, "ms_last": self.ms}
        moved = self.connection.execute(_MOVE, {**expected, **now})
        if moved.rowcount != 1:
            raise RuntimeError("another writer moved the head of the log")


_head = table_of(LogState)
#: Move the head on, if it is where this batch has found it.
_MOVE = update(_head).where(
    _head.c.id == 1, _head.c.size == bindparam("was"), _head.c.epoch == bindparam("in_epoch")
)
_entry, _index = table_of(Entry), table_of(EventIndex)
_device = table_of(Device)
#: The number that comes after the highest of each device key.
_REACHED = select(_device.c.dev, _device.c.ep, _device.c.next_seq).where(
    _device.c.dev.in_(bindparam("devices", expanding=True))
)
#: Payloads that are in the log, by hash.
_PLACED = (
    select(_entry.c.payload_hash, _entry.c.idx, _index.c.logged_at)
    .join(_index, _index.c.idx == _entry.c.idx)
    .where(_entry.c.payload_hash.in_(bindparam("hashes", expanding=True)))
)
#: Sequence numbers of a device that are in the log.
_TAKEN = select(_index.c.seq).where(
    _index.c.dev == bindparam("dev"),
    _index.c.ep == bindparam("ep"),
    _index.c.seq.in_(bindparam("seqs", expanding=True)),
)


def ask_for_work(connection: Connection, record: Record) -> None:
    """The background work that a fact asks for, in the fact's own transaction."""
    if record.event.typ == "capture_frame":
        outbox.ask(connection, "verify_frame", {"capture": record.idx}, record.logged_at)
