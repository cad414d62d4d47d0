"""Names, limits and the manifest of an audit bundle.

``MANIFEST.sha256`` lists every other file in the format of ``sha256sum``, sorted by path, so that
a person without our software can check the copy: ``sha256sum -c MANIFEST.sha256``.
"""

import re
from collections.abc import Mapping

from waste_trace.ledger.errors import MalformedBundle
from waste_trace.ledger.leaf import MAX_LEAF_BYTES
from waste_trace.ledger.tiles import TILE_WIDTH

MANIFEST = "MANIFEST.sha256"
CHECKPOINT = "checkpoint"
POLICY = "policy.txt"
REGISTRAR = "registrar.vkey"
README = "README.txt"
DISCLOSURES = "disclosures.jsonl"
PINNED = "pinned/"
PINNED_SUFFIX = ".checkpoint"

# The largest file that a ledger can need is a full entry bundle; nothing larger is ever read.
MAX_FILE_BYTES = TILE_WIDTH * (MAX_LEAF_BYTES + 2)
# What desktops leave behind in any folder that somebody opened; reported, but no accusation.
DESKTOP_LITTER = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})

_LINE = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9._/-]{1,255})")
_HANDOVER = re.compile(r"log-keys/([1-9][0-9]{0,8})\.checkpoint")
_PINNED_NAME = re.compile(r"pinned/[A-Za-z0-9][A-Za-z0-9._-]{0,63}\.checkpoint")


def format_manifest(digests: Mapping[str, str]) -> bytes:
    """The manifest of path → lower-case hex SHA-256."""
    return "".join(f"{digests[path]}  {path}\n" for path in sorted(digests)).encode()


def parse_manifest(data: bytes) -> dict[str, str]:
    """Read a manifest strictly: only the bytes that `format_manifest` writes; MalformedBundle."""
    digests: dict[str, str] = {}
    offset = 0
    for line in data.split(b"\n")[:-1]:
        match = _LINE.fullmatch(line.decode("ascii", "replace"))
        if match is None or not _is_plain(match[2]) or match[2] == MANIFEST:
            raise MalformedBundle(
                "清单有一行不合规。", "A line of the manifest is malformed.", offset=offset
            )
        digests[match[2]] = match[1]
        offset += len(line) + 1
    if format_manifest(digests) != data:
        raise MalformedBundle(
            "清单的行序、重复行或结尾不合规。",
            "The manifest is not sorted, repeats a path, or does not end in a newline.",
            offset=offset,
        )
    return digests


def pinned_path(name: str) -> str:
    """Where a pinned checkpoint called ``name`` stands; MalformedBundle for an unsafe name."""
    path = f"{PINNED}{name}{PINNED_SUFFIX}"
    if not is_pinned(path):
        raise MalformedBundle("检查点名称无效。", f"Not a name for a checkpoint: {name!r}.")
    return path


def handover_path(ep: int) -> str:
    """Where the checkpoint stands that hands over to the log's key of epoch ``ep``."""
    return f"log-keys/{ep}.checkpoint"


def handover_proof_path(ep: int) -> str:
    """Where a partial bundle proves that its own checkpoint continues that one."""
    return f"log-keys/{ep}.consistency"


def handover_epoch(path: str) -> int | None:
    """The epoch of a path that `handover_path` makes; None of any other."""
    match = _HANDOVER.fullmatch(path)
    return int(match[1]) if match else None


def is_pinned(path: str) -> bool:
    """Whether a path is that of a pinned checkpoint."""
    return _PINNED_NAME.fullmatch(path) is not None


def _is_plain(path: str) -> bool:
    return all(part not in ("", ".", "..") for part in path.split("/"))
