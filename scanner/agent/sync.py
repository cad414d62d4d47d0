"""Enrol and sync over HTTP: send what waits, check every receipt, refuse a ledger that forked."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

import httpx

from scanner.agent.handheld import Handheld
from scanner.agent.notebook import RECEIVED, REFUSED, WAITING
from waste_trace.errors import WasteTraceError
from waste_trace.ledger.checkpoint import Checkpoint
from waste_trace.ledger.dsse import parse_envelope
from waste_trace.ledger.encoding import b64, decode_b64
from waste_trace.ledger.errors import InvalidProof
from waste_trace.ledger.merkle import verify_consistency
from waste_trace.ledger.receipt import verify_receipt


class LedgerForked(WasteTraceError):
    """The ledger shows this device a history that does not continue the one it has verified."""

    code: ClassVar[str] = "ledger-forked"
    default_do_zh = "请停止使用该服务器并立即报告监管部门；设备中的记录和回执都是证据，不要删除。"
    default_do_en = (
        "Stop using this server and report it now; the device's records are evidence, keep them."
    )


class EnrolmentFailed(WasteTraceError):
    """The server did not enrol the device; its own words are in the message."""

    code: ClassVar[str] = "enrolment-failed"


@dataclass(slots=True)
class SyncReport:
    """What a sync did: sequence numbers received and refused, and how many still wait."""

    received: list[int] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    waiting: int = 0


def enrol(handheld: Handheld, client: httpx.Client, code: str, name: str) -> None:
    """Exchange a one-time code for an identity.

    Raises:
        EnrolmentFailed: with the server's reason.
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
        problem = answer.json()
        raise EnrolmentFailed(problem.get("zh", "登记失败。"), problem.get("en", "Not enrolled."))
    handheld.notebook.remember(identity=answer.json())


def sync(handheld: Handheld, client: httpx.Client) -> SyncReport:
    """Send every waiting record; a refused one never holds up those behind it.

    Without a network it reports what waits; the records stay where they are.

    Raises:
        LedgerForked: a receipt is under a checkpoint that does not continue what was verified.
    """
    report = SyncReport()
    for record in handheld.notebook.records(WAITING):
        try:
            answer = client.post(
                "/v1/events",
                content=record.envelope,
                headers={"content-type": "application/json"},
            )
        except httpx.TransportError:
            break
        if answer.status_code in (200, 201):
            _accept(handheld, client, record.seq, record.envelope, answer.json())
            report.received.append(record.seq)
        elif 400 <= answer.status_code < 500 and answer.status_code != 429:
            handheld.notebook.settle(record.seq, REFUSED, problem=answer.json())
            report.refused.append(record.seq)
        else:
            break  # the server is busy or broken: not an answer about this record
    _learn_withdrawn(handheld, client)
    report.waiting = len(handheld.notebook.records(WAITING))
    return report


def _learn_withdrawn(handheld: Handheld, client: httpx.Client) -> None:
    """Carry the newest list of withdrawn labels; without a network the old one stays."""
    while True:
        since = handheld.notebook.recall("withdrawn_upto")
        asked = -1 if since is None else since
        try:
            answer = client.get("/v1/labels/withdrawn", params={"since": asked})
        except httpx.TransportError:
            return
        if answer.status_code != 200:
            return
        found = answer.json()
        handheld.notebook.withdraw(found["digests"], found["upto"])
        if not found["digests"] or found["upto"] <= asked:
            return


def _accept(
    handheld: Handheld, client: httpx.Client, seq: int, envelope: bytes, answer: dict[str, Any]
) -> None:
    identity = handheld.identity
    proven = verify_receipt(answer["receipt"], parse_envelope(envelope), identity["log_vkey"])
    _require_continuation(handheld, client, proven.checkpoint)
    handheld.notebook.settle(seq, RECEIVED, index=proven.index, receipt=answer["receipt"])


def _require_continuation(handheld: Handheld, client: httpx.Client, newer: Checkpoint) -> None:
    """Keep the newest checkpoint, and only one that continues the last."""
    seen = handheld.notebook.recall("seen") or {"n": 0, "root": ""}
    if newer.size < seen["n"]:
        return  # an old receipt asked for again; nothing newer to keep
    if seen["n"]:
        answer = client.get("/v1/ledger/consistency", params={"from": seen["n"], "to": newer.size})
        try:
            proof = [decode_b64(text) for text in answer.json()["proof"]]
            verify_consistency(seen["n"], decode_b64(seen["root"]), newer.size, newer.root, proof)
        except (InvalidProof, KeyError, ValueError) as error:
            raise LedgerForked(
                f"第 {newer.size} 条的检查点与已核验的第 {seen['n']} 条不连续。",
                f"The checkpoint at {newer.size} does not continue the one at {seen['n']}.",
                seen=seen["n"],
                size=newer.size,
            ) from error
    handheld.notebook.remember(seen={"n": newer.size, "root": b64(newer.root)})
