"""The envelope around a signed payload: DSSE v1.0, with exactly one signature.

The signature covers PAE(payloadType, payload), so the server stores and forwards the payload
bytes as they came and never has to write them again.
"""

from waste_trace.ledger import keys
from waste_trace.ledger.canonical import JsonValue, canonical_bytes, parse_canonical
from waste_trace.ledger.encoding import b64, decode_b64
from waste_trace.ledger.errors import MalformedEnvelope
from waste_trace.ledger.keys import SigningKey
from waste_trace.value import value


@value
class Envelope:
    """Payload bytes, their media type, the signing key's name ("dev/ep") and the signature."""

    payload: bytes
    payload_type: str
    key_id: str
    signature: bytes


def pae(payload_type: str, payload: bytes) -> bytes:
    """Pre-authentication encoding (DSSE protocol v1): what is really signed."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign_envelope(
    payload: bytes, payload_type: str, key_id: str, signing_key: SigningKey
) -> Envelope:
    """Sign ``payload`` and wrap it."""
    signature = signing_key.sign(pae(payload_type, payload))
    return Envelope(payload, payload_type, key_id, signature)


def verify_envelope(envelope: Envelope, algorithm: str, public_key: bytes) -> None:
    """InvalidSignature unless the envelope was signed by ``public_key``."""
    message = pae(envelope.payload_type, envelope.payload)
    keys.verify(algorithm, public_key, envelope.signature, message)


def envelope_value(envelope: Envelope) -> dict[str, JsonValue]:
    """The envelope as a JSON value, ready to be put in a leaf or a request."""
    return {
        "payload": b64(envelope.payload),
        "payloadType": envelope.payload_type,
        "signatures": [{"keyid": envelope.key_id, "sig": b64(envelope.signature)}],
    }


def envelope_bytes(envelope: Envelope) -> bytes:
    """The envelope's canonical JSON."""
    return canonical_bytes(envelope_value(envelope))


def parse_envelope(data: bytes) -> Envelope:
    """Read canonical envelope JSON; NotCanonical or MalformedEnvelope."""
    return envelope_from_value(parse_canonical(data))


def envelope_from_value(value: object) -> Envelope:
    """Read an envelope from a decoded JSON value, strictly; MalformedEnvelope."""
    fields = _object(value, {"payload", "payloadType", "signatures"}, "envelope")
    signatures = fields["signatures"]
    if not isinstance(signatures, list) or len(signatures) != 1:
        raise MalformedEnvelope("必须恰好有一个签名。", "Exactly one signature is required.")
    signature = _object(signatures[0], {"keyid", "sig"}, "signature")
    return Envelope(
        payload=_bytes(fields, "payload"),
        payload_type=_text(fields, "payloadType"),
        key_id=_text(signature, "keyid"),
        signature=_bytes(signature, "sig"),
    )


def _object(value: object, names: set[str], what: str) -> dict[str, object]:
    if not isinstance(value, dict) or value.keys() != names:
        raise MalformedEnvelope(
            f"封装字段不符，应为 {'、'.join(sorted(names))}。",
            f"The {what} must have exactly these fields: {', '.join(sorted(names))}.",
        )
    return value


def _text(fields: dict[str, object], name: str) -> str:
    value = fields[name]
    if not isinstance(value, str) or not value or not value.isascii():
        raise MalformedEnvelope(
            f"{name} 必须是非空 ASCII 文本。", f"{name} must be non-empty ASCII text.", field=name
        )
    return value


def _bytes(fields: dict[str, object], name: str) -> bytes:
    try:
        return decode_b64(_text(fields, name))
    except ValueError as error:
        raise MalformedEnvelope(
            f"{name} 不是规范的 base64。", f"{name} is not canonical base64.", field=name
        ) from error
