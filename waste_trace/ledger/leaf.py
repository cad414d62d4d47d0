"""What the tree holds: a signed envelope and the millisecond at which the ledger took it in.

Leaf bytes are canonical {"env":..., "ms":..., "v":1}, at most 65,535 bytes because tlog-tiles
prefixes every entry with a uint16.
"""

from binascii import b2a_base64
from dataclasses import dataclass
from functools import lru_cache

from waste_trace.ledger.canonical import MAX_INTEGER, canonical_bytes, parse_canonical
from waste_trace.ledger.dsse import Envelope, envelope_from_value
from waste_trace.ledger.errors import MalformedLeaf

MAX_LEAF_BYTES = 65_535


@dataclass(frozen=True, slots=True)
class Leaf:
    """One entry of the log: the envelope and the logged time in Unix milliseconds."""

    envelope: Envelope
    ms: int


def leaf_bytes(envelope: Envelope, ms: int) -> bytes:
    """The exact bytes that are hashed into the tree; MalformedLeaf if they are too many."""
    if not 0 <= ms <= MAX_INTEGER:
        raise MalformedLeaf("入账时间超出范围。", "The logged time is out of range.", ms=ms)
    # The canonical form of {"env": envelope_value(envelope), "ms": ms, "v": 1}, without a search
    # for what is not canonical in base64 (a property test compares).
    data = _FORM % (
        b2a_base64(envelope.payload, newline=False),
        _spelt(envelope.payload_type),
        _spelt(envelope.key_id),
        b2a_base64(envelope.signature, newline=False),
        ms,
    )
    if len(data) > MAX_LEAF_BYTES:
        raise MalformedLeaf("台账条目超过 65535 字节。", "The leaf is larger than 65,535 bytes.")
    return data


_FORM = (
    b'{"env":{"payload":"%b","payloadType":%b,"signatures":[{"keyid":%b,"sig":"%b"}]},'
    b'"ms":%d,"v":1}'
)


@lru_cache(maxsize=4096)
def _spelt(text: str) -> bytes:
    """A text in canonical JSON; the same few devices speak again and again."""
    return canonical_bytes(text)


def parse_leaf(data: bytes) -> Leaf:
    """Read leaf bytes strictly; NotCanonical, MalformedLeaf or MalformedEnvelope."""
    if len(data) > MAX_LEAF_BYTES:
        raise MalformedLeaf("台账条目超过 65535 字节。", "The leaf is larger than 65,535 bytes.")
    value = parse_canonical(data)
    if not isinstance(value, dict) or set(value) != {"env", "ms", "v"}:
        raise MalformedLeaf("条目字段不符。", "A leaf has exactly the fields env, ms and v.")
    ms, version = value["ms"], value["v"]
    if isinstance(version, bool) or version != 1:
        raise MalformedLeaf("条目版本不受支持。", "The leaf's version is not 1.")
    if not isinstance(ms, int) or isinstance(ms, bool) or ms < 0:
        raise MalformedLeaf("入账时间无效。", "The leaf's ms is not a time.")
    return Leaf(envelope_from_value(value["env"]), ms)
