"""Carry submissions to witnesses over HTTP, with a short patience."""

import re

import httpx

from waste_trace.ledger.errors import LedgerError
from waste_trace.ledger.policy import Party
from waste_trace.ledger.witness import (
    Inconsistent,
    MalformedSubmission,
    NotSignedByLog,
    OtherSize,
    Submission,
    UnknownLog,
    format_submission,
)
from waste_trace.services.witness_checkpoint import WitnessUnreachable

TIMEOUT_SECONDS = 2.0
MAX_ANSWER_BYTES = 64 * 1024
_SIZE = re.compile(r"(0|[1-9][0-9]{0,18})\n?")
_REFUSALS: dict[int, type[LedgerError]] = {
    400: MalformedSubmission,
    403: NotSignedByLog,
    404: UnknownLog,
    422: Inconsistent,
}


class AskOverHttp:
    """`services.witness_checkpoint.Ask` over an ``httpx.Client``, which may be kept open."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def __call__(self, witness: Party, submission: Submission) -> bytes:
        """POST <url>/add-checkpoint; the body of a good answer."""
        url = witness.url.rstrip("/") + "/add-checkpoint"
        try:
            answer = self._client.post(
                url, content=format_submission(submission), timeout=TIMEOUT_SECONDS
            )
        except httpx.HTTPError as error:
            raise WitnessUnreachable(
                f"见证方 {witness.key.name} 无应答。",
                f"The witness {witness.key.name} does not answer: {type(error).__name__}.",
            ) from error
        return _read(witness, answer)


def _read(witness: Party, answer: httpx.Response) -> bytes:
    if answer.status_code == 200 and len(answer.content) <= MAX_ANSWER_BYTES:
        return answer.content
    size = _SIZE.fullmatch(answer.text) if answer.status_code == 409 else None
    if size:
        raise OtherSize(int(size[1]))
    refusal = _REFUSALS.get(answer.status_code)
    if refusal is not None:
        said = answer.text[:200].replace("\n", " ")
        raise refusal(
            f"见证方 {witness.key.name} 拒绝：{said}",
            f"The witness {witness.key.name} refused: {said}",
        )
    raise WitnessUnreachable(
        f"见证方 {witness.key.name} 的答复无法使用。",
        f"The witness {witness.key.name} answered {answer.status_code}, which is of no use.",
        status=answer.status_code,
    )
