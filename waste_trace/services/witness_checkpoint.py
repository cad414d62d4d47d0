"""Have the newest checkpoint cosigned by witnesses, and say which checkpoints are not.

Witnesses are the only defence against an operator who shows two histories. A missing quorum never
stops the ledger and is never hidden: `witness_state` says it.
"""

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType

from waste_trace.errors import WasteTraceError
from waste_trace.ledger.checkpoint import read_checkpoint
from waste_trace.ledger.cosignature import cosignature_time
from waste_trace.ledger.note import NoteSignature
from waste_trace.ledger.policy import NO_QUORUM, Party, Policy, assess
from waste_trace.services.ask_witness import Ask, ask_witness
from waste_trace.services.deployment import Deployment
from waste_trace.services.last_round import Failure, Round
from waste_trace.services.prove import newest_note
from waste_trace.services.witness_alarm import alarm_of, keep_alarm
from waste_trace.services.witness_claims import Claim, keep_claims, read_claims
from waste_trace.services.witness_proof import PROOFS, UnprovenClaim
from waste_trace.store.cosignatures import (
    cosigned_note,
    cosigned_sizes,
    keep_cosignatures,
    last_sizes,
    witness_id,
)
from waste_trace.store.writing import write_transaction


@dataclass(frozen=True, slots=True)
class WitnessRound:
    """What one round achieved: who cosigned when (POSIX seconds), who did not and why."""

    size: int
    cosigned: dict[str, int]
    failed: dict[str, WasteTraceError]
    quorum_met: bool

    @property
    def alarms(self) -> dict[str, WasteTraceError]:
        """Failures that prove that history was rolled back or forked."""
        return {name: error for name, error in self.failed.items() if isinstance(error, PROOFS)}


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


def witness_newest(
    deployment: Deployment,
    policy: Policy,
    ask: Ask,
    resting: Mapping[str, WasteTraceError] = MappingProxyType({}),
) -> WitnessRound:
    """Ask every witness of the policy that has an address for a line under the newest checkpoint.

    All are asked at the same time; each line is verified before it is kept.

    Args:
        resting: who is not asked this time, and why it counts as failed.
    """
    note = newest_note(deployment)
    size = assess(policy, note).checkpoint.size
    with deployment.engine.connect() as connection:
        last = last_sizes(connection)
    reachable = {name: party for name, party in policy.witnesses.items() if party.url}
    parties = {name: party for name, party in reachable.items() if name not in resting}
    lines: dict[str, NoteSignature] = {}
    failed = {name: error for name, error in resting.items() if name in reachable}

    def one(party: Party) -> NoteSignature:
        start = last.get(witness_id(party.key), 0)
        return ask_witness(deployment, ask, party, note, start)

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
    proves that this database is not the history that the log key has signed elsewhere. What a
    witness only says is kept to be shown as well, and the witness rests for a while.
    """
    folder, origin = deployment.settings.data_dir, deployment.sequencer.origin
    now = deployment.now()
    claims = read_claims(folder, origin)
    resting = {name: claim.error for name, claim in claims.items() if claim.rests(now)}
    found = witness_newest(deployment, deployment.policy, ask, resting)
    keep_claims(folder, origin, _claims_after(found, claims, resting, _text(now)))
    for name, error in found.alarms.items():
        alarm = alarm_of(name, error)
        keep_alarm(folder, origin, _text(now), alarm)
        deployment.sequencer.read_only = deployment.sequencer.read_only or alarm
    failures = tuple(
        Failure(name, error.code, error.zh, error.en, name in found.alarms)
        for name, error in found.failed.items()
    )
    deployment.last_round.put(Round(_text(now), found.size, found.quorum_met, failures))
    return found


def _claims_after(
    found: WitnessRound, before: Mapping[str, Claim], resting: Collection[str], at: str
) -> dict[str, Claim]:
    """A new claim takes the place of the old one; a cosignature takes it back."""
    kept = {name: claim for name, claim in before.items() if name in found.failed}
    made = {
        name: Claim(at, error.zh, error.en)
        for name, error in found.failed.items()
        if isinstance(error, UnprovenClaim) and name not in resting
    }
    return kept | made


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
