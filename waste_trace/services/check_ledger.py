"""Check the living ledger where it stands: database, tiles, checkpoints, high-water mark.

Opens nothing that writes, so it also runs on a database that the product refuses to open. How far
it came stands in the data folder; the next check starts there, and proves that it still may.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, not_, select

from waste_trace.ledger.checkpoint import Checkpoint
from waste_trace.ledger.encoding import b64, decode_b64
from waste_trace.ledger.errors import LedgerError, MalformedKey
from waste_trace.ledger.leaf import parse_leaf
from waste_trace.ledger.log_keys import LogKeys
from waste_trace.ledger.merkle import EMPTY_ROOT
from waste_trace.ledger.note import log_vkey
from waste_trace.ledger.policy import Policy
from waste_trace.ledger.tiles import HASH_BYTES, TILE_HEIGHT, TILE_WIDTH, TreeReader
from waste_trace.ledger.verify_events import CHECKS
from waste_trace.ledger.verify_result import (
    Finding,
    Notice,
    Problem,
    Report,
    Verdict,
    problem_of,
)
from waste_trace.ledger.vkey import VerifierKey
from waste_trace.services.check_cosignatures import check_cosignatures
from waste_trace.services.check_entries import EntryPass, Progress, wrong
from waste_trace.services.check_signers import LogSigners
from waste_trace.services.ledger_snapshot import require_head, snapshot_of
from waste_trace.services.witness_alarm import read_alarm
from waste_trace.services.witness_claims import read_claims
from waste_trace.services.witness_policy import UnusablePolicy, read_policy
from waste_trace.settings import Settings
from waste_trace.store.engine import open_engine
from waste_trace.store.key_store import KeyStore, open_key_store
from waste_trace.store.sequencer import LedgerRolledBack
from waste_trace.store.sequencer.high_water import HighWater
from waste_trace.store.sequencer.known_keys import KnownKeys
from waste_trace.store.sequencer.mark_file import MarkUnreadable
from waste_trace.store.tables import CheckpointRow, Entry, EventIndex, TileRow
from waste_trace.store.tiles import SqlTiles
from waste_trace.store.writing import table_of

STATE_FILE = "ledger-check.json"


@dataclass(frozen=True, slots=True)
class _Reached:
    """How far an earlier check came."""

    origin: str
    size: int
    root: bytes


def check_ledger(
    settings: Settings, *, full: bool = False, progress: Progress = lambda done, total: None
) -> Report:
    """Check what is new since the last check, or with ``full`` everything, with signatures.

    The report's verdict: proven; tampered, with the first bad index; incomplete where there is
    nothing to check (no ledger, or not its keys).
    """
    report = Report(keys="this ledger's own")
    report.plan("checkpoint", "high-water", "entries", "tiles", "root", "event_index")
    report.plan(*(CHECKS if full else ()), "checkpoints", "cosignatures")
    there = settings.key_store or (settings.data_dir / "keys").is_dir()  # looking makes nothing
    keys = open_key_store(settings) if there else None
    if keys is None or not (keys.has("log") and keys.has("registrar")):
        zh = f"数据文件夹 {settings.data_dir} 中没有台账密钥。"
        en = f"There are no keys of a ledger in the data folder {settings.data_dir}."
        report.conclude(Problem("checkpoint", zh, en), Verdict.INCOMPLETE)
        return report
    engine = open_engine(settings.database)
    try:
        with snapshot_of(engine) as connection:
            _Check(settings, keys, connection, report, full).run(progress)
    except Finding as finding:
        report.conclude(finding.problem, finding.verdict)
    except LedgerError as error:  # a tile is too short to be read at all
        report.conclude(problem_of("tiles", error), Verdict.TAMPERED)
    finally:
        engine.dispose()
    return report


class _Check:
    """The checks in their order over one snapshot."""

    def __init__(
        self,
        settings: Settings,
        keys: KeyStore,
        connection: Connection,
        report: Report,
        full: bool,
    ) -> None:
        head = require_head(connection)
        self._folder = settings.data_dir
        self._witness_policy = settings.witness_policy
        self._connection = connection
        self._report = report
        self._full = full
        self._head = head
        try:
            self._signers = LogSigners.of(keys, head.origin)
            self._registrar = log_vkey(f"{head.origin}/registrar", keys.key("registrar"))
        except MalformedKey as error:
            raise wrong("checkpoint", head.size, error.zh, error.en) from error

    def run(self, progress: Progress) -> None:
        """Check, and keep how far it came; raises the first `Finding`."""
        head, report = self._head, self._report
        report.size, report.root = head.size, head.root
        reached = _Reached(head.origin, 0, EMPTY_ROOT) if self._full else self._reached()
        suspicion = self._continues(reached)
        if suspicion is not None:
            reached = _Reached(head.origin, 0, EMPTY_ROOT)  # to name the entry, all is read again
        self._check_head()
        registrar: VerifierKey | None = self._registrar if self._full else None
        claimed = Checkpoint(head.origin, head.size, head.root)
        root = EntryPass(
            self._connection, claimed, reached.size, reached.root, report, registrar
        ).run(progress)
        report.passed("entries", f"{head.size - reached.size} entries, from {reached.size} on")
        report.passed("tiles", "every tile is the one that the entries lead to")
        self._check_checkpoints(reached.size, root, self._changes())
        check_cosignatures(self._connection, self._policy(), reached.size, report)
        self._check_counts()
        if suspicion is not None:
            raise suspicion
        self._check_marks()
        self._keep(_Reached(head.origin, head.size, head.root))

    def _reached(self) -> _Reached:
        try:
            value = json.loads((self._folder / STATE_FILE).read_text(encoding="ascii"))
            found = _Reached(value["origin"], int(value["size"]), decode_b64(value["root"]))
        except FileNotFoundError:
            found = _Reached(self._head.origin, 0, EMPTY_ROOT)
        except (ValueError, KeyError, TypeError):
            zh = f"{STATE_FILE} 无法读取，改为从第 0 条起核对。"
            en = f"{STATE_FILE} cannot be read; everything is checked from entry 0 on."
            self._report.warn(Notice("state", zh, en))
            found = _Reached(self._head.origin, 0, EMPTY_ROOT)
        return found if found.origin == self._head.origin else _Reached("", 0, EMPTY_ROOT)

    def _continues(self, reached: _Reached) -> Finding | None:
        """What is wrong if the tree does not continue the one of the last check."""
        size = reached.size
        if size > self._head.size:
            zh = f"上次核对到 {size} 条，现在只有 {self._head.size} 条。"
            en = f"The last check reached {size} entries; there are {self._head.size} now."
            return wrong("high-water", self._head.size, zh, en)
        try:
            root = self._tree().root(size) if size else EMPTY_ROOT
        except LedgerError:
            root = b""
        if root != reached.root:
            zh = f"前 {size} 条与上次核对时不同：历史已被改写。"
            en = f"The first {size} entries are not those of the last check: history was rewritten."
            return wrong("root", None, zh, en)
        return None

    def _check_head(self) -> None:
        table, head = table_of(CheckpointRow), self._head
        row = self._connection.execute(select(table).order_by(table.c.size.desc()).limit(1)).first()
        if row is None or row.size != head.size:
            zh = "最新检查点与台账条目数不符。"
            en = f"The newest checkpoint is not of the ledger's size {head.size}."
            raise wrong("checkpoint", head.size, zh, en)
        self._signers.open(row.size, row.note)
        if row.ms != head.ms_last:
            zh, en = "台账头部记录的时间不符。", "The time in the head of the log is another one."
            raise wrong("checkpoint", head.size, zh, en)
        self._report.passed("checkpoint", f"{head.size} entries, signed by the log")

    def _changes(self) -> LogKeys:
        """At which leaves the log's key was changed; the entries have been checked before."""
        return KnownKeys(self._registrar, self._head.origin).refresh(self._connection).log_keys

    def _check_checkpoints(self, start: int, root: bytes, changes: LogKeys) -> None:
        """Every checkpoint from ``start`` on: signed with the keys that this server has for its
        size, and of the tree that the entries lead to.

        The first that is not names the entries between which history changed.
        """
        table, entry = table_of(CheckpointRow), table_of(Entry)
        tree, good = self._tree(), start
        rows = self._connection.execute(
            select(table.c.size, table.c.note, table.c.ms, entry.c.leaf)
            .outerjoin(entry, entry.c.idx == table.c.size - 1)
            .where((table.c.size > start) | (table.c.size < 1))
            .order_by(table.c.size)
        )
        count = 0
        for size, note, ms, leaf in rows:
            signed = self._signers.open(size, note, self._signers.between(changes, good, size))
            if leaf is None or parse_leaf(bytes(leaf)).ms != ms:
                zh = f"大小为 {size} 的检查点的时间不是其最后一条的入账时间。"
                en = f"Checkpoint {size} is not of the time at which its last entry was logged."
                raise wrong("checkpoint", size, zh, en)
            if signed.root != (root if size == self._head.size else tree.root(size)):
                zh = f"第 {good} 至 {size - 1} 条之间的内容已不是签名时的内容。"
                en = f"Between entry {good} and {size - 1} the ledger is not what was signed."
                raise wrong("root", good, zh, en)
            good, count = size, count + 1
        if root != self._head.root:
            zh, en = "台账头部记录的树根不符。", "The root in the head of the log is another one."
            raise wrong("root", self._head.size - 1, zh, en)
        self._report.passed("root", "the entries lead to the signed root")
        self._report.passed("checkpoints", f"{count} checkpoints are signed and of this history")

    def _check_counts(self) -> None:
        """Nothing beside the tree: no entry, index row or tile too many."""
        for name, table in (("entries", table_of(Entry)), ("event_index", table_of(EventIndex))):
            count, last = self._connection.execute(
                select(func.count(), func.max(table.c.idx))
            ).one()
            if (count, last) != (self._head.size, self._head.size - 1):
                zh = f"{table.name} 有 {count} 行，台账为 {self._head.size} 条。"
                en = f"{table.name} has {count} rows; the ledger has {self._head.size} entries."
                raise wrong(name, min(count, self._head.size), zh, en)
        self._report.passed("event_index", "as many rows as entries, and each says the same")
        self._check_tile_rows()

    def _check_tile_rows(self) -> None:
        """Those that the tree needs have been compared; there are no others, and none is longer."""
        tile, size, needed = table_of(TileRow), self._head.size, 0
        while size:
            needed += -(-size // TILE_WIDTH)
            size >>= TILE_HEIGHT
        count = self._connection.execute(select(func.count()).select_from(tile)).scalar_one()
        if count != needed:
            zh = f"有 {count} 个分片，应为 {needed} 个。"
            en = f"There are {count} tiles; the tree has {needed}."
            raise wrong("tiles", self._head.size, zh, en)
        length = func.length(tile.c.data)
        wide = (length // HASH_BYTES == tile.c.width) & (length % HASH_BYTES == 0)
        odd = select(tile).where(not_(wide)).limit(1)
        row = self._connection.execute(odd).first()
        if row is not None:
            index = row.n * TILE_WIDTH << (TILE_HEIGHT * row.level)
            zh = f"第 {row.level} 层第 {row.n} 号分片的宽度不符。"
            en = f"Tile {row.n} of level {row.level} is not as wide as it says."
            raise wrong("tiles", index, zh, en)

    def _check_marks(self) -> None:
        try:
            HighWater(self._folder / "high-water").check(self._head, SqlTiles(self._connection))
        except LedgerRolledBack as error:
            raise wrong("high-water", self._head.size, error.zh, error.en) from error
        except MarkUnreadable as error:
            raise wrong("high-water", None, error.zh, error.en) from error
        for name, claim in read_claims(self._folder, self._head.origin).items():
            zh, en = f"{claim.at} {name}：{claim.zh}", f"{claim.at} {name}: {claim.en}"
            self._report.warn(Notice("witnesses", zh, en))
        alarm = read_alarm(self._folder, self._head.origin)
        if alarm is not None:
            raise wrong("high-water", None, alarm.zh, alarm.en)
        self._report.passed("high-water", "the database is not behind what was signed")

    def _policy(self) -> Policy:
        """The witnesses of the settings; a file that is unusable is a warning here."""
        try:
            return read_policy(self._witness_policy, self._signers.own[::-1])
        except UnusablePolicy as error:
            self._report.warn(Notice("cosignatures", error.zh, error.en))
            return read_policy("", self._signers.own[::-1])

    def _tree(self) -> TreeReader:
        return TreeReader(SqlTiles(self._connection), self._head.size)

    def _keep(self, reached: _Reached) -> None:
        value = {"origin": reached.origin, "size": reached.size, "root": b64(reached.root)}
        _write(self._folder / STATE_FILE, json.dumps(value, sort_keys=True) + "\n")


def _write(place: Path, text: str) -> None:
    temporary = place.with_name(place.name + ".new")
    with temporary.open("w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(place)
