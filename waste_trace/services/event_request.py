"""What a device posts: an envelope alone, or an envelope with the personal data beside it."""

import hashlib
import json

import orjson

from waste_trace.ledger.disclosure import MAX_DIGESTS, Disclosure, parse_disclosure
from waste_trace.ledger.dsse import Envelope, envelope_from_value
from waste_trace.ledger.errors import (
    MalformedDisclosure,
    MalformedEnvelope,
    MalformedEvent,
    NotCanonical,
)
from waste_trace.ledger.event import PAYLOAD_TYPE, Event, parse_event
from waste_trace.services.refused import MalformedRequest

ENVELOPE, DISCLOSURES = "envelope", "disclosures"


def read_request(body: bytes) -> tuple[Envelope, Event, list[Disclosure]]:
    """The envelope, its event and the personal data beside it, strictly.

    Raises:
        MalformedRequest
    """
    try:
        value = orjson.loads(body)
        inner, disclosures = split_disclosures(value)
        envelope = envelope_from_value(inner)
        if envelope.payload_type != PAYLOAD_TYPE:
            raise MalformedRequest(
                f"载荷类型应为 {PAYLOAD_TYPE}。", f"The payload type must be {PAYLOAD_TYPE}."
            )
        event = parse_event(envelope.payload)
    except ValueError as error:
        raise MalformedRequest("请求体不是 JSON。", "The body is not JSON.") from error
    except (MalformedEnvelope, MalformedEvent, NotCanonical, MalformedDisclosure) as error:
        raise MalformedRequest(
            f"事件格式有误：{error.zh}", f"The event is malformed: {error.en}", reason=error.code
        ) from error
    if envelope.key_id != event.key_id:
        raise MalformedRequest(
            "签名的密钥编号与事件的设备不一致。",
            "The signature's keyid is not that of the event's device.",
        )
    return envelope, event, disclosures


def split_disclosures(value: object) -> tuple[object, list[Disclosure]]:
    """The envelope's JSON value, and the disclosures that came with it.

    Raises:
        MalformedDisclosure
    """
    if not isinstance(value, dict) or ENVELOPE not in value:
        return value, []
    listed = value.get(DISCLOSURES, [])
    texts = [text for text in listed if isinstance(text, str)] if isinstance(listed, list) else []
    alien = set(value) - {ENVELOPE, DISCLOSURES}
    if alien or not isinstance(listed, list) or len(texts) != len(listed):
        raise _malformed()
    if len(texts) > MAX_DIGESTS:
        raise _malformed()
    return value[ENVELOPE], [parse_disclosure(text) for text in texts]


def without_plaintext(body: bytes) -> bytes:
    """A body as it may be kept as evidence: hashes where the disclosures were.

    A body that is no JSON object with an envelope is kept as it came.
    """
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return body
    if not isinstance(value, dict) or ENVELOPE not in value:
        return body
    listed = value.get(DISCLOSURES)
    texts = listed if isinstance(listed, list) else [listed]
    hashes = [hashlib.sha256(json.dumps(text).encode()).hexdigest() for text in texts]
    return json.dumps({ENVELOPE: value[ENVELOPE], "disclosures_sha256": hashes}).encode()


def _malformed() -> MalformedDisclosure:
    return MalformedDisclosure(
        f"披露列表应为至多 {MAX_DIGESTS} 项文本，且无其他字段。",
        f"The disclosures must be a list of at most {MAX_DIGESTS} texts, with nothing beside it.",
    )
