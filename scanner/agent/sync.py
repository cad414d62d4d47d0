"""Enrol and sync over HTTP: send what waits, check every receipt, refuse a ledger that forked."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

import httpx

from scanner.agent.answers import is_refusal, json_object
from scanner.agent.enrolment import prove_enrolment
from scanner.agent.handheld import Handheld
from scanner.agent.history import LedgerUnproven, continues
from scanner.agent.log_key import remember_keys, with_log_key
from scanner.agent.notebook import RECEIVED, REFUSED, WAITING, QueuedRecord
from waste_trace.errors import WasteTraceError
from waste_trace.ledger.checkpoint import open_checkpoint
from waste_trace.ledger.dsse import parse_envelope
from waste_trace.ledger.encoding import b64
from waste_trace.ledger.errors import LedgerError
from waste_trace.ledger.receipt import verify_receipt

#: Records sent at once; the ledger takes 256, and a weak network carries fewer in one piece.
_BATCH = 64


class EnrolmentFailed(WasteTraceError):
    """The server did not enrol the device; its own words are in the message."""

    code: ClassVar[str] = "enrolment-failed"


@dataclass(slots=True)
class SyncReport:
    """What a sync did: sequence numbers received and refused, and how many still wait.

    ``doubt``: what the server did not prove, if anything; nothing was sent after that.
    """

    received: list[int] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    waiting: int = 0
    doubt: WasteTraceError | None = None


def enrol(handheld: Handheld, client: httpx.Client, code: str, name: str) -> None:
    """Exchange a one-time code for an identity, once the ledger proves that it holds this key.

    Raises:
        EnrolmentFailed: with the server's reason. LedgerError: an answer that proves nothing.
        LedgerForked: the proof is of another history than the device has verified before.
        LedgerUnproven: the server does not prove that it continues that history.
    """
    algorithm, public_key = handheld.key.algorithm, handheld.key.public_key
    message = f"waste-trace-enrol-v1\n{code}\n{algorithm}\n{b64(public_key)}".encode()
    answer = client.post(
        "/v1/devices/enrol",
        json={
            "code": code,
            "alg": algorithm,
            "pub": b64(public_key),
            "name": name,
            "proof": b64(handheld.key.sign(message)),
        },
    )
    if answer.status_code != 201:
        problem = json_object(answer)
        raise EnrolmentFailed(problem.get("zh", "登记失败。"), problem.get("en", "Not enrolled."))
    identity = json_object(answer)
    proven = prove_enrolment(identity, handheld.key)
    if not continues(handheld, client, proven.checkpoint):
        raise EnrolmentFailed(
            "台账未答复，请用同一登记码重试。", "The ledger did not answer; use the code again."
        )
    handheld.notebook.remember(identity=identity, keys=remember_keys(proven))


def sync(handheld: Handheld, client: httpx.Client) -> SyncReport:
    """Send every waiting record, then look at the newest checkpoint, with nothing to send too.

    A refused record never holds up those behind it. A fork is seen also by a device that has
    nothing to send, because it looks at what everybody is shown.

    Without a network, or with something else than the ledger answering (a captive portal, a
    gateway in trouble), it reports what waits; the records stay where they are.

    Raises:
        LedgerForked: a receipt is under a checkpoint that does not continue what was verified.
        LedgerError: a receipt that does not prove the record; it is kept waiting.
    """
    report = SyncReport()
    waiting = handheld.notebook.records(WAITING)
    try:
        if len(waiting) < 2 or not _send_many(handheld, client, waiting, report):
            _send_singly(handheld, client, waiting, report)
    except LedgerUnproven as error:
        report.doubt = error
    except httpx.TransportError:
        pass  # what was not answered waits
    if report.doubt is None:
        report.doubt = _look(handheld, client)
    _learn_withdrawn(handheld, client)
    report.waiting = len(handheld.notebook.records(WAITING))
    return report


def _send_many(
    handheld: Handheld, client: httpx.Client, waiting: Sequence[QueuedRecord], report: SyncReport
) -> bool:
    """Send records many at a time; False if this server takes them one by one only."""
    for start in range(0, len(waiting), _BATCH):
        part = waiting[start : start + _BATCH]
        bodies = [_body(handheld, record) for record in part]
        content = b"[" + b",".join(bodies) + b"]"
        answer = client.post(
            "/v1/events/batch", content=content, headers={"content-type": "application/json"}
        )
        if 400 <= answer.status_code < 500 and answer.status_code != 429:
            return False
        answers = _answers(answer)
        if len(answers) != len(part):
            return True  # nothing that the ledger says; another time
        for record, one in zip(part, answers, strict=True):
            if not _settle(handheld, client, record, one, report):
                return True
    return True


def _answers(answer: httpx.Response) -> list[tuple[int, Mapping[str, Any]]]:
    """Status and JSON for each record of a batch; empty where it is something else."""
    found = json_object(answer).get("answers")
    try:
        return [
            (int(one["status"]), dict(one["recorded"] or one["problem"] or {}))
            for one in found or ()
        ]
    except (KeyError, TypeError, ValueError):
        return []


def _send_singly(
    handheld: Handheld, client: httpx.Client, waiting: Sequence[QueuedRecord], report: SyncReport
) -> None:
    settled = {*report.received, *report.refused}
    for record in waiting:
        if record.seq in settled:
            continue
        answer = client.post(
            "/v1/events",
            content=_body(handheld, record),
            headers={"content-type": "application/json"},
        )
        if not _settle(handheld, client, record, (answer.status_code, json_object(answer)), report):
            return


def _body(handheld: Handheld, record: QueuedRecord) -> bytes:
    return event_request(record.envelope, handheld.notebook.disclosures(record.seq))


def _settle(
    handheld: Handheld,
    client: httpx.Client,
    record: QueuedRecord,
    answer: tuple[int, Mapping[str, Any]],
    report: SyncReport,
) -> bool:
    """Take the answer (status, JSON) to one record; False if it was not about it."""
    status, value = answer
    if status in (200, 201) and "receipt" in value:
        if not _accept(handheld, client, record.seq, record.envelope, value):
            return False
        report.received.append(record.seq)
        return True
    if is_refusal(status, value):
        known = handheld.consequences(record.envelope, received=False)
        handheld.notebook.settle(record.seq, REFUSED, problem=value, remember=known)
        report.refused.append(record.seq)
        return True
    return False


def event_request(envelope: bytes, disclosures: Sequence[str]) -> bytes:
    """The body of ``POST /v1/events``: the envelope, and the personal data beside it if any."""
    if not disclosures:
        return envelope
    value = {"envelope": json.loads(envelope), "disclosures": list(disclosures)}
    return json.dumps(value).encode()


def _look(handheld: Handheld, client: httpx.Client) -> WasteTraceError | None:
    """Compare the newest checkpoint with the one that is known; what it does not prove, or None.

    Raises:
        LedgerForked
    """
    identity = handheld.identity
    try:
        answer = client.get("/v1/ledger/checkpoint")
        if answer.status_code != 200 or not answer.text.startswith(f"{identity['origin']}\n"):
            return None  # not the ledger's answer
        read = partial(open_checkpoint, answer.text)
        continues(handheld, client, with_log_key(handheld, client, continues, read))
    except (LedgerError, LedgerUnproven) as error:
        return error
    except httpx.TransportError:
        return None
    return None


def _learn_withdrawn(handheld: Handheld, client: httpx.Client) -> None:
    """Carry the newest list of withdrawn labels; without a network the old one stays."""
    while True:
        since = handheld.notebook.recall("withdrawn_upto")
        asked = -1 if since is None else since
        try:
            answer = client.get("/v1/labels/withdrawn", params={"since": asked})
        except httpx.TransportError:
            return
        found = json_object(answer)
        if answer.status_code != 200 or "digests" not in found:
            return
        handheld.notebook.withdraw(found["digests"], found["upto"])
        if not found["digests"] or found["upto"] <= asked:
            return


def _accept(
    handheld: Handheld, client: httpx.Client, seq: int, envelope: bytes, value: Mapping[str, Any]
) -> bool:
    """Settle a record by its receipt; False if the ledger could not be asked about its past."""
    read = partial(verify_receipt, value["receipt"], parse_envelope(envelope))
    proven = with_log_key(handheld, client, continues, read)
    if not continues(handheld, client, proven.checkpoint):
        return False
    known = handheld.consequences(envelope, received=True)
    handheld.notebook.settle(
        seq, RECEIVED, index=proven.index, receipt=value["receipt"], remember=known
    )
    if "identity" in known:
        handheld.use_current_key()
    return True
