"""What a witness's refusal is worth: proof, if it shows a checkpoint that we signed and lack.

Anybody can answer 409 with a large size, and a witness is not this ledger's master. A signature of
the log's own key cannot be made up, so only that may stop the ledger.
"""

from typing import ClassVar

from waste_trace.errors import WasteTraceError
from waste_trace.ledger.checkpoint import Checkpoint, open_checkpoint
from waste_trace.ledger.errors import LedgerError
from waste_trace.ledger.note import format_note, parse_note
from waste_trace.ledger.policy import Party
from waste_trace.services.deployment import Deployment
from waste_trace.store.tiles import read_head
from waste_trace.store.tree import root_at


class WitnessAhead(WasteTraceError):
    """This log has signed a larger tree than this database holds; a witness has the checkpoint."""

    code: ClassVar[str] = "witness-ahead"
    default_do_zh: ClassVar[str] = "数据库可能被还原为旧版本：请立即停止写入并核对备份。"
    default_do_en: ClassVar[str] = (
        "The database may be an old copy: stop writing and compare the backups."
    )


class TwoHistories(WasteTraceError):
    """This log has signed another root for a size that this database holds, too."""

    code: ClassVar[str] = "two-histories"
    default_do_zh: ClassVar[str] = "数据库被改写，或两台服务器使用同一密钥：请停止写入并查明。"
    default_do_en: ClassVar[str] = (
        "The database was rewritten, or two servers sign with one key: stop writing and find out."
    )


class UnprovenClaim(WasteTraceError):
    """A witness says that this ledger's history changed, and shows nothing that the log signed."""

    code: ClassVar[str] = "unproven-claim"
    default_do_zh: ClassVar[str] = (
        "台账照常运行。请向见证方索取其声称的检查点；拿不出的，将其移出见证策略。"
    )
    default_do_en: ClassVar[str] = (
        "The ledger runs on. Ask the witness for the checkpoint that it means; if it has none, "
        "take it out of the policy."
    )


#: What stops the ledger.
PROOFS = (WitnessAhead, TwoHistories)


def judge(
    deployment: Deployment, party: Party, claim: WasteTraceError, shown: bytes
) -> WasteTraceError:
    """WitnessAhead or TwoHistories, if what the witness shows proves it; else UnprovenClaim.

    Args:
        claim: its refusal. shown: the checkpoint that it serves, whatever that is.
    """
    name, signed = party.key.name, _signed(deployment, shown)
    if signed is not None:
        checkpoint, note = signed
        with deployment.engine.connect() as connection:
            head = read_head(connection)
            size = 0 if head is None else head.size
            here = b"" if checkpoint.size > size else root_at(connection, checkpoint.size)
        if checkpoint.size > size:
            return WitnessAhead(
                f"见证方已见证到 {checkpoint.size} 条（有本台账签名），本库只有 {size} 条。",
                f"The witness has {checkpoint.size} entries with the signature of this log; this "
                f"database has {size}.",
                size=size,
                witnessed=checkpoint.size,
                note=note,
            )
        if here != checkpoint.root:
            return TwoHistories(
                f"见证方持有本台账签名的另一份 {checkpoint.size} 条的检查点，树根不同。",
                f"The witness has another checkpoint of {checkpoint.size} entries with the "
                "signature of this log; its root differs.",
                size=size,
                witnessed=checkpoint.size,
                note=note,
            )
    return UnprovenClaim(
        f"见证方 {name} 的说法没有本台账的签名为证：{claim.zh}",
        f"What the witness {name} says is not proven by a signature of this log: {claim.en}",
        witness=name,
        reason=claim.code,
    )


def _signed(deployment: Deployment, shown: bytes) -> tuple[Checkpoint, str] | None:
    """What is shown, if a key of this log signed it; and the note with that line only."""
    for log in deployment.policy.logs:
        try:
            text = shown.decode()
            checkpoint = open_checkpoint(text, log.key)
        except (LedgerError, UnicodeDecodeError):
            continue
        note = parse_note(text)
        own = [s for s in note.signatures if (s.name, s.key_id) == (log.key.name, log.key.key_id)]
        return checkpoint, format_note(note.text, own)
    return None
