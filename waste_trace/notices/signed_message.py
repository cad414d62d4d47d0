"""Sign what is sent to another system, as Standard Webhooks describe it, so that libraries exist.

    webhook-id: msg_...            the same for every attempt: what came twice is one message
    webhook-timestamp: 1795420800  seconds since 1970, of this attempt
    webhook-signature: v1,<base64 of HMAC-SHA256(secret, "id.timestamp.body")>

(standardwebhooks.com, "Signature scheme", symmetric). A receiver that refuses timestamps older than
five minutes is safe from replays by others.
"""

import hashlib
import hmac
from base64 import b64decode, b64encode

PREFIX = "whsec_"
#: How old a timestamp a receiver should still believe, in seconds.
TOLERANCE_SECONDS = 300


def secret_text(master: bytes, webhook: str, generation: int) -> str:
    """The secret of a webhook, as its receiver is given it: ``whsec_`` and base64 of 32 bytes.

    Derived, so that no row of the database holds it; a new generation is another secret.
    """
    derived = hmac.digest(master, f"webhook {webhook} {generation}".encode(), "sha256")
    return PREFIX + b64encode(derived).decode()


def sign_message(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of ``webhook-signature``.

    Args:
        secret: of ``secret_text``.
        timestamp: seconds since 1970.
    """
    key = b64decode(secret.removeprefix(PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def is_signed(secret: str, message_id: str, timestamp: int, body: bytes, signature: str) -> bool:
    """Whether one of the space-separated signatures is good; what a receiver does."""
    expected = sign_message(secret, message_id, timestamp, body)
    return any(hmac.compare_digest(expected, given) for given in signature.split())
