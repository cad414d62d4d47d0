"""The one way in: a signed event is checked, sequenced, projected, answered with its receipt."""

from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from functools import partial

from waste_trace.custody.errors import MalformedBody
from waste_trace.custody.vocabulary import VOCABULARY, parse_body, require_permitted
from waste_trace.errors import WasteTraceError
from waste_trace.ledger.disclosure import Disclosure, undisclosed
from waste_trace.ledger.dsse import Envelope, verify_envelope
from waste_trace.ledger.errors import InvalidSignature, UnknownKey
from waste_trace.ledger.event import Event, payload_hash
from waste_trace.ledger.registry import EnrolledKey, KeyRegistry, Refusal
from waste_trace.ledger.registry_bodies import ROTATION_FIELDS
from waste_trace.services.check_apart import Checked, Question, named_key
from waste_trace.services.check_transfer import require_transfer
from waste_trace.services.deployment import Deployment
from waste_trace.services.event_request import read_request, without_plaintext
from waste_trace.services.quarantine import quarantine
from waste_trace.services.record_fork import record_fork
from waste_trace.services.refused import (
    DisclosureMismatch,
    ForeignLedger,
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
from waste_trace.value import value

#: Errors that say nothing about the event itself; there is nothing to keep as evidence.
_NOT_EVIDENCE = (LedgerBusy, LedgerRolledBack)


def submit_event(deployment: Deployment, body: bytes, *, remote: str) -> Future[Recorded]:
    """Hand a body in; nothing is checked in the caller's thread, which may be an event loop.

    A body is one DSSE envelope in JSON, or ``{"envelope": ..., "disclosures": [...]}`` with the
    personal data that digests in the event stand for, which is kept beside the ledger.

    The future raises RefusedEvent, CustodyError or DeviceFork: what is wrong; the body has been put
    in quarantine.

    Raises:
        LedgerBusy, LedgerRolledBack: nothing was taken.
    """
    return deployment.intake.hand_in(body, _Checks(deployment, remote))


def record_event(deployment: Deployment, body: bytes, *, remote: str) -> Recorded:
    """``submit_event``, waiting for the commit; raises what its future raises."""
    return submit_event(deployment, body, remote=remote).result()


@value
class _Checks:
    """What the intake asks of an event that came from ``remote``."""

    deployment: Deployment
    remote: str

    def question(self, body: bytes) -> Question | None:
        named = named_key(body)
        key = None if named is None else self.deployment.sequencer.registry.key_for(*named)
        return None if key is None else Question(body, key.algorithm, key.public_key)

    def item(self, body: bytes, checked: Checked | None) -> Submitted:
        return check_event(self.deployment, body, checked)

    def refuse(self, body: bytes, error: WasteTraceError) -> None:
        keep_refused(self.deployment, body, error, remote=self.remote)


def keep_refused(
    deployment: Deployment, body: bytes, error: WasteTraceError, *, remote: str
) -> None:
    """Quarantine a refused body, unless the refusal was not about it; personal data stays out.

    The second event under a number that is taken is also quoted in the ledger, as evidence.
    """
    if isinstance(error, _NOT_EVIDENCE):
        return
    kept = without_plaintext(body)
    quarantine(
        deployment, kept, error, channel="event", remote=remote, media_type="application/json"
    )
    if isinstance(error, DeviceFork):
        # A ledger that cannot take it now has it in quarantine, from where it is sent in again.
        with suppress(*_NOT_EVIDENCE):
            record_fork(deployment, read_request(body)[0])


def check_event(deployment: Deployment, body: bytes, checked: Checked | None = None) -> Submitted:
    """All that can be checked before sequencing: form, key, signature, vocabulary, permission.

    Args:
        checked: what `check_apart` has found good already, in another process.

    Raises:
        RefusedEvent, CustodyError
    """
    sequencer = deployment.sequencer
    registry = sequencer.registry
    try:
        found = _found(sequencer.origin, registry, body, checked)
    except WasteTraceError:
        # Another process may have enrolled the key, or registered the organisation, meanwhile.
        newer = sequencer.refresh()
        if newer is registry:
            raise
        found = _found(sequencer.origin, newer, body, None)
    event = found.event
    require_transfer(deployment, event.typ, event.org, event.body, event.claimed_at)
    submitted = Submitted(found.envelope, event, found.payload_hash)
    if not found.disclosures:
        return submitted
    foreign = undisclosed(found.event, found.disclosures)
    if foreign:
        raise DisclosureMismatch(
            f"有 {len(foreign)} 项个人信息与事件中的摘要不符。",
            f"{len(foreign)} disclosures match no digest of the event, or come twice.",
            digests=foreign,
        )
    keep = partial(deployment.vault.keep, disclosures=found.disclosures, now=deployment.now())
    return replace(submitted, beside=keep)


def _found(origin: str, registry: KeyRegistry, body: bytes, checked: Checked | None) -> Checked:
    """What the body holds, if this registry lets it in."""
    disclosures: Sequence[Disclosure]
    if checked is None:
        envelope, event, disclosures = read_request(body)
    else:
        envelope, event, disclosures = checked.envelope, checked.event, checked.disclosures
    if event.log != origin:
        raise ForeignLedger(
            f"事件签给台账“{event.log}”，本台账为“{origin}”。",
            f"The event was signed for {event.log!r}; this ledger is {origin!r}.",
        )
    key = _authorise(registry, event)
    if checked is None or checked.public_key != key.public_key:
        _verify(envelope, event, key)
    _require_allowed(registry, key, event, parsed=checked is not None)
    digest = payload_hash(envelope.payload) if checked is None else checked.payload_hash
    return checked or Checked(envelope, event, digest, disclosures, key.public_key)


def _verify(envelope: Envelope, event: Event, key: EnrolledKey) -> None:
    try:
        verify_envelope(envelope, key.algorithm, key.public_key)
    except InvalidSignature as error:
        raise WrongSignature(
            f"设备 {event.key_id} 的签名与内容不符。",
            f"The signature of {event.key_id} does not belong to this content.",
        ) from error


def _authorise(registry: KeyRegistry, event: Event) -> EnrolledKey:
    try:
        return registry.authorise(event)
    except UnknownKey as error:
        if error.facts.get("reason") == str(Refusal.UNKNOWN):
            raise UnknownDevice(error.zh, error.en) from error
        raise RevokedDevice(error.zh, error.en) from error


def _require_allowed(
    registry: KeyRegistry, key: EnrolledKey, event: Event, *, parsed: bool
) -> None:
    """A device speaks for its own organisation; a service of the ledger never comes this way.

    Args:
        parsed: the body has been read as its verb's, and is.
    """
    if key.purpose != "device" or event.org != key.org:
        raise WrongOrganisation(
            f"设备登记在“{key.org}”名下，事件却写“{event.org}”。",
            f"The device is enrolled for {key.org!r}; the event says {event.org!r}.",
        )
    if event.typ == "key.rotate":
        _require_known_fields(event)
        return  # a device may always name its next key; the registry reads the body
    organisation = registry.organisations.get(event.org)
    kinds = frozenset(organisation.kinds if organisation else ())
    if not parsed or event.typ not in VOCABULARY:
        parse_body(event.typ, event.body)
    require_permitted(event.typ, kinds, "")


def _require_known_fields(event: Event) -> None:
    """Of a rotation. Verifiers pass over others, but a leaf is no place for notes."""
    more = sorted(event.body.keys() - ROTATION_FIELDS)
    if more:
        names = "、".join(more)
        raise MalformedBody(
            f"“更换密钥”事件有多余字段：{names}。",
            f"A key.rotate event has no such fields: {names}.",
            typ=event.typ,
            fields=[{"field": name, "problem": "not allowed"} for name in more],
        )


__all__ = ["DeviceFork", "check_event", "keep_refused", "record_event", "submit_event"]
