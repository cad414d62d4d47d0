"""Write an audit bundle: everything that somebody who does not trust us needs to check a ledger.

A folder in C2SP layout (checkpoint, tile/...), the policy and keys, pinned checkpoints, a manifest
and a README. Written tile by tile: memory does not grow with the ledger.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from waste_trace.ledger.bundle_layout import (
    CHECKPOINT,
    DISCLOSURES,
    MANIFEST,
    POLICY,
    README,
    REGISTRAR,
    format_manifest,
    handover_path,
    pinned_path,
)
from waste_trace.ledger.checkpoint import read_checkpoint
from waste_trace.ledger.disclosure import format_shown
from waste_trace.ledger.errors import IncompleteBundle, MalformedBundle
from waste_trace.ledger.policy import parse_policy
from waste_trace.ledger.tiles import (
    HASH_BYTES,
    TILE_WIDTH,
    TileReader,
    encode_entries,
    entries_path,
    level_tiles,
    tile_path,
    tree_tiles,
)
from waste_trace.ledger.vkey import parse_vkey


class EntryReader(Protocol):
    """Where leaf bytes come from."""

    def entries(self, start: int, end: int) -> Sequence[bytes]:
        """The exact bytes of leaves ``start`` to ``end`` - 1; at most 256 are asked for at once."""
        ...


def write_bundle(
    target: Path,
    *,
    checkpoint: str,
    tiles: TileReader,
    entries: EntryReader,
    policy: str,
    registrar_vkey: str,
    pinned: Mapping[str, str] | None = None,
    handovers: Mapping[int, str] | None = None,
    disclosures: Mapping[int, Sequence[str]] | None = None,
) -> None:
    """Write the ledger under ``checkpoint`` (a signed note) to the new or empty folder ``target``.

    ``policy``: tlog-policy text. ``registrar_vkey``: a verifier-key line. ``pinned``: name → signed
    note of checkpoints that somebody outside holds. ``handovers``: epoch of each later key of the
    log → the first checkpoint that covers the leaf which names it. ``disclosures``: leaf index →
    disclosure texts of the personal data that this bundle shows; none by default. The manifest is
    written last, so an export that was cut short is seen to be incomplete.
    """
    size = read_checkpoint(checkpoint).size
    parse_policy(policy)
    registrar = parse_vkey(registrar_vkey.removesuffix("\n"))
    folder = BundleFolder(target)
    folder.write(README, README_TEXT.encode())
    folder.write(POLICY, policy.encode("utf-8", "surrogateescape"))
    folder.write(REGISTRAR, registrar.text.encode() + b"\n")
    for name, note in (pinned or {}).items():
        read_checkpoint(note)
        folder.write(pinned_path(name), note.encode())
    for ep, note in (handovers or {}).items():
        folder.write(handover_path(ep), note.encode())
    write_disclosures(folder, disclosures)
    _write_tree(folder, size, tiles, entries)
    folder.write(CHECKPOINT, checkpoint.encode())
    folder.finish()


def _write_tree(folder: "BundleFolder", size: int, tiles: TileReader, entries: EntryReader) -> None:
    for span in tree_tiles(size):
        data = tiles.read(span.level, span.index, span.width)[: span.width * HASH_BYTES]
        path = tile_path(span.level, span.index, span.width)
        if len(data) != span.width * HASH_BYTES:
            raise IncompleteBundle("分片长度不足。", f"Tile {path} is too short.", path=path)
        folder.write(path, data)
    for span in level_tiles(size, 0):
        start = span.index * TILE_WIDTH
        leaves = entries.entries(start, start + span.width)
        path = entries_path(span.index, span.width)
        if len(leaves) != span.width:
            raise IncompleteBundle("条目数量不足。", f"{path} lacks entries.", path=path)
        folder.write(path, encode_entries(leaves))


class BundleFolder:
    """Writes files below a new or empty folder; the manifest of their digests comes last."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._digests: dict[str, str] = {}
        root.mkdir(parents=True, exist_ok=True)
        if any(root.iterdir()):
            raise MalformedBundle(
                "目标文件夹不为空。",
                "The target folder is not empty.",
                do_zh="请指定一个新的空文件夹。",
                do_en="Name a new, empty folder.",
            )

    def write(self, path: str, data: bytes) -> None:
        """Write one file below the folder."""
        place = self._root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        self._digests[path] = hashlib.sha256(data).hexdigest()

    def finish(self) -> None:
        """Write the manifest."""
        (self._root / MANIFEST).write_bytes(format_manifest(self._digests))


def write_disclosures(
    folder: BundleFolder, disclosures: Mapping[int, Sequence[str]] | None
) -> None:
    """Write ``disclosures.jsonl`` if anything is disclosed."""
    if disclosures:
        folder.write(DISCLOSURES, format_shown(disclosures))


README_TEXT = """\
审计包 / Audit bundle
=====================

本文件夹包含一份台账的全部签名事件，以及不依赖服务器即可核验的证据。
This folder holds every signed event of a ledger, and the proof needed to check it offline.

一、核对副本是否完整 / Is this copy intact?

    sha256sum -c MANIFEST.sha256

二、核对台账是否真实 / Is the ledger true?

    python -m waste_trace.ledger.verify FOLDER --keys KEYS
    waste-trace verify FOLDER --json

KEYS 是另行取得的文件夹，内有 policy.txt 和 registrar.vkey（可选 pinned/*.checkpoint）。
请向监管部门索取；不带 --keys 时使用本包自带的公钥，只能证明包内自洽。
KEYS is a folder with policy.txt and registrar.vkey (and, if you hold any, pinned/*.checkpoint)
that you got from somewhere else, such as the regulator. Without --keys the keys in this bundle
are used, which shows only that the bundle agrees with itself.

退出码 / Exit codes:
    0 已证实 proven    1 被篡改 tampered    2 不完整或未见证 incomplete    3 用法错误 wrong use

三、文件 / Files

    checkpoint            已签名的检查点：台账名称、条目数、树根   c2sp.org/tlog-checkpoint
    tile/<L>/<N>[.p/<W>]  默克尔树分片，SHA-256，RFC 6962            c2sp.org/tlog-tiles
    tile/entries/...      条目：每条前有两字节大端长度               c2sp.org/tlog-tiles
    policy.txt            受信的台账公钥、见证人和法定数             c2sp.org/tlog-policy
    registrar.vkey        登记员公钥（为设备密钥登记签名）           c2sp.org/signed-note
    pinned/*.checkpoint   外部留存的早期检查点，必须与本台账一致
    log-keys/*.checkpoint （如有）台账换钥时由新旧两把密钥共同签名的检查点
    disclosures.jsonl     （可选）披露的个人信息及其盐值，请妥善保管
                          (optional) personal data that was disclosed, with its salts: keep it safe
    MANIFEST.sha256       其余各文件的 SHA-256

每个条目是规范 JSON（RFC 8785）：{"env":DSSE 封装,"ms":入账毫秒时间,"v":1}；叶哈希为
SHA-256(0x00 || 条目)。封装内的 payload 是设备签名的原始字节。
Each entry is canonical JSON (RFC 8785): {"env": DSSE envelope, "ms": logged time, "v": 1}; its
leaf hash is SHA-256(0x00 || entry). The payload in the envelope is what the device signed.
"""
