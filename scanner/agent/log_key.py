"""Learn the log's next key by what the ledger proves, never by being told.

The registrar names the key in a leaf, and the checkpoint under which the leaf is proven is signed
by the key that this device knows and by the next one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import httpx

from scanner.agent.handheld import Handheld
from waste_trace.errors import WasteTraceError
from waste_trace.ledger.checkpoint import Checkpoint, open_checkpoint
from waste_trace.ledger.dsse import envelope_from_value, verify_envelope
from waste_trace.ledger.errors import InvalidProof, InvalidSignature
from waste_trace.ledger.event import Event, parse_event
from waste_trace.ledger.log_keys import read_log_key
from waste_trace.ledger.receipt import VerifiedReceipt, parse_receipt, verify_receipt
from waste_trace.ledger.registry import REGISTRAR
from waste_trace.ledger.registry_bodies import KeyRotation, NextLogKey, read_body
from waste_trace.ledger.vkey import VerifierKey, parse_vkey

Read = TypeVar("Read")
#: Keeps the newest checkpoint if it is of the history that is known; False if nobody could say.
Continues = Callable[[Handheld, httpx.Client, Checkpoint], bool]


@dataclass(frozen=True, slots=True)
class _Known:
    """The two keys that this device believes.

    Attributes:
        upto: the last leaf that was followed. log_at: what leaves below this index say of the log's
            key is past.
    """

    log: VerifierKey
    registrar: VerifierKey
    upto: int
    log_at: int


def remember_keys(proven: VerifiedReceipt) -> dict[str, int]:
    """What to remember of an enrolment: from where on the two keys that came with it are known."""
    return {"upto": proven.index, "log_at": proven.checkpoint.size}


def with_log_key(
    handheld: Handheld, client: httpx.Client, continues: Continues, read: Callable[[str], Read]
) -> Read:
    """What ``read`` makes of the log's verifier key; again with the next one, if there is one.

    Raises:
        LedgerError: what is read is signed by no key that the ledger has proven.
    """
    try:
        return read(handheld.identity["log_vkey"])
    except InvalidSignature:
        if not _learn(handheld, client, continues):
            raise
    return read(handheld.identity["log_vkey"])


def _learn(handheld: Handheld, client: httpx.Client, continues: Continues) -> bool:
    """Follow the changes that the server shows; True if the log has another key now."""
    before = handheld.identity["log_vkey"]
    if "registrar_vkey" not in handheld.identity:
        return False
    while changes := _ask(handheld, client):
        for change in changes:
            if not _follow(handheld, client, continues, change):
                return False
    return bool(handheld.identity["log_vkey"] != before)


def _recall(handheld: Handheld) -> _Known:
    identity = handheld.identity
    keys = handheld.notebook.recall("keys") or {"upto": -1, "log_at": 0}
    log, registrar = parse_vkey(identity["log_vkey"]), parse_vkey(identity["registrar_vkey"])
    return _Known(log, registrar, keys["upto"], keys["log_at"])


def _ask(handheld: Handheld, client: httpx.Client) -> Sequence[Mapping[str, Any]]:
    answer = client.get("/v1/ledger/key-changes", params={"after": _recall(handheld).upto})
    try:
        found = answer.json()["changes"] if answer.status_code == 200 else []
    except (ValueError, KeyError, TypeError):
        found = []
    return found if isinstance(found, list) else []


def _follow(
    handheld: Handheld, client: httpx.Client, continues: Continues, change: Mapping[str, Any]
) -> bool:
    """Go one leaf further; False if the ledger could not be asked about its past."""
    known = _recall(handheld)
    try:
        envelope = envelope_from_value(change["envelope"])
        verify_envelope(envelope, "ed25519", known.registrar.public_key)
        event = parse_event(envelope.payload)
        receipt = parse_receipt(change["receipt"])
        past = receipt.index < known.log_at
        proven = None if past else verify_receipt(change["receipt"], envelope, known.log)
        after = _changed(known, event, receipt.index, receipt.checkpoint)
    except WasteTraceError:
        raise
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InvalidProof("应答缺少换钥的证明。", "The answer lacks the proof.") from error
    # Last, because it remembers the checkpoint: all else must hold before.
    if proven is not None and not continues(handheld, client, proven.checkpoint):
        return False
    identity = {
        **handheld.identity,
        "log_vkey": after.log.text,
        "registrar_vkey": after.registrar.text,
    }
    handheld.notebook.remember(identity=identity, keys={"upto": after.upto, "log_at": after.log_at})
    return True


def _changed(known: _Known, event: Event, index: int, note: str) -> _Known:
    """The keys after a leaf that the registrar signed."""
    after, body = replace(known, upto=index), read_body(event)
    if index <= known.upto or event.dev != REGISTRAR or event.log != known.log.name:
        raise _unproven()
    match body:
        case KeyRotation():
            return replace(after, registrar=replace(known.registrar, public_key=body.pub))
        case NextLogKey() if index < known.log_at:
            return after
        case NextLogKey() if body.replaces == known.log.text:
            key = read_log_key(body.vkey, known.log.name)
            open_checkpoint(note, key)  # whoever has the new key has signed, too
            return replace(after, log=key, log_at=index + 1)
    raise _unproven()


def _unproven() -> InvalidProof:
    return InvalidProof("这不是本机密钥之后的换钥。", "It changes no key that is known here.")
