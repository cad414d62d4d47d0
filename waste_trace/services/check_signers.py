"""Who must have signed a checkpoint as the database has it: the log's keys of this server."""

from collections.abc import Sequence
from dataclasses import dataclass

from waste_trace.ledger.checkpoint import Checkpoint, open_checkpoint
from waste_trace.ledger.errors import LedgerError
from waste_trace.ledger.log_keys import LogKeys
from waste_trace.ledger.note import log_vkey, parse_note
from waste_trace.ledger.vkey import VerifierKey
from waste_trace.services.check_entries import wrong
from waste_trace.store.key_store import KeyStore, own_names
from waste_trace.store.sequencer.own_keys import LOG


@dataclass(frozen=True, slots=True)
class LogSigners:
    """``own``: the public keys of the log in this server's key store, by epoch.

    The database alone is not believed when it says which key signs: it is what is checked.
    """

    own: Sequence[VerifierKey]

    @classmethod
    def of(cls, keys: KeyStore, origin: str) -> "LogSigners":
        """Those in a key store; MalformedKey if one is no Ed25519 key."""
        return cls([log_vkey(origin, keys.key(name)) for name in own_names(keys, LOG)])

    def between(self, changes: LogKeys, before: int, size: int) -> Sequence[VerifierKey]:
        """The signers of the checkpoint of ``size`` entries that follows the one of ``before``."""
        first, newest = changes.epoch_at(before), changes.epoch_at(size)
        signers = self.own[first : newest + 1]
        named = changes.known[first : newest + 1]
        if len(self.own) <= newest or (named and list(named) != signers):
            zh, en = (
                "本机没有条目所指的台账密钥。",
                "This server lacks the key that the log names.",
            )
            raise wrong("checkpoint", size, zh, en)
        return signers

    def open(
        self, size: int, note: str, signers: Sequence[VerifierKey] | None = None
    ) -> Checkpoint:
        """The checkpoint, if these and no others have signed it; raises the `Finding`.

        Args:
            signers: None where it is not known yet which of its own keys they are.
        """
        try:
            lines = parse_note(note).signatures
            if signers is None:
                ids = {line.key_id for line in lines}
                signers = [key for key in self.own if key.key_id in ids] or self.own[:1]
            opened = [open_checkpoint(note, key) for key in signers]
        except LedgerError as error:
            zh, en = f"大小为 {size} 的检查点：{error.zh}", f"Checkpoint {size}: {error.en}"
            raise wrong("checkpoint", size, zh, en) from error
        if len(lines) != len(signers):
            zh, en = f"大小为 {size} 的检查点多了签名行。", f"Checkpoint {size} has further lines."
            raise wrong("checkpoint", size, zh, en)
        if opened[0].size != size:
            zh, en = "检查点被调换。", f"The checkpoint of {size} says {opened[0].size}."
            raise wrong("checkpoint", min(size, opened[0].size), zh, en)
        return opened[0]
