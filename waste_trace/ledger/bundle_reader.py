"""Read an audit bundle, folder or zip, without trusting it: no links, no paths up, no giants."""

import struct
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol

from waste_trace.ledger.bundle_layout import MAX_FILE_BYTES
from waste_trace.ledger.bundle_zip import is_pristine
from waste_trace.ledger.errors import IncompleteBundle, MalformedBundle
from waste_trace.ledger.tiles import (
    HASH_BYTES,
    TILE_HEIGHT,
    TILE_WIDTH,
    entries_path,
    split_entries,
    tile_path,
)


class Bundle(Protocol):
    """The files of a bundle, by their path with forward slashes."""

    def names(self) -> set[str]:
        """Every file in it."""
        ...

    def read(self, name: str) -> bytes:
        """A whole file; IncompleteBundle if missing, MalformedBundle if larger than any can be."""
        ...

    def is_pristine(self) -> bool:
        """Whether the container (if any) is as it was exported."""
        ...

    def __enter__(self) -> "Bundle": ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


def open_bundle(path: Path) -> Bundle:
    """Open a folder or a ``.zip``; use it in a ``with``. IncompleteBundle if the zip is broken."""
    if path.is_dir():
        return FolderBundle(path)
    try:
        return ZipBundle(path)
    except (zipfile.BadZipFile, ValueError, RuntimeError, struct.error) as error:
        raise _broken_zip() from error


class FolderBundle:
    """A bundle in a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def names(self) -> set[str]:
        """Every file below the folder; MalformedBundle if there is a link or device among them."""
        found: set[str] = set()
        for path in self._root.rglob("*"):
            name = path.relative_to(self._root).as_posix()
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                raise MalformedBundle(
                    "审计包内不允许链接或设备文件。", f"{name} is a link or device.", path=name
                )
            if path.is_file():
                found.add(name)
        return found

    def read(self, name: str) -> bytes:
        """A whole file."""
        place = self._root / name
        if not place.is_file() or place.is_symlink():
            raise _missing(name)
        if place.stat().st_size > MAX_FILE_BYTES:
            raise _too_large(name)
        return place.read_bytes()

    def is_pristine(self) -> bool:
        """A folder has no container that could differ."""
        return True

    def __enter__(self) -> "FolderBundle":
        return self

    def __exit__(self, *_: object) -> None:
        return None


class ZipBundle:
    """A bundle in a zip file."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        try:
            self._zip = zipfile.ZipFile(self._file)
        except BaseException:
            self._file.close()
            raise
        # Not `ZipInfo.is_dir`, which breaks on a name without a letter.
        self._files = [one for one in self._zip.infolist() if not one.filename.endswith("/")]
        self._infos = {info.filename: info for info in self._files}

    def names(self) -> set[str]:
        """Every file in the zip; MalformedBundle if one name stands there twice."""
        if len(self._files) != len(self._infos):
            raise MalformedBundle("压缩包内有重名文件。", "Two files in the zip share a name.")
        return set(self._infos)

    def read(self, name: str) -> bytes:
        """A whole file."""
        info = self._infos.get(name)
        if info is None:
            raise _missing(name)
        if info.file_size > MAX_FILE_BYTES:
            raise _too_large(name)
        try:
            with self._zip.open(info) as stream:
                data = stream.read(info.file_size + 1)
        except zipfile.BadZipFile as error:
            raise MalformedBundle(
                "压缩包内的文件已损坏。",
                f"{name} does not match its checksum in the zip.",
                path=name,
            ) from error
        except (OSError, ValueError, RuntimeError, EOFError, zlib.error) as error:
            raise _broken_zip() from error
        if len(data) != info.file_size:
            raise _broken_zip()
        return data

    def is_pristine(self) -> bool:
        """Whether the zip's own bytes are as `bundle_zip.zip_bundle` wrote them."""
        return is_pristine(self._file, self._zip)

    def __enter__(self) -> "ZipBundle":
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()
        self._file.close()


class BundleTiles:
    """The tiles of a bundle whose checkpoint has ``size`` leaves: a `tiles.TileReader`."""

    def __init__(self, bundle: Bundle, size: int) -> None:
        self._bundle = bundle
        self._size = size

    def read(self, level: int, index: int, width: int) -> bytes:
        """The tile as it stands in the bundle; older, narrower tiles are its prefix."""
        path = self.path(level, index)
        data = self._bundle.read(path)
        if len(data) < width * HASH_BYTES:
            raise IncompleteBundle("分片长度不足。", f"Tile {path} is too short.", path=path)
        return data

    def path(self, level: int, index: int) -> str:
        """Where the tile at these coordinates stands."""
        return tile_path(level, index, self._width(level, index))

    def entries(self, start: int, end: int) -> Sequence[bytes]:
        """Leaves ``start`` to ``end`` - 1, which must lie in one entry bundle."""
        index = start // TILE_WIDTH
        width = self._width(0, index)
        leaves = split_entries(self._bundle.read(entries_path(index, width)), width)
        return leaves[start % TILE_WIDTH : end - index * TILE_WIDTH]

    def entry(self, index: int) -> bytes:
        """One leaf."""
        return self.entries(index, index + 1)[0]

    def _width(self, level: int, index: int) -> int:
        return min(TILE_WIDTH, (self._size >> (TILE_HEIGHT * level)) - index * TILE_WIDTH)


def _missing(name: str) -> IncompleteBundle:
    return IncompleteBundle(f"缺少文件 {name}。", f"The file {name} is missing.", path=name)


def _too_large(name: str) -> MalformedBundle:
    return MalformedBundle(f"文件 {name} 过大。", f"The file {name} is too large.", path=name)


def _broken_zip() -> IncompleteBundle:
    return IncompleteBundle("压缩包无法读取。", "The zip cannot be read.")
