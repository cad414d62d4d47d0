"""A mirror's copy on the disk: a C2SP folder (checkpoint, tile/...) that is replaced step by step.

What was fetched stands under ``incoming`` until it is verified. The checkpoint is written last, so
a step that was cut short leaves the older copy whole.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from waste_trace.durable_names import flush_names
from waste_trace.ledger.bundle_layout import CHECKPOINT, PINNED, handover_epoch, pinned_path
from waste_trace.ledger.errors import IncompleteBundle
from waste_trace.ledger.merkle import EMPTY_ROOT
from waste_trace.ledger.tiles import (
    HASH_BYTES,
    TILE_HEIGHT,
    TILE_WIDTH,
    append,
    entries_path,
    level_tiles,
    split_entries,
    tile_path,
)

INCOMING = "incoming"
ALARM = "ALARM.txt"


class MirrorFolder:
    """Files below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.incoming = root / INCOMING
        self.discard()

    def checkpoint(self) -> str | None:
        """The note up to which the copy is complete and verified; None for a new mirror."""
        place = self.root / CHECKPOINT
        return place.read_text(encoding="utf-8") if place.exists() else None

    def alarm(self) -> str | None:
        """What an earlier step found against the log, until a person takes the file away."""
        place = self.root / ALARM
        return place.read_text(encoding="utf-8") if place.exists() else None

    def raise_alarm(self, text: str) -> Path:
        """Keep the evidence; the first alarm stays."""
        place = self.root / ALARM
        if not place.exists():
            _write_durable(place, text.encode())
        return place

    def discard(self) -> None:
        """Throw away what was received and not accepted."""
        shutil.rmtree(self.incoming, ignore_errors=True)
        self.incoming.mkdir(parents=True)

    def receive(self, path: str, data: bytes) -> None:
        """Keep a file that is not verified yet."""
        place = self.incoming / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)

    def accept(self, note: str, old_size: int, new_size: int, day: str) -> None:
        """What was received is verified: put it in its place, pin the checkpoint of the day."""
        for source in sorted(self.incoming.rglob("*")):
            if source.is_file():
                target = self.root / source.relative_to(self.incoming)
                target.parent.mkdir(parents=True, exist_ok=True)
                source.replace(target)
        os.sync()  # the checkpoint must not reach the disk before what it speaks of
        self.refresh(note, day)
        for path in _outgrown(old_size, new_size):
            (self.root / path).unlink(missing_ok=True)

    def refresh(self, note: str, day: str) -> None:
        """Write the checkpoint and the day's pin; ``day``: YYYY-MM-DD."""
        for name in (pinned_path(day), CHECKPOINT):
            place = self.root / name
            place.parent.mkdir(exist_ok=True)
            _write_durable(place, note.encode())

    def pinned(self) -> dict[str, str]:
        """The pinned checkpoints by day."""
        files = sorted((self.root / PINNED).glob("*.checkpoint"))
        return {file.stem: file.read_text(encoding="utf-8") for file in files}

    def handovers(self) -> dict[int, str]:
        """The checkpoints that hand over from one key of the log to the next, by epoch."""
        files = (self.root / "log-keys").glob("*.checkpoint")
        found = {handover_epoch(file.relative_to(self.root).as_posix()): file for file in files}
        return {ep: file.read_text(encoding="utf-8") for ep, file in found.items() if ep}

    def keep(self, path: str, data: bytes) -> None:
        """Keep a file that is verified and stays as it is."""
        place = self.root / path
        place.parent.mkdir(exist_ok=True)
        _write_durable(place, data)

    def find(self, path: str) -> bytes:
        """A file, received or accepted; IncompleteBundle if there is neither."""
        for place in (self.incoming / path, self.root / path):
            if place.exists():
                return place.read_bytes()
        raise IncompleteBundle(f"缺少文件 {path}。", f"The file {path} is missing.", path=path)


class GrowingCopy:
    """The tree of a mirror: a ``TileReader``, and a source of entries, at its present size.

    The unfinished tile of each level is held in memory; finished ones are files.
    """

    def __init__(self, folder: MirrorFolder, size: int, root: bytes = EMPTY_ROOT) -> None:
        self._folder = folder
        self._edges: dict[int, bytes] = {}
        self.go_back(size, root)

    def go_back(self, size: int, root: bytes) -> None:
        """Be the tree of this size, of which the folder has every tile."""
        self.size, self.root = size, root
        self._edges.clear()
        level = 0
        while size >> (TILE_HEIGHT * level):
            index, width = divmod(size >> (TILE_HEIGHT * level), TILE_WIDTH)
            if width:
                self._edges[level] = self._folder.find(tile_path(level, index, width))
            level += 1

    def read(self, level: int, index: int, width: int) -> bytes:
        """A tile of the tree as it is now."""
        if index == (self.size >> (TILE_HEIGHT * level)) // TILE_WIDTH:
            return self._edges.get(level, b"")
        return self._folder.find(tile_path(level, index))

    def add(self, leaf_hashes: Sequence[bytes]) -> None:
        """Grow; finished tiles are received by the folder."""
        grown = append(self.size, self, leaf_hashes)
        for tile in grown.tiles:
            if tile.width == TILE_WIDTH:
                self._folder.receive(tile_path(tile.level, tile.index), tile.data)
                self._edges.pop(tile.level, None)
            else:
                self._edges[tile.level] = tile.data
        self.size, self.root = grown.size, grown.root

    def finish(self) -> None:
        """Let the folder receive the unfinished tiles too."""
        for level, data in self._edges.items():
            index = (self.size >> (TILE_HEIGHT * level)) // TILE_WIDTH
            self._folder.receive(tile_path(level, index, len(data) // HASH_BYTES), data)

    def entry(self, index: int) -> bytes:
        """One leaf."""
        return self.entries(index, index + 1)[0]

    def entries(self, start: int, end: int) -> Sequence[bytes]:
        """Leaves ``start`` to ``end`` - 1, which must lie in one entry bundle."""
        index = start // TILE_WIDTH
        width = min(TILE_WIDTH, self.size - index * TILE_WIDTH)
        data = self._folder.find(entries_path(index, width))
        return split_entries(data, width)[start % TILE_WIDTH : end - index * TILE_WIDTH]


def _outgrown(old_size: int, new_size: int) -> Iterator[str]:
    """The partial files of the old size that the new size has replaced."""
    level = 0
    while old_size >> (TILE_HEIGHT * level):
        old = [span for span in level_tiles(old_size, level) if span.width < TILE_WIDTH]
        if old_size >> (TILE_HEIGHT * level) != new_size >> (TILE_HEIGHT * level):
            for span in old:
                yield tile_path(level, span.index, span.width)
                if level == 0:
                    yield entries_path(span.index, span.width)
        level += 1


def _write_durable(place: Path, data: bytes) -> None:
    temporary = place.with_name(place.name + ".new")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(place)
    flush_names(place.parent)
