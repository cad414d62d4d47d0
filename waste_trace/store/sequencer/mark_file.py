"""A file that remembers one ledger's size and root, and is made durable by one write.

Two places of one disk sector take turns, so that a write which a power cut tears leaves the other
one whole. Writing a new file and renaming it is as safe and flushes the disk twice more; it is done
only where there is no such file.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from waste_trace.durable_names import flush_names
from waste_trace.errors import WasteTraceError
from waste_trace.ledger.encoding import b64, decode_b64

#: A disk writes so many bytes as a whole, or not at all.
_SECTOR = 512
_PLACES = 2


class MarkUnreadable(WasteTraceError):
    """The file is there, and holds no mark."""

    code: ClassVar[str] = "high-water-unreadable"
    default_do_zh = "请先用监管镜像或见证方的检查点核对数据库，确认未回退后再移走该文件并重启。"
    default_do_en = (
        "Compare the database with the checkpoint of the mirror or a witness; if it has not gone "
        "back, move the file away and restart."
    )


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a ledger had come: its name, size and root."""

    origin: str
    size: int
    root: bytes


class MarkFile:
    """The file at ``path``; several processes may share it, each with an object of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = -1

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Processes take turns, or one would lower the other's mark."""
        with self._path.with_suffix(".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def read(self) -> Mark | None:
        """The mark, or None where there is no file.

        Raises:
            MarkUnreadable
        """
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return None
        turn, mark = self._newest(data)
        return mark if turn else _older_form(data)

    def write(self, mark: Mark) -> None:
        """Replace the mark; durable when this returns. Only while ``locked``."""
        if not self._is_open():
            self._create(mark)
            return
        turn = self._newest(os.pread(self._file, _PLACES * _SECTOR, 0))[0] + 1
        os.pwrite(self._file, _record(mark, turn), turn % _PLACES * _SECTOR)
        os.fdatasync(self._file)

    def close(self) -> None:
        """Let go of the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _is_open(self) -> bool:
        """True if the file under that name has the two places, and is the one that is open."""
        try:
            there = self._path.stat()
        except FileNotFoundError:
            return False
        if there.st_size != _PLACES * _SECTOR:
            return False
        if self._file >= 0 and not os.path.samestat(os.fstat(self._file), there):
            self.close()  # somebody has put another file there
        if self._file < 0:
            self._file = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        return True

    def _create(self, mark: Mark) -> None:
        temporary = self._path.with_suffix(".new")
        with temporary.open("wb") as file:
            file.write(_record(mark, 2) + _record(mark, 1))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._path)
        flush_names(self._path.parent)  # or a power cut could bring the old file back

    def _newest(self, data: bytes) -> tuple[int, Mark | None]:
        """The place that was written last, with its turn; 0 and None if neither is whole."""
        found = (_read_record(data[at : at + _SECTOR]) for at in range(0, len(data), _SECTOR))
        whole = [(value["turn"], value) for value in found if value is not None]
        if len(data) != _PLACES * _SECTOR or not whole:
            return 0, None
        turn, value = max(whole, key=lambda one: one[0])
        return turn, _mark_of(value)


def _record(mark: Mark, turn: int) -> bytes:
    """One sector: JSON that a person can read, with a check over it."""
    value = {"origin": mark.origin, "root": b64(mark.root), "size": mark.size, "turn": turn}
    text = json.dumps({**value, "check": _check(value)}, sort_keys=True).encode("ascii")
    if len(text) >= _SECTOR:
        raise ValueError("the ledger's name is too long for its high-water mark")
    return text.ljust(_SECTOR - 1) + b"\n"


def _read_record(data: bytes) -> dict[str, Any] | None:
    try:
        value: dict[str, Any] = json.loads(data)
        check = value.pop("check")
    except (ValueError, AttributeError, KeyError, TypeError):
        return None
    return value if check == _check(value) else None


def _check(value: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


def _older_form(data: bytes) -> Mark:
    """One JSON value, as the file was written before."""
    try:
        return _mark_of(json.loads(data))
    except (ValueError, TypeError, KeyError) as error:
        raise MarkUnreadable(
            "高水位文件已损坏。", "The high-water mark's file cannot be read."
        ) from error


def _mark_of(value: dict[str, Any]) -> Mark:
    return Mark(value["origin"], value["size"], decode_b64(value["root"]))
