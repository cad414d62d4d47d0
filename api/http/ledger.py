"""The ledger for everybody: checkpoints, tiles (c2sp.org/tlog-tiles), proofs, audit bundles."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import PlainTextResponse, Response
from pydantic import BaseModel

from api.http.permissions import Anybody, House
from waste_trace.ledger.dsse import envelope_value
from waste_trace.ledger.encoding import b64
from waste_trace.services.key_changes import handover_note, key_changes
from waste_trace.services.last_round import Failure
from waste_trace.services.prove import prove_consistency, prove_event, read_tile
from waste_trace.services.witness_alarm import WitnessAlarm
from waste_trace.services.witness_checkpoint import published_note, witness_state

router = APIRouter(tags=["ledger"])
Start = Annotated[int, Query(alias="from")]


class Consistency(BaseModel):
    """A consistency proof: hashes in base64, as RFC 6962 section 2.1.2 orders them."""

    proof: list[str]


class Cosigner(BaseModel):
    """A witness of the policy: its key, and when it cosigned the witnessed size (UTC) or None."""

    witness: str
    key: str
    asked: bool
    cosigned_at: datetime | None


class Unanswered(BaseModel):
    """A witness that failed in the last round of this process, and why."""

    witness: str
    code: str
    zh: str
    en: str


class Witnessing(BaseModel):
    """How far witnesses have cosigned the ledger.

    ``quorum``: its name in the policy, "none" if no witness is wanted. ``waiting``: entries that no
    witnessed checkpoint covers. ``alarms``: what says that history changed or went back.
    """

    quorum: str
    quorum_met: bool
    size: int
    witnessed_size: int | None
    waiting: int
    witnesses: list[Cosigner]
    asked_at: str | None
    unanswered: list[Unanswered]
    alarms: list[Unanswered]
    read_only: bool


class Change(BaseModel):
    """A leaf that changes a key of registrar or log, under the first checkpoint that covers it."""

    index: int
    envelope: dict[str, Any]
    receipt: str


class KeyChanges(BaseModel):
    """Changes in the order of the log; at most 100 in one answer."""

    changes: list[Change]


class Keys(BaseModel):
    """The public keys that a verifier is given, with the trust policy in tlog-policy format."""

    origin: str
    log_vkey: str
    registrar_vkey: str
    policy: str


@router.get("/log/checkpoint", response_class=PlainTextResponse)
@router.get("/v1/ledger/checkpoint", response_class=PlainTextResponse)
def checkpoint(deployment: House, _: Anybody) -> PlainTextResponse:
    """The newest checkpoint, a signed note, with every cosignature there is.

    ``waste-trace-witnessed`` says whether the quorum has cosigned it: ``yes``, or ``no`` (not yet,
    or no witness is wanted).
    """
    note, met = published_note(deployment)
    witnessed = "yes" if met else "no"
    headers = {"cache-control": "no-store", "waste-trace-witnessed": witnessed}
    return PlainTextResponse(note, headers=headers)


@router.get("/v1/ledger/witnessing")
def witnessing(deployment: House, _: Anybody) -> Witnessing:
    """Who has cosigned, who does not answer, and what waits to be witnessed."""
    policy, last = deployment.policy, deployment.last_round.get()
    state = witness_state(deployment, policy)
    failures = () if last is None else last.failures
    alarm = deployment.sequencer.read_only
    alarms = [_unanswered(one) for one in failures if one.alarm]
    if isinstance(alarm, WitnessAlarm) and not alarms:
        named = str(alarm.facts.get("witness", "*"))
        reason = str(alarm.facts.get("reason", alarm.code))
        alarms = [Unanswered(witness=named, code=reason, zh=alarm.zh, en=alarm.en)]
    return Witnessing(
        quorum=policy.quorum,
        quorum_met=state.met,
        size=state.size,
        witnessed_size=state.witnessed_size,
        waiting=state.waiting,
        witnesses=[
            Cosigner(
                witness=name,
                key=party.key.text,
                asked=bool(party.url),
                cosigned_at=_moment(state.cosigned.get(name)),
            )
            for name, party in policy.witnesses.items()
        ],
        asked_at=None if last is None else last.at,
        unanswered=[_unanswered(one) for one in failures if not one.alarm],
        alarms=alarms,
        read_only=alarm is not None,
    )


def _unanswered(failure: Failure) -> Unanswered:
    return Unanswered(witness=failure.witness, code=failure.code, zh=failure.zh, en=failure.en)


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


@router.get("/log/tile/{path:path}", response_class=Response)
def tile(path: str, deployment: House, _: Anybody) -> Response:
    """A tile or an entry bundle. Complete ones never change."""
    data = read_tile(deployment, f"tile/{path}")
    age = "no-cache" if ".p/" in path else "public, max-age=31536000, immutable"
    return Response(data, media_type="application/octet-stream", headers={"cache-control": age})


@router.get("/v1/ledger/consistency")
def consistency(deployment: House, _: Anybody, to: int, start: Start) -> Consistency:
    """The proof that one tree size continues another."""
    return Consistency(proof=[b64(node) for node in prove_consistency(deployment, start, to)])


@router.get("/v1/ledger/receipts/{index}", response_class=PlainTextResponse)
def receipt(index: int, deployment: House, _: Anybody) -> PlainTextResponse:
    """The inclusion receipt of a leaf under the newest checkpoint (it shows hashes only)."""
    return PlainTextResponse(prove_event(deployment, index))


@router.get("/log/log-keys/{ep:int}.checkpoint", response_class=PlainTextResponse)
def handover(ep: int, deployment: House, _: Anybody) -> PlainTextResponse:
    """The checkpoint that the log's key of epoch ``ep`` and the one before it have both signed."""
    return PlainTextResponse(handover_note(deployment, ep))


@router.get("/v1/ledger/key-changes")
def changes(deployment: House, _: Anybody, after: int = -1) -> KeyChanges:
    """How one who knows older keys of registrar and log is led to the newest, leaf by leaf."""
    found = key_changes(deployment, after)
    return KeyChanges(
        changes=[
            Change(index=one.index, envelope=envelope_value(one.envelope), receipt=one.receipt)
            for one in found
        ]
    )


@router.get("/v1/ledger/keys")
def keys(deployment: House, _: Anybody) -> Keys:
    """The public keys. A verifier should get them on another way than this one."""
    sequencer = deployment.sequencer
    policy = deployment.policy_text()  # looks up who may sign now
    return Keys(
        origin=sequencer.origin,
        log_vkey=sequencer.log_vkey.text,
        registrar_vkey=sequencer.registrar_vkey.text,
        policy=policy,
    )
