"""Which keys of its log a mirror trusts: those that it was given, and those handed over since."""

from waste_trace.ledger.bundle_layout import handover_path
from waste_trace.ledger.checkpoint import Checkpoint
from waste_trace.ledger.errors import InvalidSignature, LedgerError
from waste_trace.ledger.log_keys import LogKeys, follow, open_handover
from waste_trace.ledger.policy import Policy, assess
from waste_trace.witness.mirror_folder import MirrorFolder


class TrustedLogKeys:
    """Follows the leaves that name the log's keys, with the checkpoints that both keys signed.

    Args:
        folder: keeps those checkpoints. given: the policy that the mirror's owner got elsewhere.
    """

    def __init__(self, folder: MirrorFolder, given: Policy) -> None:
        self._folder = folder
        self._given = given

    def policy(self, keys: LogKeys) -> Policy:
        """Whom to trust. ``keys``: as the verified entries name them."""
        notes = {ep: note.encode() for ep, note in self._folder.handovers().items()}
        try:
            follow(keys, self._given, notes)
        except LedgerError:
            return self._given
        return keys.trusted(self._given)

    def may_read(self, keys: LogKeys, note: bytes) -> bool:
        """False if it is signed by a key that is not trusted, and might be after a handover."""
        try:
            assess(self.policy(keys), note)
        except InvalidSignature:
            return False
        except LedgerError:
            pass  # malformed: another key would not mend it
        return True

    def missing(self, keys: LogKeys) -> list[int]:
        """The epochs of keys whose handover is not kept yet."""
        return sorted(set(range(1, keys.epoch + 1)) - set(self._folder.handovers()))

    def open(self, keys: LogKeys, ep: int, note: bytes) -> Checkpoint:
        """A handover that was fetched; LedgerError. `keep` it once it is of the copy's history."""
        return open_handover(keys, ep, note)

    def keep(self, ep: int, note: bytes) -> None:
        """Keep a verified handover."""
        self._folder.keep(handover_path(ep), note)
