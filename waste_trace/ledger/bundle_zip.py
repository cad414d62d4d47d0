"""A bundle as one file: a stored zip in which no byte is left to chance (APPNOTE 6.3, §4.3).

Names sorted, no compression, no dates, no extra fields. So a reader can rebuild every header and
compare: a flip in the container is seen, just as one in its contents. Without zip64: a ledger of
more than about eight million entries is handed over as a folder.
"""

import struct
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

from waste_trace.ledger.errors import MalformedBundle

_VERSION = 20
_DOS_DATE = 0x21  # 1980-01-01, the earliest that the format knows
_MAX_FILES = 0xFFFF
_MAX_BYTES = 0xFFFFFFFF


def zip_bundle(folder: Path, target: BinaryIO) -> None:
    """Write the bundle in ``folder`` to ``target`` as a zip; MalformedBundle if it is too big."""
    names = sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )
    central, offset = b"", 0
    for name in names:
        data = (folder / name).read_bytes()
        common = _common(name, zlib.crc32(data), len(data))
        local = _local(name, common)
        central += _central(name, common, offset)
        target.write(local + data)
        offset += len(local) + len(data)
    if len(names) > _MAX_FILES or offset + len(central) > _MAX_BYTES:
        raise MalformedBundle(
            "审计包过大，无法写成 zip。",
            "The bundle is too large for a zip.",
            do_zh="请直接交付文件夹。",
            do_en="Hand over the folder.",
        )
    target.write(central + _end(len(names), len(central), offset))


def is_pristine(source: BinaryIO, archive: zipfile.ZipFile) -> bool:
    """Whether the container is, byte for byte, one that `zip_bundle` writes.

    Contents are not compared here: the manifest does that.
    """
    infos = archive.infolist()
    if [info.filename for info in infos] != sorted(info.filename for info in infos):
        return False
    source.seek(0)
    central, offset = b"", 0
    for info in infos:
        common = _common(info.filename, info.CRC, info.file_size)
        local = _local(info.filename, common)
        if source.read(len(local)) != local:
            return False
        central += _central(info.filename, common, offset)
        offset += len(local) + info.file_size
        source.seek(offset)
    tail = central + _end(len(infos), len(central), offset)
    return source.read(len(tail) + 1) == tail


def _common(name: str, crc: int, size: int) -> bytes:
    length = len(name.encode())
    return struct.pack("<5H3L2H", _VERSION, 0, 0, 0, _DOS_DATE, crc, size, size, length, 0)


def _local(name: str, common: bytes) -> bytes:
    return b"PK\x03\x04" + common + name.encode()


def _central(name: str, common: bytes, offset: int) -> bytes:
    tail = struct.pack("<3H2L", 0, 0, 0, 0, offset)
    return b"PK\x01\x02" + struct.pack("<H", _VERSION) + common + tail + name.encode()


def _end(count: int, central_bytes: int, offset: int) -> bytes:
    return b"PK\x05\x06" + struct.pack("<4H2LH", 0, 0, count, count, central_bytes, offset, 0)
