"""Ask one witness for its line under a checkpoint, from where it says that it is."""

from typing import ClassVar, Protocol

from waste_trace.errors import WasteTraceError
from waste_trace.ledger.checkpoint import read_checkpoint
from waste_trace.ledger.note import NoteSignature
from waste_trace.ledger.policy import Party
from waste_trace.ledger.witness import Inconsistent, OtherRoot, OtherSize, Submission, read_answer
from waste_trace.services.deployment import Deployment
from waste_trace.services.prove import newest_note, prove_consistency
from waste_trace.services.witness_proof import judge


class WitnessUnreachable(WasteTraceError):
    """No usable answer from a witness."""

    code: ClassVar[str] = "witness-unreachable"
    default_do_zh: ClassVar[str] = "请检查网络和见证方服务；台账照常运行，稍后自动重试。"
    default_do_en: ClassVar[str] = (
        "Check the network and the witness; the ledger runs on and tries again later."
    )


class Overtaken(WasteTraceError):
    """Another process of this ledger had a newer checkpoint cosigned in the meantime."""

    code: ClassVar[str] = "overtaken"
    default_do_zh: ClassVar[str] = "无需处理：更新的检查点已被见证。"
    default_do_en: ClassVar[str] = "Nothing to do: a newer checkpoint has been witnessed."


class SaysMore(OtherSize):
    """The witness says that it cosigned more entries than this database holds."""

    code: ClassVar[str] = "says-more"


class Ask(Protocol):
    """Carries a submission to a witness and its answer back."""

    def __call__(self, witness: Party, submission: Submission) -> bytes:
        """The answer's body.

        Raises:
            OtherSize, OtherRoot and other LedgerErrors for refusals; WitnessUnreachable.
        """
        ...

    def newest(self, witness: Party, origin: str) -> bytes:
        """The newest checkpoint that the witness serves for a log, unverified.

        Raises:
            WitnessUnreachable
        """
        ...


def ask_witness(
    deployment: Deployment, ask: Ask, party: Party, note: str, start: int
) -> NoteSignature:
    """The verified line of a witness under ``note``.

    Args:
        start: the size that it cosigned last, as far as we know.

    Raises:
        WitnessAhead, TwoHistories: it has proof against this database. UnprovenClaim: it has none.
        WitnessUnreachable, Overtaken, and LedgerErrors for other refusals and wrong lines.
    """
    try:
        return read_answer(_submit(deployment, ask, party, note, start), note, party.key)
    except (SaysMore, OtherRoot, Inconsistent) as claim:
        try:
            shown = ask.newest(party, deployment.sequencer.origin)
        except WitnessUnreachable:
            shown = b""
        raise judge(deployment, party, claim, shown) from claim


def _submit(deployment: Deployment, ask: Ask, party: Party, note: str, start: int) -> bytes:
    """Ask from where the witness should be; if it says where it really is, once more from there."""
    size = read_checkpoint(note).size
    try:
        return _ask_from(deployment, ask, party, note, start, size)
    except OtherRoot:
        raise
    except OtherSize as error:
        start = error.size
    return _ask_from(deployment, ask, party, note, start, size)


def _ask_from(
    deployment: Deployment, ask: Ask, party: Party, note: str, start: int, size: int
) -> bytes:
    try:
        return ask(party, Submission(start, _prove(deployment, start, size), note))
    except OtherSize as error:
        if error.size == start:
            # The witness is where we said and still refuses: one size, two roots.
            raise OtherRoot(start) from error
        raise


def _prove(deployment: Deployment, start: int, size: int) -> tuple[bytes, ...]:
    if start <= size:
        return tuple(prove_consistency(deployment, start, size))
    now = read_checkpoint(newest_note(deployment)).size
    if start <= now:
        raise Overtaken("已有更新的检查点被见证。", "A newer checkpoint has been witnessed.")
    raise SaysMore(start)
