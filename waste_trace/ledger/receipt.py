"""A receipt: proof, for offline use, that an envelope is in the log (c2sp.org/tlog-proof@v1).

The ``extra`` line carries the logged time, so that whoever holds the envelope can rebuild the leaf.
It is not trusted: a wrong time gives a wrong leaf hash, and the proof fails.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from waste_trace.ledger.canonical import canonical_bytes, parse_canonical
from waste_trace.ledger.checkpoint import Checkpoint, open_checkpoint
from waste_trace.ledger.dsse import Envelope
from waste_trace.ledger.encoding import b64, decode_b64
from waste_trace.ledger.errors import InvalidProof, MalformedReceipt, NotCanonical
from waste_trace.ledger.leaf import leaf_bytes
from waste_trace.ledger.merkle import (
    NodeReader,
    leaf_hash,
    range_root,
    split,
    verify_inclusion,
)
from waste_trace.ledger.vkey import VerifierKey

HEADER = "c2sp.org/tlog-proof@v1"
MAX_PROOF_HASHES = 63
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class Receipt:
    """A parsed tlog-proof. ``checkpoint`` is the signed note, verbatim; ``extra`` may be empty."""

    index: int
    proof: tuple[bytes, ...]
    checkpoint: str
    extra: bytes = b""


@dataclass(frozen=True, slots=True)
class VerifiedReceipt:
    """What a receipt has proven: the envelope is leaf ``index`` under ``checkpoint``."""

    checkpoint: Checkpoint
    index: int
    ms: int


def build_receipt(index: int, ms: int, proof: Sequence[bytes], checkpoint: str) -> str:
    """The receipt text of leaf ``index``, logged at ``ms``, under a signed checkpoint."""
    extra = canonical_bytes({"ms": ms})
    return format_receipt(Receipt(index, tuple(proof), checkpoint, extra))


def build_receipts(
    start: int, end: int, ms: int, size: int, read: NodeReader, checkpoint: str
) -> list[str]:
    """The receipt texts of the leaves ``start`` to ``end`` (exclusive), all logged at ``ms``.

    The same as one by one. Two neighbours share all of their path but one hash, so the paths are
    written from the root down, and what is shared is written once.

    Args:
        size: of the tree. read: its nodes. checkpoint: the signed note over it.
    """
    extra = b64(canonical_bytes({"ms": ms}))
    paths: list[str] = []

    def walk(low: int, high: int, above: str) -> None:
        if high - low == 1:
            paths.append(above)
            return
        middle = low + split(high - low)
        if start < middle:
            walk(low, middle, f"{b64(range_root(middle, high, read))}\n{above}")
        if end > middle:
            walk(middle, high, f"{b64(range_root(low, middle, read))}\n{above}")

    if not 0 <= start < end <= size:
        raise InvalidProof("序号不在树内。", f"{start} to {end} is not in a tree of size {size}.")
    walk(0, size, f"\n{checkpoint}")
    return [
        f"{HEADER}\nextra {extra}\nindex {index}\n{path}" for index, path in enumerate(paths, start)
    ]


def format_receipt(receipt: Receipt) -> str:
    """The tlog-proof text."""
    lines = [HEADER]
    if receipt.extra:
        lines.append(f"extra {b64(receipt.extra)}")
    lines.append(f"index {receipt.index}")
    lines.extend(map(b64, receipt.proof))
    return "\n".join(lines) + "\n\n" + receipt.checkpoint


def parse_receipt(text: str | bytes) -> Receipt:
    """Read a tlog-proof strictly, verifying nothing; MalformedReceipt."""
    try:
        whole = text.decode() if isinstance(text, bytes) else text
    except UnicodeError as error:
        raise _bad("回执不是 UTF-8。", "The receipt is not valid UTF-8.") from error
    head, separator, checkpoint = whole.partition("\n\n")
    lines = head.split("\n")
    if not separator or lines.pop(0) != HEADER:
        raise _bad("不是 tlog-proof 回执。", f"The first line is not {HEADER}.")
    extra = b""
    if lines and lines[0].startswith("extra "):
        extra = _decode(lines.pop(0).removeprefix("extra "))
        if not extra:
            raise _bad("回执的 extra 行为空。", "The extra line is empty.")
    match = _INDEX.fullmatch(lines.pop(0)) if lines else None
    if match is None:
        raise _bad("回执缺少 index 行。", "The index line is missing or not a plain decimal.")
    proof = tuple(_decode(line) for line in lines)
    if len(proof) > MAX_PROOF_HASHES or any(len(node) != 32 for node in proof):
        raise _bad("回执中的哈希不合规。", "A proof line is not a 32-byte hash.")
    return Receipt(int(match[1]), proof, checkpoint, extra)


def verify_receipt(
    receipt_text: str | bytes, envelope: Envelope, log_vkey: VerifierKey | str
) -> VerifiedReceipt:
    """Prove that ``envelope`` is in the log with key ``log_vkey``.

    Raises MalformedReceipt, MalformedNote, InvalidSignature or InvalidProof. Whether witnesses saw
    the checkpoint is for `policy.assess` on ``parse_receipt(...).checkpoint``; whether the device
    really signed is for `dsse.verify_envelope`.
    """
    receipt = parse_receipt(receipt_text)
    ms = _logged_time(receipt.extra)
    checkpoint = open_checkpoint(receipt.checkpoint, log_vkey)
    verify_inclusion(
        leaf_hash(leaf_bytes(envelope, ms)),
        receipt.index,
        checkpoint.size,
        receipt.proof,
        checkpoint.root,
    )
    return VerifiedReceipt(checkpoint, receipt.index, ms)


def _logged_time(extra: bytes) -> int:
    try:
        value = parse_canonical(extra)
    except NotCanonical as error:
        raise _bad("回执的 extra 不是规范 JSON。", "The extra data is not canonical.") from error
    ms = value.get("ms") if isinstance(value, dict) and set(value) == {"ms"} else None
    if not isinstance(ms, int) or isinstance(ms, bool) or ms < 0:
        raise _bad("回执没有入账时间。", "The extra data does not hold the logged time.")
    return ms


def _decode(text: str) -> bytes:
    try:
        return decode_b64(text)
    except ValueError as error:
        raise _bad("回执中的 base64 不规范。", "A line is not canonical base64.") from error


def _bad(zh: str, en: str) -> MalformedReceipt:
    return MalformedReceipt(zh, en)
