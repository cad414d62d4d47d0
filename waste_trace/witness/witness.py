"""A witness of transparency logs (c2sp.org/tlog-witness): verify, remember, then cosign.

For the regulator or another independent party. Its whole power is its memory: it never cosigns two
histories of one log, so an operator who rewrites the log cannot get the new one cosigned.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from waste_trace.ledger.cosignature import cosign, cosigner_vkey
from waste_trace.ledger.errors import LedgerError, MalformedKey
from waste_trace.ledger.keys import SigningKey
from waste_trace.ledger.note import NoteSignature, format_note, parse_note
from waste_trace.ledger.vkey import ED25519, VerifierKey
from waste_trace.ledger.witness import (
    Cosigned,
    Inconsistent,
    OtherRoot,
    Submission,
    decide,
    format_answer,
    origin_of,
    parse_submission,
)
from waste_trace.witness.states import LogStates


def watched(keys: Iterable[VerifierKey]) -> dict[str, tuple[VerifierKey, ...]]:
    """The logs of these type 0x01 keys, by origin; MalformedKey for another type or no key."""
    logs: dict[str, tuple[VerifierKey, ...]] = {}
    for key in keys:
        if key.kind != ED25519:
            raise MalformedKey("台账公钥类型不符。", "A log's key must be of type 0x01.")
        logs[key.name] = (*logs.get(key.name, ()), key)
    if not logs:
        raise MalformedKey("没有要见证的台账。", "No log to watch was given.")
    return logs


class OtherKey(LedgerError):
    """The memory was made with another key under the same name: not the key that policies list."""

    code = "other-witness-key"
    default_do_zh = "请核对密钥设置（WASTE_TRACE_KEY_STORE）；确需更换密钥的，请同时更换名称。"
    default_do_en = (
        "Check where the key should be (WASTE_TRACE_KEY_STORE); a new key needs a new name as well."
    )


@dataclass(frozen=True)
class Witness:
    """One witness identity over one file of states.

    Attributes:
        name: its key name, a schema-less URL such as ``witness.example/w1``.
        logs: origin to the keys that may sign for it, as `watched` makes it.
        clock: POSIX seconds.
    """

    name: str
    signing_key: SigningKey
    logs: dict[str, tuple[VerifierKey, ...]]
    states: LogStates
    clock: Callable[[], int]

    @property
    def vkey(self) -> VerifierKey:
        """The verifier key for other people's policies."""
        return cosigner_vkey(self.name, self.signing_key)

    def require_own_memory(self) -> None:
        """Refuse to go on with another key than the memory's. Raises OtherKey.

        A key store that is set wrongly makes a new key, and every log would get lines that it must
        throw away.
        """
        vkey = self.vkey
        for origin in self.logs:
            note = self.states.note(origin)
            lines = parse_note(note).signatures if note else ()
            if any(line.name == vkey.name and line.key_id != vkey.key_id for line in lines):
                raise OtherKey(
                    f"“{vkey.name}”曾以另一密钥见证 {origin}。",
                    f"{vkey.name!r} has cosigned {origin} with another key.",
                    origin=origin,
                )

    def add_checkpoint(self, body: bytes) -> bytes:
        """The signature line for a request body; on the disk before it is returned.

        Raises:
            MalformedSubmission, UnknownLog, NotSignedByLog, OtherSize, OtherRoot, Inconsistent
        """
        submission = parse_submission(body)
        origin = origin_of(submission, self.logs)
        try:
            with self.states.locked() as states:
                checkpoint = decide(submission, states.newest(origin))
                line = cosign(checkpoint.text, self.name, self.signing_key, self.clock())
                note = format_note(checkpoint.text, [*self._of_log(origin, submission), line])
                states.remember(origin, Cosigned(checkpoint.size, checkpoint.root), note)
        except (OtherRoot, Inconsistent) as error:
            # The log has signed this: with the checkpoint known before, it may be proof of a fork.
            self.states.keep_evidence(origin, self.clock(), error.code, body)
            raise
        return format_answer([line])

    def _of_log(self, origin: str, submission: Submission) -> list[NoteSignature]:
        """The log's own lines: what others wrote under the note was not verified."""
        known = {(key.name, key.key_id) for key in self.logs[origin]}
        lines = parse_note(submission.note).signatures
        return [line for line in lines if (line.name, line.key_id) in known]
