"""One history: the newest checkpoint that this device has verified, and what may follow it."""

from typing import ClassVar

import httpx

from scanner.agent.answers import is_refusal, json_object
from scanner.agent.handheld import Handheld
from waste_trace.errors import WasteTraceError
from waste_trace.ledger.checkpoint import Checkpoint
from waste_trace.ledger.encoding import b64, decode_b64
from waste_trace.ledger.errors import InvalidProof
from waste_trace.ledger.merkle import verify_consistency


class LedgerForked(WasteTraceError):
    """The ledger shows this device a history that does not continue the one it has verified."""

    code: ClassVar[str] = "ledger-forked"
    default_do_zh = "请停止使用该服务器并立即报告监管部门；设备中的记录和回执都是证据，不要删除。"
    default_do_en = (
        "Stop using this server and report it now; the device's records are evidence, keep them."
    )


class LedgerUnproven(WasteTraceError):
    """The server does not prove that it still has the history that this device has verified.

    That is no proof of the contrary either: an old copy may have been restored, or the answer may
    not have come from the ledger at all. Records wait until it is proven.
    """

    code: ClassVar[str] = "ledger-unproven"
    default_do_zh = "记录仍保存在设备中。请稍后重试；若仍不能证明，请报告监管部门。"
    default_do_en = "The records are kept on the device. Try again later; if it lasts, report it."


def continues(handheld: Handheld, client: httpx.Client, given: Checkpoint) -> bool:
    """Keep the newest checkpoint, and only one of the same history; False if nobody could say.

    A checkpoint that is older than the one seen must be of this history too: a server that was
    put back to an old copy has nothing to prove that with.

    Raises:
        LedgerForked: it is proven to be another history. LedgerUnproven: the proof is refused.
    """
    seen = handheld.notebook.recall("seen") or {"n": 0, "root": ""}
    own = (int(seen["n"]), decode_b64(seen["root"]))
    if own[0]:
        if given.size == own[0]:
            if given.root != own[1]:
                raise _forked(own[0], given.size)
            return True
        (size1, root1), (size2, root2) = sorted([own, (given.size, given.root)])
        answer = client.get("/v1/ledger/consistency", params={"from": size1, "to": size2})
        value = json_object(answer)
        if is_refusal(answer.status_code, value):
            raise LedgerUnproven(
                f"服务器未给出从第 {size1} 条到第 {size2} 条的一致性证明。",
                f"The server refuses the proof of consistency from {size1} to {size2}.",
            )
        if "proof" not in value:
            return False
        try:
            proof = [decode_b64(text) for text in value["proof"]]
            verify_consistency(size1, root1, size2, root2, proof)
        except (InvalidProof, KeyError, ValueError) as error:
            raise _forked(own[0], given.size) from error
    if given.size > own[0]:
        handheld.notebook.remember(seen={"n": given.size, "root": b64(given.root)})
    return True


def _forked(seen: int, given: int) -> LedgerForked:
    return LedgerForked(
        f"第 {given} 条的检查点与已核验的第 {seen} 条不是同一历史。",
        f"The checkpoint at {given} is of another history than that at {seen}.",
        seen=seen,
        size=given,
    )
