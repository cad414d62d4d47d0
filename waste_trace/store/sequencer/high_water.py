"""How far this ledger had come, kept outside the database: a restored old database is noticed."""

import json
import os
from pathlib import Path

from waste_trace.ledger.encoding import b64, decode_b64
from waste_trace.ledger.tiles import TileReader, TreeReader
from waste_trace.store.sequencer.outcome import LedgerRolledBack


class HighWater:
    """The file with the largest size and root that this process has committed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def raise_to(self, origin: str, size: int, root: bytes) -> None:
        """Remember a commit; durable before the call returns."""
        text = json.dumps({"origin": origin, "size": size, "root": b64(root)}, sort_keys=True)
        # Processes that share the folder must not write into each other's half-made file.
        temporary = self._path.with_suffix(f".{os.getpid()}")
        with temporary.open("w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._path)

    def check(self, origin: str, size: int, reader: TileReader) -> None:
        """Refuse a database that is behind the mark or has another history below it.

        Raises:
            LedgerRolledBack
        """
        if not self._path.exists():
            return
        mark = json.loads(self._path.read_text(encoding="ascii"))
        if mark["origin"] != origin:
            return
        if size < mark["size"]:
            raise LedgerRolledBack(
                f"数据库只有 {size} 条，而台账已签发到 {mark['size']} 条。",
                f"The database has {size} entries; the ledger had signed {mark['size']}.",
                size=size,
                signed=mark["size"],
            )
        if mark["size"] and TreeReader(reader, size).root(mark["size"]) != decode_b64(mark["root"]):
            raise LedgerRolledBack(
                f"数据库前 {mark['size']} 条与已签发的内容不同。",
                f"The first {mark['size']} entries are not those that the ledger had signed.",
                size=size,
                signed=mark["size"],
            )
