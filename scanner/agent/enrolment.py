"""Read the answer to an enrolment without trusting who gave it: the ledger itself must say it."""

from collections.abc import Mapping
from typing import Any

from waste_trace.errors import WasteTraceError
from waste_trace.ledger.dsse import envelope_from_value, verify_envelope
from waste_trace.ledger.errors import InvalidProof
from waste_trace.ledger.event import parse_event
from waste_trace.ledger.keys import SigningKey
from waste_trace.ledger.receipt import VerifiedReceipt, verify_receipt
from waste_trace.ledger.registry_bodies import KeyEnrolment, read_body
from waste_trace.ledger.vkey import parse_vkey


def prove_enrolment(answer: Mapping[str, Any], key: SigningKey) -> VerifiedReceipt:
    """Where, and under which checkpoint, the ledger holds this device's enrolment.

    The leaf was signed by the registrar and names this device, its organisation and this very key.

    Raises:
        LedgerError: the answer proves nothing, or the enrolment of somebody else.
    """
    try:
        envelope = envelope_from_value(answer["envelope"])
        proven = verify_receipt(answer["receipt"], envelope, answer["log_vkey"])
        registrar = parse_vkey(answer["registrar_vkey"])
        verify_envelope(envelope, "ed25519", registrar.public_key)
        event = parse_event(envelope.payload)
        enrolled = read_body(event)
    except WasteTraceError:
        raise
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InvalidProof("应答缺少登记的证明。", "The answer lacks the proof.") from error
    said = (event.log, proven.checkpoint.origin)
    same = isinstance(enrolled, KeyEnrolment) and (
        (enrolled.dev, enrolled.ep, enrolled.org, enrolled.purpose)
        == (answer.get("dev"), answer.get("ep"), answer.get("org"), "device")
        and (enrolled.alg, enrolled.pub) == (key.algorithm, key.public_key)
        and said == (answer.get("origin"), answer.get("origin"))
    )
    if not same:
        raise InvalidProof(
            "台账中的登记不是本机的这把密钥。",
            "What the ledger holds is not the enrolment of this key of this device.",
        )
    return proven
