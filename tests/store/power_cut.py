"""What a power cut leaves: a file or name that nobody has flushed since it changed may be gone."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest


class PowerCut:
    """Notes each flush of a file or folder, and what was in it then."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._flushed: dict[tuple[int, int], bytes] = {}
        for name in ("fsync", "fdatasync"):
            monkeypatch.setattr(os, name, self._noting(getattr(os, name)))

    def leaves(self, path: Path) -> bool:
        """Whether the file stands on the disk under this name, as it reads now."""
        return self._on_disk(path) and self._on_disk(path.parent)

    def _noting(self, flush: Callable[[int], None]) -> Callable[[int], None]:
        def call(handle: int) -> None:
            flush(handle)
            path = Path(f"/proc/self/fd/{handle}").readlink()
            self._flushed[_identity(path)] = _content(path)

        return call

    def _on_disk(self, path: Path) -> bool:
        return self._flushed.get(_identity(path)) == _content(path)


def _identity(path: Path) -> tuple[int, int]:
    there = path.stat()
    return there.st_dev, there.st_ino


def _content(path: Path) -> bytes:
    """Of a folder, its names: which file each of them stands for."""
    if not path.is_dir():
        return path.read_bytes()
    return repr(sorted((one.name, one.stat().st_ino) for one in path.iterdir())).encode()
