"""Lead from the log's key that the reader knows to the one that signed a bundle's checkpoint.

The entries are verified first: who names a key of the log is the registrar, and its signature is
one of theirs. Until then the checkpoint is only what somebody claims.
"""

from collections.abc import Callable

from waste_trace.ledger import bundle_layout as layout
from waste_trace.ledger.bundle_reader import Bundle
from waste_trace.ledger.checkpoint import Checkpoint
from waste_trace.ledger.errors import IncompleteBundle, LedgerError
from waste_trace.ledger.log_keys import LogKeys, follow
from waste_trace.ledger.merkle import verify_consistency
from waste_trace.ledger.partial import parse_hashes
from waste_trace.ledger.policy import Assessment, Policy, assess
from waste_trace.ledger.verify_result import Finding, Verdict, problem_of

#: Raises a LedgerError or `Finding` unless a checkpoint (of an epoch) is of the bundle's history.
OfHistory = Callable[[int, Checkpoint], None]


def handovers(bundle: Bundle) -> dict[int, str]:
    """The files that hand over from one key of the log to the next, by epoch of the next."""
    found = {layout.handover_epoch(name): name for name in bundle.names()}
    return {ep: name for ep, name in found.items() if ep is not None}


def check_log_keys(
    bundle: Bundle, policy: Policy, keys: LogKeys, checkpoint: Checkpoint, of_history: OfHistory
) -> Assessment:
    """What the bundle's checkpoint is worth to who trusts ``policy``; raises the first `Finding`.

    Args:
        keys: as the entries name them. checkpoint: what the bundle claims, and its entries lead to.
    """
    files = handovers(bundle)
    file = layout.CHECKPOINT
    try:
        if keys.known:
            notes = {ep: bundle.read(name) for ep, name in files.items()}
            for ep, older in follow(keys, policy, notes).items():
                file = files[ep]
                of_history(ep, older)
        file = layout.CHECKPOINT
        note = bundle.read(file)
        assessment = assess(keys.trusted(policy), note)
        keys.check(note, checkpoint.size)
    except LedgerError as error:
        verdict = Verdict.INCOMPLETE if isinstance(error, IncompleteBundle) else Verdict.TAMPERED
        raise Finding(problem_of("checkpoint", error, file), verdict) from error
    return assessment


def consistent_by_proof(bundle: Bundle, newest: Checkpoint) -> OfHistory:
    """For a partial bundle, which has no tiles: by a proof for each handover."""

    def of_history(ep: int, older: Checkpoint) -> None:
        proof = parse_hashes(bundle.read(layout.handover_proof_path(ep)))
        verify_consistency(older.size, older.root, newest.size, newest.root, proof)

    return of_history
