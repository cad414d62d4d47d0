"""The bodies of log events: opening, keys, parties, sites, erasures, evidence; read strictly.

Fields named here are required and typed; others are allowed and ignored, so that a body can grow.
"""

import re
from dataclasses import dataclass
from typing import TypeAlias

from waste_trace.ledger.canonical import JsonValue
from waste_trace.ledger.encoding import decode_b64, decode_b64url
from waste_trace.ledger.errors import MalformedKey, RefusedKeyEvent
from waste_trace.ledger.event import Event
from waste_trace.ledger.keys import check_public_key

LOG_EVENT_TYPES = frozenset(
    [
        "ledger.open",
        "key.enrol",
        "key.rotate",
        "key.revoke",
        "log.key",
        "org.register",
        "site.register",
        "pii.erased",
        "evidence.device_fork",
    ]
)
PURPOSES = ("device", "label", "service")
ORG_KINDS = ("producer", "transporter", "platform", "treatment", "regulator")
MAX_ERASED = 200  # digests of one erasure leaf, so that it stays well below the largest event
_DIGEST = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")
_ACTOR = re.compile(r"usr_[a-z0-9]{6,32}")
_DEVICE = re.compile(r"[a-z0-9][a-z0-9-]{2,47}")


@dataclass(frozen=True, slots=True)
class Opening:
    """``ledger.open``: leaf 0. ``log_key``: the log's first verifier key, or ""."""

    origin: str
    registrar: str
    catalogue: str
    log_key: str


@dataclass(frozen=True, slots=True)
class KeyEnrolment:
    """``key.enrol``: the registrar vouches for a key."""

    dev: str
    ep: int
    alg: str
    pub: bytes
    org: str
    purpose: str
    name: str


@dataclass(frozen=True, slots=True)
class KeyRotation:
    """``key.rotate``: a device names its next key with its old one."""

    ep: int
    alg: str
    pub: bytes
    last_seq: int
    last_hash: str


@dataclass(frozen=True, slots=True)
class KeyRevocation:
    """``key.revoke``: events above ``last_good_seq`` no longer count (-1: none ever did)."""

    dev: str
    ep: int
    last_good_seq: int
    reason: str


@dataclass(frozen=True, slots=True)
class NextLogKey:
    """``log.key``: the registrar names the key that signs checkpoints from this leaf on.

    ``vkey``, ``replaces``: verifier keys, the next one and the one until here.
    """

    ep: int
    vkey: str
    replaces: str


@dataclass(frozen=True, slots=True)
class Organisation:
    """``org.register``: a party of the waste chain."""

    org: str
    name: str
    kinds: tuple[str, ...]
    region: str


@dataclass(frozen=True, slots=True)
class Site:
    """``site.register``: a place of an organisation. ``capacity_kg`` is a decimal string or ""."""

    site: str
    org: str
    name: str
    kind: str
    capacity_kg: str


@dataclass(frozen=True, slots=True)
class Erasure:
    """``pii.erased``: these disclosures are gone, and on what basis; the digests stay.

    ``actor``: the pseudonym of a person whose account was erased, or "".
    """

    digests: tuple[str, ...]
    basis: str
    actor: str


@dataclass(frozen=True, slots=True)
class ForkEvidence:
    """``evidence.device_fork``: a key has signed two events with one number.

    Attributes:
        index: where the first one stands. first, second: hashes of the two payloads.
        payload, signature: the second one as it was signed; both empty if it was too long.
    """

    dev: str
    ep: int
    seq: int
    index: int
    first: bytes
    second: bytes
    payload: bytes
    signature: bytes


LogBody: TypeAlias = (
    Opening
    | KeyEnrolment
    | KeyRotation
    | KeyRevocation
    | NextLogKey
    | Organisation
    | Site
    | Erasure
    | ForkEvidence
)


def read_body(event: Event) -> LogBody:
    """The typed body of a log event; RefusedKeyEvent naming the field."""
    body = event.body
    match event.typ:
        case "ledger.open":
            first = _text(body, "log_key") if "log_key" in body else ""
            catalogue = _text(body, "catalogue")
            return Opening(_text(body, "origin"), _text(body, "registrar"), catalogue, first)
        case "key.enrol":
            return _enrolment(body)
        case "key.rotate":
            alg, pub = _key(body)
            last_seq = _integer(body, "last_seq", -1)
            return KeyRotation(
                _integer(body, "ep"), alg, pub, last_seq, _text(body, "last_hash", empty=True)
            )
        case "key.revoke":
            last_good = _integer(body, "last_good_seq", -1)
            return KeyRevocation(
                _device(body), _integer(body, "ep"), last_good, _text(body, "reason", empty=True)
            )
        case "log.key":
            vkey, before = _text(body, "vkey"), _text(body, "replaces")
            return NextLogKey(_integer(body, "ep"), vkey, before)
        case "org.register":
            return Organisation(
                _text(body, "org"), _text(body, "name"), _kinds(body), _text(body, "region")
            )
        case "site.register":
            return _site(body)
        case "pii.erased":
            return _erasure(body)
        case "evidence.device_fork":
            return _fork(body)
        case _:
            raise _bad("typ")


def _enrolment(body: dict[str, JsonValue]) -> KeyEnrolment:
    alg, pub = _key(body)
    purpose = _text(body, "purpose")
    if purpose not in PURPOSES:
        raise _bad("purpose")
    if _integer(body, "from_seq") != 0:
        raise _bad("from_seq")
    return KeyEnrolment(
        dev=_device(body),
        ep=_integer(body, "ep"),
        alg=alg,
        pub=pub,
        org=_text(body, "org", empty=True),
        purpose=purpose,
        name=_text(body, "name"),
    )


def _site(body: dict[str, JsonValue]) -> Site:
    capacity = _text(body, "capacity_kg") if "capacity_kg" in body else ""
    return Site(
        _text(body, "site"), _text(body, "org"), _text(body, "name"), _text(body, "kind"), capacity
    )


def _erasure(body: dict[str, JsonValue]) -> Erasure:
    value = body.get("digests")
    listed = value if isinstance(value, list) else []
    digests = tuple(text for text in listed if isinstance(text, str) and _DIGEST.fullmatch(text))
    actor = _text(body, "actor") if "actor" in body else ""
    if actor and not _ACTOR.fullmatch(actor):
        raise _bad("actor")
    if not isinstance(value, list) or len(digests) != len(listed) or len(digests) > MAX_ERASED:
        raise _bad("digests")
    if len(set(digests)) != len(digests) or not (digests or actor):
        raise _bad("digests")
    return Erasure(digests, _text(body, "basis"), actor)


def _fork(body: dict[str, JsonValue]) -> ForkEvidence:
    quoted = "payload" in body or "sig" in body
    evidence = ForkEvidence(
        dev=_device(body),
        ep=_integer(body, "ep"),
        seq=_integer(body, "seq"),
        index=_integer(body, "index"),
        first=_hash(body, "first"),
        second=_hash(body, "second"),
        payload=_bytes(body, "payload") if quoted else b"",
        signature=_bytes(body, "sig") if quoted else b"",
    )
    if evidence.first == evidence.second:
        raise _bad("second")
    return evidence


def _hash(body: dict[str, JsonValue], name: str) -> bytes:
    text = _text(body, name)
    if not _DIGEST.fullmatch(text):
        raise _bad(name)
    return decode_b64url(text)


def _bytes(body: dict[str, JsonValue], name: str) -> bytes:
    try:
        return decode_b64(_text(body, name))
    except ValueError as error:
        raise _bad(name) from error


def _key(body: dict[str, JsonValue]) -> tuple[str, bytes]:
    alg = _text(body, "alg")
    try:
        pub = decode_b64(_text(body, "pub"))
        check_public_key(alg, pub)
    except (ValueError, MalformedKey) as error:
        raise _bad("pub") from error
    return alg, pub


def _device(body: dict[str, JsonValue]) -> str:
    dev = _text(body, "dev")
    if not _DEVICE.fullmatch(dev):
        raise _bad("dev")
    return dev


def _kinds(body: dict[str, JsonValue]) -> tuple[str, ...]:
    value = body.get("kinds")
    kinds = value if isinstance(value, list) else []
    names = tuple(kind for kind in kinds if isinstance(kind, str) and kind in ORG_KINDS)
    if not names or len(names) != len(kinds) or len(set(names)) != len(names):
        raise _bad("kinds")
    return names


def _text(body: dict[str, JsonValue], name: str, *, empty: bool = False) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not (value or empty):
        raise _bad(name)
    return value


def _integer(body: dict[str, JsonValue], name: str, least: int = 0) -> int:
    value = body.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise _bad(name)
    return value


def _bad(name: str) -> RefusedKeyEvent:
    return RefusedKeyEvent(
        f"登记内容字段 {name} 不合规。", f"Body field {name!r} is missing or malformed.", field=name
    )
