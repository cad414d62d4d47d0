"""The bodies of log events: opening, keys, parties, sites, erasures, evidence; read strictly.

Fields named here are required and typed; others are allowed and ignored, so that a body can grow.
"""

import re
from dataclasses import dataclass
from typing import TypeAlias

from waste_trace.ledger.canonical import JsonValue
from waste_trace.ledger.event import Event
from waste_trace.ledger.registry_fields import (
    DIGEST,
    bytes_in,
    device_in,
    hash_in,
    integer_in,
    key_in,
    text_in,
    wrong_field,
)

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
#: All that a device says of its next key.
ROTATION_FIELDS = frozenset(["ep", "alg", "pub", "last_seq", "last_hash"])
PURPOSES = ("device", "label", "service")
ORG_KINDS = ("producer", "transporter", "platform", "treatment", "regulator")
MAX_ERASED = 200  # digests of one erasure leaf, so that it stays well below the largest event
_ACTOR = re.compile(r"usr_[a-z0-9]{6,32}")


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
            first = text_in(body, "log_key") if "log_key" in body else ""
            catalogue = text_in(body, "catalogue")
            return Opening(text_in(body, "origin"), text_in(body, "registrar"), catalogue, first)
        case "key.enrol":
            return _enrolment(body)
        case "key.rotate":
            alg, pub = key_in(body)
            last_seq = integer_in(body, "last_seq", -1)
            return KeyRotation(
                integer_in(body, "ep"), alg, pub, last_seq, text_in(body, "last_hash", empty=True)
            )
        case "key.revoke":
            last_good = integer_in(body, "last_good_seq", -1)
            return KeyRevocation(
                device_in(body),
                integer_in(body, "ep"),
                last_good,
                text_in(body, "reason", empty=True),
            )
        case "log.key":
            vkey, before = text_in(body, "vkey"), text_in(body, "replaces")
            return NextLogKey(integer_in(body, "ep"), vkey, before)
        case "org.register":
            return Organisation(
                text_in(body, "org"), text_in(body, "name"), _kinds(body), text_in(body, "region")
            )
        case "site.register":
            return _site(body)
        case "pii.erased":
            return _erasure(body)
        case "evidence.device_fork":
            return _fork(body)
        case _:
            raise wrong_field("typ")


def _enrolment(body: dict[str, JsonValue]) -> KeyEnrolment:
    alg, pub = key_in(body)
    purpose = text_in(body, "purpose")
    if purpose not in PURPOSES:
        raise wrong_field("purpose")
    if integer_in(body, "from_seq") != 0:
        raise wrong_field("from_seq")
    return KeyEnrolment(
        dev=device_in(body),
        ep=integer_in(body, "ep"),
        alg=alg,
        pub=pub,
        org=text_in(body, "org", empty=True),
        purpose=purpose,
        name=text_in(body, "name"),
    )


def _site(body: dict[str, JsonValue]) -> Site:
    capacity = text_in(body, "capacity_kg") if "capacity_kg" in body else ""
    return Site(
        text_in(body, "site"),
        text_in(body, "org"),
        text_in(body, "name"),
        text_in(body, "kind"),
        capacity,
    )


def _erasure(body: dict[str, JsonValue]) -> Erasure:
    value = body.get("digests")
    listed = value if isinstance(value, list) else []
    digests = tuple(text for text in listed if isinstance(text, str) and DIGEST.fullmatch(text))
    actor = text_in(body, "actor") if "actor" in body else ""
    if actor and not _ACTOR.fullmatch(actor):
        raise wrong_field("actor")
    if not isinstance(value, list) or len(digests) != len(listed) or len(digests) > MAX_ERASED:
        raise wrong_field("digests")
    if len(set(digests)) != len(digests) or not (digests or actor):
        raise wrong_field("digests")
    return Erasure(digests, text_in(body, "basis"), actor)


def _fork(body: dict[str, JsonValue]) -> ForkEvidence:
    quoted = "payload" in body or "sig" in body
    evidence = ForkEvidence(
        dev=device_in(body),
        ep=integer_in(body, "ep"),
        seq=integer_in(body, "seq"),
        index=integer_in(body, "index"),
        first=hash_in(body, "first"),
        second=hash_in(body, "second"),
        payload=bytes_in(body, "payload") if quoted else b"",
        signature=bytes_in(body, "sig") if quoted else b"",
    )
    if evidence.first == evidence.second:
        raise wrong_field("second")
    return evidence


def _kinds(body: dict[str, JsonValue]) -> tuple[str, ...]:
    value = body.get("kinds")
    kinds = value if isinstance(value, list) else []
    names = tuple(kind for kind in kinds if isinstance(kind, str) and kind in ORG_KINDS)
    if not names or len(names) != len(kinds) or len(set(names)) != len(names):
        raise wrong_field("kinds")
    return names
