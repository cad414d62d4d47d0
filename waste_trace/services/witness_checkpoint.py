"""Have the newest checkpoint cosigned by witnesses, and say which checkpoints are not.

Witnesses are the only defence against an operator who shows two histories. A missing quorum never
stops the ledger and is never hidden: `witness_state` says it.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from waste_trace.errors import WasteTraceError
from waste_trace.ledger.checkpoint import read_checkpoint
from waste_trace.ledger.cosignature import cosignature_time
from waste_trace.ledger.note import NoteSignature
from waste_trace.ledger.policy import NO_QUORUM, Party, Policy, assess
from waste_trace.ledger.witness import Inconsistent, OtherRoot, OtherSize, Submission, read_answer
from waste_trace.services.deployment import Deployment
from waste_trace.services.last_round import Failure, Round
from waste_trace.services.prove import newest_note, prove_consistency
from waste_trace.services.witness_alarm import alarm_of, keep_alarm
from waste_trace.store.cosignatures import (
    cosigned_note,
    cosigned_sizes,
    keep_cosignatures,
    last_sizes,
    witness_id,
)
from waste_trace.store.writing import write_transaction


class WitnessAhead(WasteTraceError):
    """A witness has cosigned a larger tree of this ledger than this database holds."""

    code = "witness-ahead"
    default_do_zh = "数据库可能被还原为旧版本：请立即停止写入并核对备份。"
    default_do_en = "The database may be an old copy: stop writing and compare the backups."


class WitnessUnreachable(WasteTraceError):
    """No usable answer from a witness."""

    code = "witness-unreachable"
    default_do_zh = "请检查网络和见证方服务；台账照常运行，稍后自动重试。"
    default_do_en = "Check the network and the witness; the ledger runs on and tries again later."


class Overtaken(WasteTraceError):
    """Another process of this ledger had a newer checkpoint cosigned in the meantime."""

    code = "overtaken"
    default_do_zh = "无需处理：更新的检查点已被见证。"
    default_do_en = "Nothing to do: a newer checkpoint has been witnessed."


class Ask(Protocol):
    """Carries a submission to a witness and its answer back."""

    def __call__(self, witness: Party, submission: Submission) -> bytes:
        """The answer's body.

        Raises:
            OtherSize, OtherRoot and other LedgerErrors for refusals; WitnessUnreachable.
        """
        ...


@dataclass(frozen=True, slots=True)
class WitnessRound:
    """What one round achieved: who cosigned when (POSIX seconds), who did not and why."""

    size: int
    cosigned: dict[str, int]
    failed: dict[str, WasteTraceError]
    quorum_met: bool

    @property
    def alarms(self) -> dict[str, WasteTraceError]:
        """Failures that say that history was rolled back or forked, not that a line was down."""
        return {
            name: error
            for name, error in self.failed.items()
            if isinstance(error, WitnessAhead | OtherRoot | Inconsistent)
        }


@dataclass(frozen=True, slots=True)
class WitnessState:
    """How far the ledger is witnessed: its size, and the newest size with the quorum (or None).

    Attributes:
        cosigned: who cosigned the witnessed size, and when (POSIX seconds).
        required: the policy wants witnesses at all.
    """

    size: int
    witnessed_size: int | None
    cosigned: dict[str, int] = field(default_factory=dict)
    required: bool = True

    @property
    def met(self) -> bool:
        """The newest checkpoint has the quorum of witnesses."""
        return self.required and self.witnessed_size == self.size

    @property
    def waiting(self) -> int:
        """How many entries no witnessed checkpoint covers yet."""
        return self.size - (self.witnessed_size or 0)


def witness_newest(deployment: Deployment, policy: Policy, ask: Ask) -> WitnessRound:
    """Ask every witness of the policy that has an address for a line under the newest checkpoint.

    All are asked at the same time; each line is verified before it is kept.
    """
    note = newest_note(deployment)
    size = assess(policy, note).checkpoint.size
    with deployment.engine.connect() as connection:
        last = last_sizes(connection)
    parties = {name: party for name, party in policy.witnesses.items() if party.url}
    lines: dict[str, NoteSignature] = {}
    failed: dict[str, WasteTraceError] = {}

    def one(party: Party) -> NoteSignature:
        start = last.get(witness_id(party.key), 0)
        return read_answer(_submit(deployment, ask, party, note, start), note, party.key)

    with ThreadPoolExecutor(max_workers=max(1, len(parties))) as pool:
        asked = {name: pool.submit(one, party) for name, party in parties.items()}
        for name, answer in asked.items():
            try:
                lines[name] = answer.result()
            except WasteTraceError as error:
                failed[name] = error
    with write_transaction(deployment.engine) as connection:
        kept = {witness_id(parties[name].key): line for name, line in lines.items()}
        keep_cosignatures(connection, size, kept)
        whole = cosigned_note(connection, size) or note
    cosigned = {name: cosignature_time(line.signature) for name, line in lines.items()}
    return WitnessRound(size, cosigned, failed, assess(policy, whole).quorum_met)


def witness_state(deployment: Deployment, policy: Policy) -> WitnessState:
    """Which of our checkpoints the quorum has cosigned, newest first."""
    size = assess(policy, newest_note(deployment)).checkpoint.size
    required = policy.quorum != NO_QUORUM
    note = newest_witnessed_note(deployment, policy)
    if note is None:
        return WitnessState(size, None, required=required)
    assessment = assess(policy, note)
    return WitnessState(size, assessment.checkpoint.size, assessment.cosigned, required)


def newest_witnessed_note(deployment: Deployment, policy: Policy) -> str | None:
    """The newest checkpoint that meets the policy's quorum, with all its cosignatures."""
    with deployment.engine.connect() as connection:
        for size in cosigned_sizes(connection):
            note = cosigned_note(connection, size)
            if note is not None and assess(policy, note).quorum_met:
                return note
    return None


def published_note(deployment: Deployment) -> tuple[str, bool]:
    """The newest checkpoint with every cosignature there is, and whether the quorum has cosigned.

    Where no witness is wanted nobody has: the answer is False then, too.
    """
    note = newest_note(deployment)
    with deployment.engine.connect() as connection:
        note = cosigned_note(connection, read_checkpoint(note).size) or note
    required = deployment.policy.quorum != NO_QUORUM
    return note, required and assess(deployment.policy, note).quorum_met


def keep_witnessed(deployment: Deployment, ask: Ask) -> WitnessRound:
    """One round with the deployment's own policy, and what follows from it.

    What failed is kept to be shown. An alarm makes the ledger read-only, also after a restart: it
    says that this database is not the history that the log key has signed elsewhere.
    """
    found = witness_newest(deployment, deployment.policy, ask)
    now = deployment.now()
    for name, error in found.alarms.items():
        alarm = alarm_of(name, error)
        keep_alarm(deployment.settings.data_dir, deployment.sequencer.origin, _text(now), alarm)
        deployment.sequencer.read_only = deployment.sequencer.read_only or alarm
    failures = tuple(
        Failure(name, error.code, error.zh, error.en, name in found.alarms)
        for name, error in found.failed.items()
    )
    deployment.last_round.put(Round(_text(now), found.size, found.quorum_met, failures))
    return found


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


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
    raise WitnessAhead(
        f"见证方已见证到 {start} 条，本库只有 {now} 条。",
        f"The witness has cosigned {start} entries; this database has {now}.",
        size=now,
        witnessed=start,
    )
