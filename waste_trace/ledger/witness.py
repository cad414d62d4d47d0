"""The witness protocol without its transport: request, decision, answer (c2sp.org/tlog-witness).

A witness cosigns a checkpoint only if it continues the newest one that it cosigned for that log.
The numbers of the HTTP answers belong to whoever serves this; here each has a class of its own.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from waste_trace.ledger.checkpoint import Checkpoint, open_checkpoint, read_checkpoint
from waste_trace.ledger.cosignature import LAST_DATE, cosignature_time, note_verifier
from waste_trace.ledger.encoding import b64, decode_b64
from waste_trace.ledger.errors import (
    InvalidProof,
    InvalidSignature,
    LedgerError,
    MalformedNote,
)
from waste_trace.ledger.merkle import EMPTY_ROOT, verify_consistency
from waste_trace.ledger.note import NoteSignature, open_note, parse_note
from waste_trace.ledger.vkey import VerifierKey

MAX_PROOF_LINES = 63
_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")


class MalformedSubmission(LedgerError):
    """Not an add-checkpoint request, or one whose old size is above its checkpoint."""

    code = "malformed-submission"
    default_do_zh = "请按 c2sp.org/tlog-witness 的格式重新提交。"
    default_do_en = "Submit it again in the form of c2sp.org/tlog-witness."


class UnknownLog(LedgerError):
    """The witness does not watch a log of this origin."""

    code = "unknown-log"
    default_do_zh = "请由见证方将该台账公钥加入其配置。"
    default_do_en = "Have the witness's operator add the log's key to its configuration."


class NotSignedByLog(LedgerError):
    """No key that the witness trusts for this origin signed the checkpoint."""

    code = "not-signed-by-log"
    default_do_zh = "请核对台账密钥与见证方登记的公钥是否一致。"
    default_do_en = "Compare the log's key with the one that the witness was given."


class OtherSize(LedgerError):
    """The witness last cosigned another size than the request starts from: ``size``."""

    code = "other-size"
    default_do_zh = "请以返回的大小为起点重新生成一致性证明。"
    default_do_en = "Prove consistency from the size in the answer and submit again."

    def __init__(self, size: int) -> None:
        super().__init__(
            f"见证方最近一次见证的大小是 {size}。",
            f"The newest checkpoint that the witness cosigned has size {size}.",
            size=size,
        )
        self.size = size


class OtherRoot(OtherSize):
    """The log has signed two roots for one size. The request proves it."""

    code = "other-root"


class Inconsistent(LedgerError):
    """The consistency proof does not lead from what was cosigned to what was submitted."""

    code = "inconsistent"


@dataclass(frozen=True, slots=True)
class Submission:
    """An add-checkpoint request: the size it starts from, the proof, and the signed note."""

    old_size: int
    proof: tuple[bytes, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Cosigned:
    """The newest checkpoint of one log that a witness has cosigned."""

    size: int = 0
    root: bytes = EMPTY_ROOT


def format_submission(submission: Submission) -> bytes:
    """The request body."""
    lines = [f"old {submission.old_size}", *(b64(node) for node in submission.proof), ""]
    return ("\n".join(lines) + "\n" + submission.note).encode()


def parse_submission(data: bytes) -> Submission:
    """Read a request body strictly, verifying nothing; MalformedSubmission."""
    try:
        head, separator, note = data.decode().partition("\n\n")
        old, *lines = head.split("\n")
        match = _OLD.fullmatch(old)
        proof = tuple(decode_b64(line) for line in lines)
    except ValueError as error:
        raise _malformed("请求不是文本或含非 base64 行。", "Not text, or not base64.") from error
    if not separator or match is None:
        raise _malformed("缺少 old 行或空行。", "The old size line or the empty line is missing.")
    if len(proof) > MAX_PROOF_LINES or any(len(node) != 32 for node in proof):
        raise _malformed("证明行不合规。", "At most 63 proof lines, each a 32-byte hash.")
    try:
        size = read_checkpoint(note).size
    except MalformedNote as error:
        raise _malformed(error.zh, error.en) from error
    if int(match[1]) > size:
        raise _malformed("old 大于检查点的大小。", "The old size is above the checkpoint's.")
    return Submission(int(match[1]), proof, note)


def origin_of(submission: Submission, logs: Mapping[str, Sequence[VerifierKey]]) -> str:
    """The origin, if it is watched and one of its keys signed; UnknownLog or NotSignedByLog.

    ``logs``: origin → the type 0x01 keys that may sign for it.
    """
    origin = read_checkpoint(submission.note).origin
    if origin not in logs:
        raise UnknownLog("该台账未登记。", f"The log {origin!r} is not watched here.")
    for key in logs[origin]:
        try:
            open_checkpoint(submission.note, key)
        except InvalidSignature:
            continue
        return origin
    raise NotSignedByLog("检查点没有受信公钥的签名。", "No trusted key signed the checkpoint.")


def decide(submission: Submission, newest: Cosigned) -> Checkpoint:
    """The checkpoint to persist and then cosign. Its signature must have been verified.

    Raises:
        OtherSize: it starts elsewhere than at ``newest``. OtherRoot: one size, two roots.
        Inconsistent: the proof does not hold.
    """
    checkpoint = read_checkpoint(submission.note)
    if submission.old_size != newest.size:
        raise OtherSize(newest.size)
    if checkpoint.size == newest.size and checkpoint.root != newest.root:
        raise OtherRoot(newest.size)
    try:
        verify_consistency(
            newest.size, newest.root, checkpoint.size, checkpoint.root, submission.proof
        )
    except InvalidProof as error:
        raise Inconsistent(error.zh, error.en) from error
    return checkpoint


def format_answer(signatures: Sequence[NoteSignature]) -> bytes:
    """The body of a good answer: one note signature line for each of the witness's keys."""
    return "".join(signature.line for signature in signatures).encode()


def read_answer(data: bytes, note: str, key: VerifierKey) -> NoteSignature:
    """The cosignature of the witness with ``key`` over ``note``, verified.

    Lines of other keys are ignored, as the protocol wants. MalformedNote, InvalidSignature.
    """
    text = parse_note(note).text
    try:
        answer = text + "\n" + data.decode()
    except UnicodeDecodeError as error:
        raise MalformedNote("见证答复不是 UTF-8。", "The answer is not valid UTF-8.") from error
    opened, _ = open_note(answer, [note_verifier(key)])
    if opened.text != text:
        raise MalformedNote("见证答复不是签名行。", "The answer holds more than signature lines.")
    lines = [s for s in opened.signatures if (s.name, s.key_id) == (key.name, key.key_id)]
    if cosignature_time(lines[0].signature) > LAST_DATE:
        raise MalformedNote("见证方的时钟有误。", "The witness's clock is beyond any calendar.")
    return lines[0]


def _malformed(zh: str, en: str) -> MalformedSubmission:
    return MalformedSubmission(zh, en)
