"""Who may sign: devices, organisations and sites, as the log itself says, leaf by leaf.

A pure state machine. A key counts only for leaves above the one that enrolled it, so a verifier
needs the log and the registrar's public key, and no database.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from waste_trace.ledger.encoding import b64url
from waste_trace.ledger.errors import RefusedKeyEvent, UnknownKey
from waste_trace.ledger.event import Event
from waste_trace.ledger.fork_evidence import check_fork
from waste_trace.ledger.log_keys import LogKeys, read_log_key
from waste_trace.ledger.registry_bodies import (
    LOG_EVENT_TYPES,
    Erasure,
    ForkEvidence,
    KeyEnrolment,
    KeyRevocation,
    KeyRotation,
    NextLogKey,
    Opening,
    Organisation,
    Site,
    read_body,
)
from waste_trace.ledger.vkey import ED25519, VerifierKey

REGISTRAR = "registrar"


class Refusal(StrEnum):
    """Why a key does not count for an event."""

    UNKNOWN = "unknown_key"  # never enrolled, or enrolled at a higher index
    REVOKED = "late_after_revoke"  # seq is above the last good one of a revoked key
    RETIRED = "after_rotation"  # seq is above the one at which the device changed its key


@dataclass(slots=True)
class EnrolledKey:
    """A key of the log. ``last_good_seq`` is None while it is in use."""

    dev: str
    ep: int
    algorithm: str
    public_key: bytes
    org: str
    purpose: str
    name: str
    index: int
    last_good_seq: int | None = None
    ended_by: Refusal | None = None

    @property
    def key_id(self) -> str:
        """The DSSE keyid: ``dev/ep``."""
        return f"{self.dev}/{self.ep}"

    def refusal(self, seq: int) -> Refusal | None:
        """Why this key does not count for ``seq``; None if it does."""
        return (
            self.ended_by if self.last_good_seq is not None and seq > self.last_good_seq else None
        )


@dataclass(slots=True)
class KeyRegistry:
    """The registry after some prefix of the log. Feed it every event in order with `apply`."""

    registrar: VerifierKey
    origin: str
    keys: dict[tuple[str, int], EnrolledKey] = field(default_factory=dict)
    epochs: dict[str, int] = field(default_factory=dict)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    sites: dict[str, Site] = field(default_factory=dict)
    log_keys: LogKeys = field(default_factory=LogKeys)
    catalogue: str = ""
    opened: bool = False

    def __post_init__(self) -> None:
        if self.registrar.kind != ED25519:
            raise RefusedKeyEvent(
                "登记员公钥必须是 Ed25519。", "The registrar's key must be of type 0x01."
            )
        if not self.keys:
            self._add(
                EnrolledKey(
                    REGISTRAR, 0, "ed25519", self.registrar.public_key, "", "service", REGISTRAR, -1
                )
            )

    def key_for(self, dev: str, ep: int) -> EnrolledKey | None:
        """The key enrolled for a device's epoch, whatever became of it since; None if none."""
        return self.keys.get((dev, ep))

    def current_key(self, dev: str) -> EnrolledKey | None:
        """The key of the device's newest epoch."""
        return self.keys.get((dev, self.epochs.get(dev, -1)))

    def refusal(self, dev: str, ep: int, seq: int) -> Refusal | None:
        """Why an event at this place in the log would not count; None if its key is good."""
        key = self.key_for(dev, ep)
        return Refusal.UNKNOWN if key is None else key.refusal(seq)

    def authorise(self, event: Event) -> EnrolledKey:
        """The key that must have signed ``event`` if it were logged next; UnknownKey if none."""
        key = self.keys.get((event.dev, event.ep))
        refusal = None if key is None else key.refusal(event.seq)
        if key is None or refusal is not None:
            zh, en = _REFUSALS[refusal or Refusal.UNKNOWN]
            raise UnknownKey(
                f"{event.key_id}：{zh}",
                f"{event.key_id}: {en}",
                reason=str(refusal or Refusal.UNKNOWN),
                dev=event.dev,
                ep=event.ep,
            )
        return key

    def apply(self, index: int, event: Event) -> None:
        """Take the leaf at ``index`` into account; its signature must already be verified.

        Custody events change nothing. A log event that the rules forbid raises RefusedKeyEvent
        and changes nothing either.
        """
        if (index == 0) != (event.typ == "ledger.open"):
            raise self._refused("第 0 条且仅第 0 条应为 ledger.open。", "Leaf 0 opens the ledger.")
        if event.log != self.origin:
            raise self._refused("事件属于另一台账。", "The event belongs to another ledger.")
        if event.typ not in LOG_EVENT_TYPES:
            return
        self.authorise(event)
        if event.typ != "key.rotate" and event.dev != REGISTRAR:
            raise self._refused("只有登记员可以办理。", "Only the registrar may do this.")
        if event.dev == REGISTRAR and event.ep != self.epochs[REGISTRAR]:
            # Its events are made where the log is, so none is late; a number that the old key has
            # used before must not let whoever has found that key register anything again.
            raise self._refused(
                "登记员此前已更换密钥。", "The registrar had changed its key before."
            )
        body = read_body(event)
        match body:
            case Opening():
                self._open(body)
            case KeyEnrolment():
                self._enrol(index, body)
            case KeyRotation():
                self._rotate(index, event, body)
            case KeyRevocation():
                self._revoke(body)
            case NextLogKey():
                self.log_keys = self.log_keys.named(index, self.origin, body)
            case Organisation():
                self.organisations[body.org] = body
            case Site():
                self._register_site(body)
            case Erasure():
                pass  # says nothing about who may sign; the reading above checked its form
            case ForkEvidence():
                self._check_evidence(index, body)

    def _open(self, body: Opening) -> None:
        if body.origin != self.origin or body.registrar != self.registrar.text:
            raise self._refused(
                "开账条目与台账名称或登记员公钥不符。",
                "The opening leaf names another ledger or another registrar.",
            )
        if body.log_key:
            self.log_keys = LogKeys(read_log_key(body.log_key, self.origin))
        self.catalogue = body.catalogue
        self.opened = True

    def _enrol(self, index: int, body: KeyEnrolment) -> None:
        self._require_other(body.dev)
        if body.ep != self.epochs.get(body.dev, -1) + 1:
            raise self._refused("密钥轮次应逐次加一。", "Key epochs grow by one.", ep=body.ep)
        self._add(
            EnrolledKey(
                body.dev, body.ep, body.alg, body.pub, body.org, body.purpose, body.name, index
            )
        )

    def _rotate(self, index: int, event: Event, body: KeyRotation) -> None:
        old = self.keys[event.dev, event.ep]
        if body.ep != event.ep + 1 or body.ep != self.epochs[event.dev] + 1:
            raise self._refused("密钥轮次应逐次加一。", "Key epochs grow by one.", ep=body.ep)
        if body.last_seq != event.seq - 1 or body.last_hash != b64url(event.prev):
            raise self._refused(
                "换钥事件与其前一事件不符。",
                "last_seq and last_hash must name the event just before the rotation.",
            )
        if event.dev == REGISTRAR:
            self._check_registrar_key(body)
        old.last_good_seq, old.ended_by = event.seq, Refusal.RETIRED
        self._add(
            EnrolledKey(old.dev, body.ep, body.alg, body.pub, old.org, old.purpose, old.name, index)
        )

    def _check_registrar_key(self, body: KeyRotation) -> None:
        """Notes and enrolments are verified with it: Ed25519, and none that it has had before."""
        had = [key.public_key for key in self.keys.values() if key.dev == REGISTRAR]
        if body.alg != "ed25519" or body.pub in had:
            raise self._refused(
                "登记员的新密钥必须是未用过的 Ed25519 密钥。",
                "The registrar's next key must be an Ed25519 key that it has not had before.",
            )

    def _require_other(self, dev: str) -> None:
        """Whoever holds the registrar's key could as well write that it was given or taken away."""
        if dev == REGISTRAR:
            raise self._refused(
                "登记员的密钥只能由其自身更换（key.rotate），不能登记或吊销。",
                "The registrar's key changes by its own key.rotate; nobody enrols or revokes it.",
            )

    def _revoke(self, body: KeyRevocation) -> None:
        self._require_other(body.dev)
        key = self.key_for(body.dev, body.ep)
        if key is None:
            raise self._refused("要吊销的密钥未登记。", "There is no such key to revoke.")
        if key.last_good_seq is not None and body.last_good_seq > key.last_good_seq:
            raise self._refused(
                "不能放宽已有的失效范围。", "A key that has ended cannot be given back."
            )
        key.last_good_seq, key.ended_by = body.last_good_seq, Refusal.REVOKED

    def _check_evidence(self, index: int, body: ForkEvidence) -> None:
        key = self.key_for(body.dev, body.ep)
        if key is None or body.index >= index:
            raise self._refused("证据所指的密钥或条目不存在。", "No such key, or no such entry.")
        check_fork(body, key.algorithm, key.public_key)

    def _register_site(self, body: Site) -> None:
        if body.org not in self.organisations:
            raise self._refused("场所所属单位未登记。", "The site's organisation is unknown.")
        self.sites[body.site] = body

    def _add(self, key: EnrolledKey) -> None:
        self.keys[key.dev, key.ep] = key
        self.epochs[key.dev] = key.ep

    def _refused(self, zh: str, en: str, **facts: int) -> RefusedKeyEvent:
        return RefusedKeyEvent(zh, en, do_zh="", do_en="", **facts)


_REFUSALS = {
    Refusal.UNKNOWN: ("该密钥未在台账中登记。", "no such key was enrolled in the log before."),
    Refusal.REVOKED: ("该密钥已吊销。", "the key was revoked before this event."),
    Refusal.RETIRED: ("该设备已更换密钥。", "the device had changed its key before this event."),
}
