"""The registrar's word on how many entries say who may sign: none of them can be left out unseen.

The log proves that an entry is in it, and not that there is no other. Of a selection somebody could
cut the newest events of the registrar, and a revocation with them. Whoever exports therefore lets
the registrar sign how many such entries there are below a checkpoint; a number that is not true can
be shown to be a lie with the whole ledger.
"""

import re
from dataclasses import dataclass

from waste_trace.ledger.canonical import canonical_bytes, parse_canonical
from waste_trace.ledger.checkpoint import Checkpoint
from waste_trace.ledger.dsse import envelope_bytes, parse_envelope, sign_envelope, verify_envelope
from waste_trace.ledger.encoding import b64
from waste_trace.ledger.errors import IncompleteBundle, MalformedBundle
from waste_trace.ledger.keys import SigningKey
from waste_trace.ledger.registry import REGISTRAR, KeyRegistry

REGISTRATIONS = "registrations.json"
_NAMED = re.compile(rf"{REGISTRAR}/(0|[1-9][0-9]{{0,8}})")
PAYLOAD_TYPE = "application/vnd.waste-trace.registrations.v1+json"


@dataclass(frozen=True, slots=True)
class Registrations:
    """Among the entries below ``checkpoint``, ``entries`` say who may sign (`partial.supports`)."""

    checkpoint: Checkpoint
    entries: int


def sign_registrations(said: Registrations, ep: int, key: SigningKey) -> bytes:
    """``registrations.json``: an envelope of the registrar's key of epoch ``ep``, and a newline."""
    payload = _payload(said)
    signed = sign_envelope(payload, PAYLOAD_TYPE, key_id(ep), key)
    return envelope_bytes(signed) + b"\n"


def read_registrations(data: bytes, checkpoint: Checkpoint, registry: KeyRegistry) -> Registrations:
    """What the registrar has said with its newest key of ``checkpoint``.

    Args:
        registry: after all entries that are here.

    Raises:
        IncompleteBundle: a newer key has signed than those that are known here.
        LedgerError: out of its form, of another checkpoint, or not signed by that key.
    """
    envelope = parse_envelope(data.removesuffix(b"\n"))
    ep = registry.epochs[REGISTRAR]
    key, newer = registry.key_for(REGISTRAR, ep), _NAMED.fullmatch(envelope.key_id)
    if newer and int(newer[1]) > ep:
        raise IncompleteBundle(
            "登记员已更换密钥，而该条目不在本包中：可能还缺少密钥吊销。",
            f"{envelope.key_id} has signed, whose entry is not here: a revocation may be missing.",
            path=REGISTRATIONS,
        )
    if key is None or envelope.key_id != key_id(ep) or envelope.payload_type != PAYLOAD_TYPE:
        raise _malformed(f"It is not signed by {key_id(ep)}.")
    verify_envelope(envelope, key.algorithm, key.public_key)
    said = Registrations(checkpoint, _count(envelope.payload))
    if _payload(said) != envelope.payload or envelope_bytes(envelope) + b"\n" != data:
        raise _malformed("It is malformed, or of another checkpoint.")
    return said


def key_id(ep: int) -> str:
    """The name of the registrar's key of epoch ``ep``."""
    return f"{REGISTRAR}/{ep}"


def _count(payload: bytes) -> int:
    value = parse_canonical(payload)
    entries = value.get("entries") if isinstance(value, dict) else None
    if not isinstance(entries, int) or isinstance(entries, bool) or entries < 0:
        raise _malformed("It states no number of entries.")
    return entries


def _payload(said: Registrations) -> bytes:
    checkpoint = said.checkpoint
    return canonical_bytes(
        {
            "entries": said.entries,
            "log": checkpoint.origin,
            "n": checkpoint.size,
            "root": b64(checkpoint.root),
            "v": 1,
        }
    )


def _malformed(en: str) -> MalformedBundle:
    zh = "登记员对登记条目数的声明不合规。"
    return MalformedBundle(zh, f"{REGISTRATIONS}: {en}", path=REGISTRATIONS)
