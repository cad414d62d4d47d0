"""Evidence that a device key has signed two events with one number: the second one, in a leaf.

The first stands in the ledger itself. The second cannot, because its place is taken; the registrar
quotes it, payload and signature, so that anybody can check that the device's own key made it.
"""

from waste_trace.ledger.canonical import JsonValue
from waste_trace.ledger.dsse import Envelope, verify_envelope
from waste_trace.ledger.encoding import b64, b64url
from waste_trace.ledger.errors import LedgerError, RefusedKeyEvent
from waste_trace.ledger.event import PAYLOAD_TYPE, Event, parse_event, payload_hash
from waste_trace.ledger.registry_bodies import ForkEvidence

DEVICE_FORK = "evidence.device_fork"
#: A longer payload would not fit into an event of 16 KiB; then its hash alone is quoted.
MAX_QUOTED = 11 * 1024


def fork_body(event: Event, envelope: Envelope, index: int, first: bytes) -> dict[str, JsonValue]:
    """The body of ``evidence.device_fork``.

    Args:
        event, envelope: the second one, whose signature has been verified.
        index, first: where the first one stands, and its payload hash.
    """
    body: dict[str, JsonValue] = {
        "dev": event.dev,
        "ep": event.ep,
        "seq": event.seq,
        "index": index,
        "first": b64url(first),
        "second": b64url(payload_hash(envelope.payload)),
    }
    if len(envelope.payload) <= MAX_QUOTED:
        body |= {"payload": b64(envelope.payload), "sig": b64(envelope.signature)}
    return body


def check_fork(evidence: ForkEvidence, algorithm: str, public_key: bytes) -> None:
    """What is quoted was signed by this key, under this number; RefusedKeyEvent if not.

    Nothing is quoted of a payload that was too long: then the registrar's word stands alone.
    """
    if not evidence.payload:
        return
    key_id = f"{evidence.dev}/{evidence.ep}"
    envelope = Envelope(evidence.payload, PAYLOAD_TYPE, key_id, evidence.signature)
    try:
        event = parse_event(evidence.payload)
        verify_envelope(envelope, algorithm, public_key)
    except LedgerError as error:
        raise _refused() from error
    said = (event.dev, event.ep, event.seq, payload_hash(evidence.payload))
    if said != (evidence.dev, evidence.ep, evidence.seq, evidence.second):
        raise _refused()


def check_first(evidence: ForkEvidence, first: Event, digest: bytes) -> None:
    """The entry that is named as the first one is it; RefusedKeyEvent if not.

    Without it, one event of an honest device and the registrar's word would be a fork.

    Args:
        first, digest: the event at ``evidence.index``, and its payload hash.
    """
    said = (first.dev, first.ep, first.seq, digest)
    if said != (evidence.dev, evidence.ep, evidence.seq, evidence.first):
        raise RefusedKeyEvent(
            f"分叉证据所指的第 {evidence.index} 条不是该密钥以该序号所签的事件。",
            f"Entry {evidence.index}, which the evidence of a fork names, is another event.",
        )


def _refused() -> RefusedKeyEvent:
    return RefusedKeyEvent(
        "分叉证据所引事件不是该密钥所签。",
        "The event that the evidence of a fork quotes was not signed by that key.",
    )
