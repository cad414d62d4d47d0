"""What a device signs: the header that places an event in its chain, and a body.

The payload is canonical JSON of a fixed set of fields (`Event`), at most 16 KiB. Its identity is
the SHA-256 of its bytes, never its signature. What a body must hold is decided per type elsewhere.
"""

import hashlib
import re
from datetime import datetime

from waste_trace.ledger.canonical import MAX_INTEGER, JsonValue, canonical_bytes, parse_canonical
from waste_trace.ledger.encoding import b64, b64url, decode_b64, decode_b64url
from waste_trace.ledger.errors import MalformedEvent
from waste_trace.value import value

PAYLOAD_TYPE = "application/vnd.waste-trace.event.v1+json"
MAX_PAYLOAD_BYTES = 16 * 1024
VERSION = 1

_CHAIN_FIELDS = ("dev", "ep", "seq", "prev", "seen", "t", "off")
_FIELDS = frozenset({"v", "log", "typ", "id", *_CHAIN_FIELDS, "act", "org", "site", "body"})
_ORIGIN = re.compile(r"[!-*,-~]{1,255}")  # printable ASCII, neither space nor "+"
_TYPE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?")
_UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
DEVICE = re.compile(r"[a-z0-9][a-z0-9-]{2,47}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
_ACTOR = re.compile(r"(usr_[a-z0-9]{6,32})?")
_ORG = re.compile(r"([0-9A-Z]{18})?")
_SITE = re.compile(r"[^\x00-\x1f\x7f]{0,64}")
_KEY = re.compile(r"[a-z0-9_]+")


@value
class Seen:
    """The newest checkpoint that the device had verified: tree size and root (b"" if none)."""

    n: int = 0
    root: bytes = b""


@value
class Event:
    """One event as its device signed it. Field names are those of the payload.

    ``log`` ledger origin; ``typ`` event type; ``id`` UUIDv7; ``dev``/``ep``/``seq`` device, key
    epoch, position in the chain; ``prev`` SHA-256 of the previous payload (b"" for seq 0);
    ``seen`` newest verified checkpoint; ``t`` claimed time, RFC 3339 UTC with milliseconds;
    ``off`` recorded while offline; ``act`` pseudonym; ``org`` 统一社会信用代码; ``site``; ``body``.
    """

    log: str
    typ: str
    id: str
    dev: str
    ep: int
    seq: int
    prev: bytes
    seen: Seen
    t: str
    off: bool
    act: str
    org: str
    site: str
    body: dict[str, JsonValue]

    @property
    def claimed_at(self) -> datetime:
        """``t`` as an aware UTC datetime."""
        return datetime.fromisoformat(self.t)

    @property
    def key_id(self) -> str:
        """The DSSE keyid of the key that must have signed this: ``dev/ep``."""
        return f"{self.dev}/{self.ep}"


def event_value(event: Event) -> dict[str, JsonValue]:
    """The payload as a JSON value."""
    return {
        "v": VERSION,
        "log": event.log,
        "typ": event.typ,
        "id": event.id,
        "dev": event.dev,
        "ep": event.ep,
        "seq": event.seq,
        "prev": b64url(event.prev),
        "seen": {"n": event.seen.n, "root": b64(event.seen.root)},
        "t": event.t,
        "off": event.off,
        "act": event.act,
        "org": event.org,
        "site": event.site,
        "body": event.body,
    }


def build_payload(event: Event) -> bytes:
    """The bytes to sign; MalformedEvent or NotCanonical if `parse_event` would refuse them."""
    payload = canonical_bytes(event_value(event))
    parse_event(payload)
    return payload


def payload_hash(payload: bytes) -> bytes:
    """SHA-256 of payload bytes: the event's identity, and the next event's ``prev``."""
    return hashlib.sha256(payload).digest()


def parse_event(payload: bytes) -> Event:
    """Read payload bytes strictly; NotCanonical or MalformedEvent naming the field."""
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise MalformedEvent(
            "事件超过 16 KiB。", "The event is larger than 16 KiB.", limit=MAX_PAYLOAD_BYTES
        )
    value = parse_canonical(payload)
    if not isinstance(value, dict) or value.keys() != _FIELDS:
        raise MalformedEvent(
            "事件字段不完整或有多余字段。",
            f"The payload must have exactly these fields: {', '.join(sorted(_FIELDS))}.",
        )
    _check_profile(value)
    if value["v"] is True or value["v"] != VERSION:
        raise _bad("v")
    event = Event(
        log=_match(value, "log", _ORIGIN),
        typ=_match(value, "typ", _TYPE),
        id=_match(value, "id", _UUID7),
        dev=_match(value, "dev", DEVICE),
        ep=_count(value, "ep"),
        seq=_count(value, "seq"),
        prev=_prev(value),
        seen=_seen(value["seen"]),
        t=_time(value),
        off=_flag(value, "off"),
        act=_match(value, "act", _ACTOR),
        org=_match(value, "org", _ORG),
        site=_match(value, "site", _SITE),
        body=_body(value),
    )
    if (event.seq == 0) != (event.prev == b""):
        raise _bad("prev")
    return event


def new_event_id(unix_ms: int, random: bytes) -> str:
    """A UUIDv7 (RFC 9562 §5.7) from a time in milliseconds and 10 random bytes."""
    if len(random) != 10 or not 0 <= unix_ms < 2**48:
        raise ValueError("a UUIDv7 needs 10 random bytes and a 48-bit time")
    raw = bytearray(unix_ms.to_bytes(6, "big") + random)
    raw[6] = raw[6] & 0x0F | 0x70
    raw[8] = raw[8] & 0x3F | 0x80
    text = raw.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _check_profile(value: JsonValue) -> None:
    """The payload profile on top of JCS: keys [a-z0-9_]+ and no null, at any depth."""
    if value is None:
        raise MalformedEvent("事件中不允许 null。", "null has no place in an event.")
    if isinstance(value, dict):
        for key, item in value.items():
            if key not in _FIELDS and not _KEY.fullmatch(key):
                raise MalformedEvent(
                    f"键 {key!r} 不合规。", f"Key {key!r} is not [a-z0-9_]+.", field=key
                )
            if type(item) is not str:  # asked here, because most values are texts
                _check_profile(item)
    elif isinstance(value, list):
        for item in value:
            if type(item) is not str:
                _check_profile(item)


def _match(value: dict[str, JsonValue], name: str, pattern: re.Pattern[str]) -> str:
    text = value[name]
    if not isinstance(text, str) or not pattern.fullmatch(text):
        raise _bad(name)
    return text


def _count(value: dict[str, JsonValue], name: str) -> int:
    number = value[name]
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= MAX_INTEGER:
        raise _bad(name)
    return number


def _flag(value: dict[str, JsonValue], name: str) -> bool:
    flag = value[name]
    if not isinstance(flag, bool):
        raise _bad(name)
    return flag


def _body(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    body = value["body"]
    if not isinstance(body, dict):
        raise _bad("body")
    return body


def _prev(value: dict[str, JsonValue]) -> bytes:
    return _hash_or_empty(value["prev"], "prev", url=True)


def _seen(value: JsonValue) -> Seen:
    if not isinstance(value, dict) or value.keys() != {"n", "root"}:
        raise _bad("seen")
    root = _hash_or_empty(value["root"], "seen", url=False)
    try:
        seen = Seen(_count(value, "n"), root)
    except MalformedEvent as error:
        raise _bad("seen") from error
    if (seen.n == 0) != (seen.root == b""):
        raise _bad("seen")
    return seen


def _hash_or_empty(value: JsonValue, name: str, *, url: bool) -> bytes:
    if not isinstance(value, str):
        raise _bad(name)
    try:
        data = decode_b64url(value) if url else decode_b64(value)
    except ValueError as error:
        raise _bad(name) from error
    if len(data) not in (0, 32):
        raise _bad(name)
    return data


def _time(value: dict[str, JsonValue]) -> str:
    text = _match(value, "t", _TIME)
    try:
        datetime.fromisoformat(text)
    except ValueError as error:
        raise _bad("t") from error
    return text


def _bad(name: str) -> MalformedEvent:
    return MalformedEvent(
        f"事件字段 {name} 不合规。", f"Event field {name!r} is not in its form.", field=name
    )
