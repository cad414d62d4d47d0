"""What a witness remembers: for each log the newest checkpoint that it cosigned, on the disk.

One SQLite file. Looking and remembering are one transaction that holds the write lock, so two
requests, threads or processes cannot both continue from the same size.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from waste_trace.ledger.witness import Cosigned

MAX_EVIDENCE = 1000

_TABLES = (
    "CREATE TABLE IF NOT EXISTS newest (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, "
    "root BLOB NOT NULL, note TEXT NOT NULL) STRICT",
    "CREATE TABLE IF NOT EXISTS evidence (id INTEGER PRIMARY KEY, origin TEXT NOT NULL, "
    "unix_seconds INTEGER NOT NULL, reason TEXT NOT NULL, known TEXT NOT NULL, "
    "request BLOB NOT NULL) STRICT",
)


class LogStates:
    """The file; each call opens it anew, so any thread may call."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(self._open()) as connection:
            for table in _TABLES:
                connection.execute(table)

    @contextmanager
    def locked(self) -> Iterator["Locked"]:
        """The states under the write lock; durable when the block ends, unchanged if it raises."""
        with closing(self._open()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield Locked(connection)
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def note(self, origin: str) -> str | None:
        """The newest checkpoint of a log, with this witness's line; None if there is none."""
        with closing(self._open()) as connection:
            row = connection.execute(
                "SELECT note FROM newest WHERE origin = ?", (origin,)
            ).fetchone()
        return None if row is None else str(row[0])

    def keep_evidence(self, origin: str, unix_seconds: int, reason: str, request: bytes) -> None:
        """Keep a request that shows what its log should not have signed; the first ones count."""
        with self.locked() as states:
            states.keep_evidence(origin, unix_seconds, reason, request)

    def evidence(self, origin: str) -> list[tuple[str, str, bytes]]:
        """(reason, the checkpoint known then, the request) of every kept request."""
        with closing(self._open()) as connection:
            rows = connection.execute(
                "SELECT reason, known, request FROM evidence WHERE origin = ? ORDER BY id",
                (origin,),
            ).fetchall()
        return [(str(reason), str(known), bytes(request)) for reason, known, request in rows]

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=10, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        # A cosignature that was handed out must survive the loss of power.
        connection.execute("PRAGMA synchronous = FULL")
        return connection


class Locked:
    """The states within one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def newest(self, origin: str) -> Cosigned:
        """The newest cosigned size and root; the empty tree if there is none."""
        row = self._connection.execute(
            "SELECT size, root FROM newest WHERE origin = ?", (origin,)
        ).fetchone()
        return Cosigned() if row is None else Cosigned(int(row[0]), bytes(row[1]))

    def remember(self, origin: str, newest: Cosigned, note: str) -> None:
        """Replace what is known of a log."""
        self._connection.execute(
            "INSERT INTO newest VALUES (?, ?, ?, ?) ON CONFLICT (origin) DO UPDATE SET "
            "size = excluded.size, root = excluded.root, note = excluded.note",
            (origin, newest.size, newest.root, note),
        )

    def keep_evidence(self, origin: str, unix_seconds: int, reason: str, request: bytes) -> None:
        """As `LogStates.keep_evidence`."""
        self._connection.execute(
            "INSERT INTO evidence (origin, unix_seconds, reason, known, request) "
            "SELECT ?, ?, ?, coalesce((SELECT note FROM newest WHERE origin = ?), ''), ? "
            "WHERE (SELECT count(*) FROM evidence WHERE origin = ?) < ?",
            (origin, unix_seconds, reason, origin, request, origin, MAX_EVIDENCE),
        )
