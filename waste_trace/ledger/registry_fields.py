"""One field of a log event's body, read strictly; RefusedKeyEvent names the one that is wrong."""

import re

from waste_trace.ledger.canonical import JsonValue
from waste_trace.ledger.encoding import decode_b64, decode_b64url
from waste_trace.ledger.errors import MalformedKey, RefusedKeyEvent
from waste_trace.ledger.event import DEVICE
from waste_trace.ledger.keys import check_public_key

#: The ``b64url`` of a SHA-256, in its one spelling.
DIGEST = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")


def text_in(body: dict[str, JsonValue], name: str, *, empty: bool = False) -> str:
    """A text; with ``empty`` it may be ""."""
    value = body.get(name)
    if not isinstance(value, str) or not (value or empty):
        raise wrong_field(name)
    return value


def integer_in(body: dict[str, JsonValue], name: str, least: int = 0) -> int:
    """A whole number that is not below ``least``."""
    value = body.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise wrong_field(name)
    return value


def device_in(body: dict[str, JsonValue]) -> str:
    """``dev``: the id of a device."""
    dev = text_in(body, "dev")
    if not DEVICE.fullmatch(dev):
        raise wrong_field("dev")
    return dev


def key_in(body: dict[str, JsonValue]) -> tuple[str, bytes]:
    """``alg`` and ``pub``: a public key that can verify."""
    alg = text_in(body, "alg")
    try:
        pub = decode_b64(text_in(body, "pub"))
        check_public_key(alg, pub)
    except (ValueError, MalformedKey) as error:
        raise wrong_field("pub") from error
    return alg, pub


def hash_in(body: dict[str, JsonValue], name: str) -> bytes:
    """The 32 bytes of a hash in ``b64url``."""
    text = text_in(body, name)
    if not DIGEST.fullmatch(text):
        raise wrong_field(name)
    return decode_b64url(text)


def bytes_in(body: dict[str, JsonValue], name: str) -> bytes:
    """Bytes in ``b64``."""
    try:
        return decode_b64(text_in(body, name))
    except ValueError as error:
        raise wrong_field(name) from error


def wrong_field(name: str) -> RefusedKeyEvent:
    """The error for a field that is missing or malformed."""
    return RefusedKeyEvent(
        f"登记内容字段 {name} 不合规。", f"Body field {name!r} is missing or malformed.", field=name
    )
