"""The one way in: a signed event is checked, sequenced, projected, answered with its receipt."""

import json
from concurrent.futures import Future
from dataclasses import replace
from functools import partial

from waste_trace.custody.vocabulary import parse_body, require_permitted
from waste_trace.errors import WasteTraceError
from waste_trace.ledger.disclosure import Disclosure, undisclosed
from waste_trace.ledger.dsse import Envelope, envelope_from_value, verify_envelope
from waste_trace.ledger.errors import (
    InvalidSignature,
    MalformedDisclosure,
    MalformedEnvelope,
    MalformedEvent,
    NotCanonical,
    UnknownKey,
)
from waste_trace.ledger.event import PAYLOAD_TYPE, Event, parse_event, payload_hash
from waste_trace.ledger.registry import EnrolledKey, KeyRegistry, Refusal
from waste_trace.services.deployment import Deployment
from waste_trace.services.event_request import split_disclosures, without_plaintext
from waste_trace.services.quarantine import quarantine
from waste_trace.services.refused import (
    DisclosureMismatch,
    ForeignLedger,
    MalformedRequest,
    RevokedDevice,
    UnknownDevice,
    WrongOrganisation,
    WrongSignature,
)
from waste_trace.store.sequencer import (
    DeviceFork,
    LedgerBusy,
    LedgerRolledBack,
    Recorded,
    Submitted,
)

#: Errors that say nothing about the event itself; there is nothing to keep as evidence.
_NOT_EVIDENCE = (LedgerBusy, LedgerRolledBack)


def submit_event(deployment: Deployment, body: bytes, *, remote: str) -> Future[Recorded]:
    """Check a body and hand it to the sequencer.

    A body is one DSSE envelope in JSON, or ``{"envelope": ..., "disclosures": [...]}`` with the
    personal data that digests in the event stand for, which is kept beside the ledger.

    The future raises what the sequencer finds (``DeviceFork``); call ``keep_refused`` with it.

    Raises:
        RefusedEvent, CustodyError: what is wrong; the body has been put in quarantine.
        LedgerBusy, LedgerRolledBack: nothing was taken.
    """
    try:
        item = check_event(deployment, body)
        return deployment.sequencer.submit(item)
    except WasteTraceError as error:
        keep_refused(deployment, body, error, remote=remote)
        raise


def record_event(deployment: Deployment, body: bytes, *, remote: str) -> Recorded:
    """``submit_event``, waiting for the commit."""
    answer = submit_event(deployment, body, remote=remote)
    try:
        return answer.result()
    except WasteTraceError as error:
        keep_refused(deployment, body, error, remote=remote)
        raise


def keep_refused(
    deployment: Deployment, body: bytes, error: WasteTraceError, *, remote: str
) -> None:
    """Quarantine a refused body, unless the refusal was not about it; personal data stays out."""
    if not isinstance(error, _NOT_EVIDENCE):
        kept = without_plaintext(body)
        quarantine(
            deployment, kept, error, channel="event", remote=remote, media_type="application/json"
        )


def check_event(deployment: Deployment, body: bytes) -> Submitted:
    """All that can be checked before sequencing: form, key, signature, vocabulary, permission."""
    envelope, event, disclosures = _parse(body)
    sequencer = deployment.sequencer
    if event.log != sequencer.origin:
        raise ForeignLedger(
            f"事件签给台账“{event.log}”，本台账为“{sequencer.origin}”。",
            f"The event was signed for {event.log!r}; this ledger is {sequencer.origin!r}.",
        )
    registry = sequencer.registry
    try:
        submitted = _verify(registry, envelope, event)
    except WasteTraceError:
        # Another process may have enrolled the key, or registered the organisation, meanwhile.
        newer = sequencer.refresh()
        if newer is registry:
            raise
        submitted = _verify(newer, envelope, event)
    if not disclosures:
        return submitted
    foreign = undisclosed(event, disclosures)
    if foreign:
        raise DisclosureMismatch(
            f"有 {len(foreign)} 项个人信息与事件中的摘要不符。",
            f"{len(foreign)} disclosures match no digest of the event, or come twice.",
            digests=foreign,
        )
    keep = partial(deployment.vault.keep, disclosures=disclosures, now=deployment.now())
    return replace(submitted, beside=keep)


def _verify(registry: KeyRegistry, envelope: Envelope, event: Event) -> Submitted:
    key = _authorise(registry, event)
    try:
        verify_envelope(envelope, key.algorithm, key.public_key)
    except InvalidSignature as error:
        raise WrongSignature(
            f"设备 {event.key_id} 的签名与内容不符。",
            f"The signature of {event.key_id} does not belong to this content.",
        ) from error
    _require_allowed(registry, key, event)
    return Submitted(envelope, event, payload_hash(envelope.payload))


def _parse(body: bytes) -> tuple[Envelope, Event, list[Disclosure]]:
    try:
        value = json.loads(body)
        inner, disclosures = split_disclosures(value)
        envelope = envelope_from_value(inner)
        if envelope.payload_type != PAYLOAD_TYPE:
            raise MalformedRequest(
                f"载荷类型应为 {PAYLOAD_TYPE}。", f"The payload type must be {PAYLOAD_TYPE}."
            )
        event = parse_event(envelope.payload)
    except (ValueError, RecursionError) as error:
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


def _authorise(registry: KeyRegistry, event: Event) -> EnrolledKey:
    try:
        return registry.authorise(event)
    except UnknownKey as error:
        if error.facts.get("reason") == str(Refusal.UNKNOWN):
            raise UnknownDevice(error.zh, error.en) from error
        raise RevokedDevice(error.zh, error.en) from error


def _require_allowed(registry: KeyRegistry, key: EnrolledKey, event: Event) -> None:
    """A device speaks for its own organisation; a service of the ledger never comes this way."""
    if key.purpose != "device" or event.org != key.org:
        raise WrongOrganisation(
            f"设备登记在“{key.org}”名下，事件却写“{event.org}”。",
            f"The device is enrolled for {key.org!r}; the event says {event.org!r}.",
        )
    if event.typ == "key.rotate":
        return  # a device may always name its next key; the registry reads the body
    organisation = registry.organisations.get(event.org)
    kinds = frozenset(organisation.kinds if organisation else ())
    parse_body(event.typ, event.body)
    require_permitted(event.typ, kinds, "")


__all__ = ["DeviceFork", "check_event", "keep_refused", "record_event", "submit_event"]
