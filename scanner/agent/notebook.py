"""The handheld's own memory: identity, chain, queue and the newest verified checkpoint, in SQLite.

A record and the chain state that it moves are one transaction, durable before ``add`` returns: a
battery that dies loses nothing that was shown as recorded.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS memory (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS record (
    seq INTEGER PRIMARY KEY, envelope BLOB NOT NULL, state TEXT NOT NULL,
    idx INTEGER, receipt TEXT NOT NULL DEFAULT '', problem TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS disclosure (
    seq INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (seq, text)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS withdrawn (digest TEXT PRIMARY KEY) WITHOUT ROWID;
"""

WAITING, RECEIVED, REFUSED = "waiting", "received", "refused"


@dataclass(frozen=True, slots=True)
class QueuedRecord:
    """A signed event on the device: 待发 (waiting), 已收 (received) or 被拒 (refused).

    ``seq`` counts the device's records; it is the event's own number until the key is rotated.
    """

    seq: int
    envelope: bytes
    state: str
    index: int | None
    receipt: str
    problem: Mapping[str, Any]


class Notebook:
    """The file behind one handheld."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute("PRAGMA secure_delete=ON")  # personal data that was sent is really gone
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def recall(self, name: str) -> Any:
        """A remembered JSON value, or None."""
        row = self._db.execute("SELECT value FROM memory WHERE name = ?", (name,)).fetchone()
        return None if row is None else json.loads(row[0])

    def remember(self, **values: Any) -> None:
        """Remember JSON values, all or none."""
        with self._db:
            self._db.execute("BEGIN")
            self._put(**values)

    def withdraw(self, digests: Iterable[str], upto: int) -> None:
        """Learn which labels no longer count, complete up to a ledger entry."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany(
                "INSERT OR IGNORE INTO withdrawn VALUES (?)", [(digest,) for digest in digests]
            )
            self._db.execute(
                "INSERT OR REPLACE INTO memory VALUES ('withdrawn_upto', ?)", (json.dumps(upto),)
            )

    def is_withdrawn(self, digest: str) -> bool:
        """True if the label is withdrawn as far as the last sync knew."""
        found = self._db.execute("SELECT 1 FROM withdrawn WHERE digest = ?", (digest,))
        return found.fetchone() is not None

    def add(
        self, envelope: bytes, chain: Mapping[str, Any], disclosures: Iterable[str] = ()
    ) -> int:
        """Queue a signed record and move the chain, in one transaction; the record's number."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            (number,) = self._db.execute("SELECT COALESCE(MAX(seq) + 1, 0) FROM record").fetchone()
            self._db.execute(
                "INSERT INTO record (seq, envelope, state) VALUES (?, ?, ?)",
                (number, envelope, WAITING),
            )
            self._db.executemany(
                "INSERT INTO disclosure VALUES (?, ?)", [(number, text) for text in disclosures]
            )
            self._put(chain=chain)
        return int(number)

    def settle(
        self,
        seq: int,
        state: str,
        *,
        index: int | None = None,
        receipt: str = "",
        problem: Mapping[str, Any] | None = None,
        remember: Mapping[str, Any] | None = None,
    ) -> None:
        """What became of a record, and what is remembered from then on.

        Once received, its personal data is the ledger's to keep.
        """
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute(
                "UPDATE record SET state = ?, idx = ?, receipt = ?, problem = ? WHERE seq = ?",
                (state, index, receipt, json.dumps(dict(problem or {})), seq),
            )
            if state == RECEIVED:
                self._db.execute("DELETE FROM disclosure WHERE seq = ?", (seq,))
            self._put(**(remember or {}))

    def _put(self, **values: Any) -> None:
        for name, value in values.items():
            self._db.execute(
                "INSERT OR REPLACE INTO memory VALUES (?, ?)", (name, json.dumps(value))
            )

    def disclosures(self, seq: int) -> list[str]:
        """The disclosures that go with a record and have not been received."""
        rows = self._db.execute("SELECT text FROM disclosure WHERE seq = ? ORDER BY text", (seq,))
        return [text for (text,) in rows]

    def records(self, state: str | None = None) -> list[QueuedRecord]:
        """The records in the order in which they were made."""
        where = "" if state is None else "WHERE state = :state"
        rows = self._db.execute(
            f"SELECT seq, envelope, state, idx, receipt, problem FROM record {where} ORDER BY seq",  # noqa: S608 - no input in it
            {"state": state},
        )
        return [
            QueuedRecord(seq, bytes(envelope), state, index, receipt, json.loads(problem or "{}"))
            for seq, envelope, state, index, receipt, problem in rows
        ]
