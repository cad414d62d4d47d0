"""How far this ledger had come, kept outside the database: a database that went back is noticed.

A file remembers it between runs (an old backup was restored), and this process remembers it while
it runs (the server under it failed over to a copy that was behind).
"""

from pathlib import Path

from waste_trace.ledger.tiles import TileReader, TreeReader
from waste_trace.store.sequencer.mark_file import Mark, MarkFile
from waste_trace.store.sequencer.outcome import LedgerRolledBack
from waste_trace.store.tiles import Head


class HighWater:
    """The file with the largest size and root that processes with this folder have committed."""

    def __init__(self, path: Path) -> None:
        self._file = MarkFile(path)
        self._own: Mark | None = None

    def raise_to(self, origin: str, size: int, root: bytes) -> None:
        """Remember a commit; durable before the call returns. A higher mark stays."""
        mark = Mark(origin, size, root)
        if mark == self._own:
            return
        with self._file.locked():
            there = self._file.read()
            if there is None or there.origin != origin or there.size < size:
                self._file.write(mark)
        self._own = mark

    def check(self, head: Head, reader: TileReader) -> None:
        """Refuse a database that is behind the file's mark or has another history below it.

        Raises:
            LedgerRolledBack
        """
        mark = self._file.read()
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
        mark = self._file.read()
        return None if mark is None or mark.origin != origin else (mark.size, mark.root)

    def close(self) -> None:
        """Let go of the file; it opens again when it is needed."""
        self._file.close()


def _require(mark: Mark, head: Head, reader: TileReader) -> None:
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
