"""Which key signs the checkpoint of which size: the log's first key, and those named since.

The registrar names each next key in a leaf (``log.key``). The first checkpoint that covers the leaf
is signed by both, so whoever knows the old key is led to the new one; from there on the new one is
alone, so a copy of the old key makes no history that a reader of the leaf believes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from waste_trace.ledger.checkpoint import Checkpoint, open_checkpoint
from waste_trace.ledger.errors import IncompleteBundle, InvalidSignature, RefusedKeyEvent
from waste_trace.ledger.policy import Party, Policy
from waste_trace.ledger.registry_bodies import NextLogKey
from waste_trace.ledger.vkey import ED25519, VerifierKey, parse_vkey


@dataclass(frozen=True, slots=True)
class LogKeyChange:
    """Leaf ``index`` names ``key``: it signs every checkpoint that covers this leaf."""

    index: int
    key: VerifierKey


@dataclass(frozen=True, slots=True)
class LogKeys:
    """The log's keys after some prefix of the log; a value that `named` replaces.

    ``first``: as leaf 0 names it, or the first change; None in an older ledger without a change.
    """

    first: VerifierKey | None = None
    changes: tuple[LogKeyChange, ...] = ()

    @property
    def known(self) -> tuple[VerifierKey, ...]:
        """Every key, by epoch, the newest last; empty if none was named."""
        first = () if self.first is None else (self.first,)
        return (*first, *(change.key for change in self.changes))

    @property
    def epoch(self) -> int:
        """The epoch of the newest key; the first key has 0."""
        return len(self.changes)

    def epoch_at(self, size: int) -> int:
        """The epoch of the key that signs the checkpoint of ``size`` leaves."""
        return sum(change.index < size for change in self.changes)

    def key_at(self, size: int) -> VerifierKey | None:
        """The key that signs the checkpoint of ``size`` leaves; None if none was named."""
        return self.known[self.epoch_at(size)] if self.known else None

    def named(self, index: int, origin: str, body: NextLogKey) -> "LogKeys":
        """With the key that leaf ``index`` names; RefusedKeyEvent if it cannot be the next."""
        key, before = read_log_key(body.vkey, origin), read_log_key(body.replaces, origin)
        if body.ep != self.epoch + 1:
            raise _refused("台账密钥轮次应逐次加一。", "Epochs of the log's key grow by one.")
        if self.known and before != self.known[-1]:
            raise _refused("所替换的不是现用台账密钥。", "It replaces a key that is not in use.")
        # Signature lines say a key by its id, so two keys with one id could not be told apart.
        if key.key_id in {one.key_id for one in (before, *self.known)}:
            raise _refused("台账已用过该密钥。", "The log has had this key before.")
        return LogKeys(self.first or before, (*self.changes, LogKeyChange(index, key)))

    def trusted(self, policy: Policy) -> Policy:
        """The policy with every key of this log, if it names one of them: the log vouches for it.

        Only for checkpoints that are then held against `check` and against the entries.
        """
        listed = {party.key for party in policy.logs}
        if listed.isdisjoint(self.known):
            return policy
        more = tuple(Party(key) for key in self.known if key not in listed)
        return replace(policy, logs=policy.logs + more)

    def check(self, note: str | bytes, size: int) -> None:
        """InvalidSignature unless the key of that size signed; says nothing if none was named."""
        key = self.key_at(size)
        if key is None:
            return
        try:
            open_checkpoint(note, key)
        except InvalidSignature as error:
            raise InvalidSignature(
                f"大小为 {size} 的检查点不是由当时的台账密钥签名的。",
                f"The checkpoint of {size} entries is not signed by the log's key of that size.",
            ) from error


def read_log_key(text: str, origin: str) -> VerifierKey:
    """A verifier key of the log ``origin``; MalformedKey, RefusedKeyEvent."""
    key = parse_vkey(text)
    if key.kind != ED25519 or key.name != origin:
        raise _refused("不是本台账的 Ed25519 公钥。", "Not an Ed25519 key of this log.")
    return key


def follow(keys: LogKeys, known: Policy, handovers: Mapping[int, bytes]) -> dict[int, Checkpoint]:
    """What the handovers say, by epoch, if they lead from a key of ``known`` to the newest.

    Whoever knows the newest key already needs none, but one that is here must hold. That each is of
    this history is for the caller to verify.

    Args:
        keys: as the entries have them, the registrar's signatures verified.
        handovers: epoch to the first checkpoint that covers its leaf.

    Raises:
        InvalidSignature: a handover is not signed by both keys, or the policy names none of them.
        IncompleteBundle: one is missing.
    """
    listed = {party.key for party in known.logs}
    reached = max((ep for ep, key in enumerate(keys.known) if key in listed), default=None)
    if reached is None:
        raise InvalidSignature(
            "检查点没有受信台账的签名。", "No trusted log of this origin signed the checkpoint."
        )
    missing = set(range(reached + 1, keys.epoch + 1)) - set(handovers)
    if missing:
        raise IncompleteBundle(
            f"缺少台账密钥第 {min(missing)} 轮的交接检查点。",
            f"The checkpoint that hands over to key {min(missing)} of the log is missing.",
        )
    return {ep: open_handover(keys, ep, note) for ep, note in sorted(handovers.items())}


def open_handover(keys: LogKeys, ep: int, note: str | bytes) -> Checkpoint:
    """The checkpoint that hands over to the key of epoch ``ep``, signed by both.

    Raises:
        MalformedNote, InvalidSignature
    """
    if not 1 <= ep <= keys.epoch:
        raise InvalidSignature(f"台账没有第 {ep} 轮密钥。", f"The log has no key {ep}.")
    checkpoint = open_checkpoint(note, keys.known[ep - 1])
    open_checkpoint(note, keys.known[ep])
    if checkpoint.size <= keys.changes[ep - 1].index:
        raise InvalidSignature(
            f"第 {ep} 轮的交接检查点不含其登记条目。",
            f"The checkpoint that hands over to key {ep} does not cover its leaf.",
        )
    return checkpoint


def _refused(zh: str, en: str) -> RefusedKeyEvent:
    return RefusedKeyEvent(zh, en, do_zh="", do_en="")
