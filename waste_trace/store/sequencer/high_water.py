"""How far this ledger had come, kept outside the database: a database that went back is noticed.

A file remembers it between runs (an old backup was restored), and this process remembers it while
it runs (the server under it failed over to a copy that was behind).
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from waste_trace.ledger.encoding import b64, decode_b64
from waste_trace.ledger.tiles import TileReader, TreeReader
from waste_trace.store.sequencer.outcome import LedgerRolledBack
from waste_trace.store.tiles import Head


@dataclass(frozen=True, slots=True)
class _Mark:
    origin: str
    size: int
    root: bytes


class HighWater:
    """The file with the largest size and root that processes with this folder have committed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._own: _Mark | None = None

    def raise_to(self, origin: str, size: int, root: bytes) -> None:
        """Remember a commit; durable before the call returns. A higher mark stays."""
        mark = _Mark(origin, size, root)
        if mark == self._own:
            return
        with self._locked():
            there = self._read()
            if there is None or there.origin != origin or there.size < size:
                self._write(mark)
        self._own = mark

    def check(self, head: Head, reader: TileReader) -> None:
        """Refuse a database that is behind the file's mark or has another history below it.

        Raises:
            LedgerRolledBack
        """
        mark = self._read()
        if mark is not None:
            _require(mark, head, reader)

    def follow(self, head: Head, reader: TileReader) -> None:
        """``check`` against what this process itself has committed; costs nothing if it is that.

        Raises:
            LedgerRolledBack
        """
        if self._own is not None and (head.size, head.root) != (self._own.size, self._own.root):
            _require(self._own, head, reader)

    def reached(self, origin: str) -> tuple[int, bytes] | None:
        """Size and root of the mark, if there is one of that ledger."""
        mark = self._read()
        return None if mark is None or mark.origin != origin else (mark.size, mark.root)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Processes that share the folder take turns, or one would lower the other's mark."""
        with self._path.with_suffix(".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _read(self) -> _Mark | None:
        if not self._path.exists():
            return None
        value = json.loads(self._path.read_text(encoding="ascii"))
        return _Mark(value["origin"], value["size"], decode_b64(value["root"]))

    def _write(self, mark: _Mark) -> None:
        value = {"origin": mark.origin, "size": mark.size, "root": b64(mark.root)}
        temporary = self._path.with_suffix(".new")
        with temporary.open("w", encoding="ascii") as file:
            file.write(json.dumps(value, sort_keys=True))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # or a power cut could bring the old name back
        finally:
            os.close(folder)


def _require(mark: _Mark, head: Head, reader: TileReader) -> None:
    if mark.origin != head.origin:
        return
    if head.size < mark.size:
        raise LedgerRolledBack(
            f"数据库只有 {head.size} 条，而台账已签发到 {mark.size} 条。",
            f"The database has {head.size} entries; the ledger had signed {mark.size}.",
            size=head.size,
            signed=mark.size,
        )
    if mark.size and TreeReader(reader, head.size).root(mark.size) != mark.root:
        raise LedgerRolledBack(
            f"数据库前 {mark.size} 条与已签发的内容不同。",
            f"The first {mark.size} entries are not those that the ledger had signed.",
            size=head.size,
            signed=mark.size,
        )
