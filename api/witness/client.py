"""Carry submissions to witnesses over HTTP, with a short patience.

A witness is another party's server and may do anything: whatever comes is cut off after a few
seconds and a few kilobytes, redirects are not followed, and nothing is unpacked.
"""

import asyncio
import hashlib
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
from waste_trace.services.ask_witness import WitnessUnreachable

#: For each step: to connect, to send, to wait for the next bytes.
TIMEOUT_SECONDS = 2.0
DEADLINE_SECONDS = 5.0
MAX_ANSWER_BYTES = 64 * 1024
_SIZE = re.compile(rb"(0|[1-9][0-9]{0,18})\n?")
_REFUSALS: dict[int, type[LedgerError]] = {
    400: MalformedSubmission,
    403: NotSignedByLog,
    404: UnknownLog,
    422: Inconsistent,
}


class AskOverHttp:
    """`services.ask_witness.Ask` over HTTP; any thread may call.

    Args:
        trust_env: proxies and certificates of the environment are used.
        deadline: seconds for a whole answer, however it drips.
    """

    def __init__(self, *, trust_env: bool = True, deadline: float = DEADLINE_SECONDS) -> None:
        self._trust_env = trust_env
        self._deadline = deadline
        self._tls = httpx.create_ssl_context(trust_env=trust_env)

    def __call__(self, witness: Party, submission: Submission) -> bytes:
        """POST <url>/add-checkpoint; the body of a good answer."""
        body = format_submission(submission)
        return _read(witness, *self._exchange(witness, "POST", "add-checkpoint", body))

    def newest(self, witness: Party, origin: str) -> bytes:
        """GET <url>/<hex SHA-256 of the origin>/checkpoint."""
        path = f"{hashlib.sha256(origin.encode()).hexdigest()}/checkpoint"
        status, body = self._exchange(witness, "GET", path, b"")
        if status != 200:
            raise _useless(witness, status)
        return body

    def _exchange(
        self, witness: Party, method: str, path: str, content: bytes
    ) -> tuple[int, bytes]:
        """Status and body. Asynchronous inside: only so there is a deadline for the whole of it."""
        url = f"{witness.url.rstrip('/')}/{path}"
        try:
            return asyncio.run(self._send(method, url, content))
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise WitnessUnreachable(
                f"见证方 {witness.key.name} 无应答。",
                f"The witness {witness.key.name} does not answer: {type(error).__name__}.",
            ) from error

    async def _send(self, method: str, url: str, content: bytes) -> tuple[int, bytes]:
        body = b""
        async with (
            asyncio.timeout(self._deadline),
            httpx.AsyncClient(
                verify=self._tls, trust_env=self._trust_env, timeout=TIMEOUT_SECONDS
            ) as client,
            client.stream(
                method, url, content=content, headers={"accept-encoding": "identity"}
            ) as answer,
        ):
            async for part in answer.aiter_raw():
                body += part
                if len(body) > MAX_ANSWER_BYTES:
                    raise httpx.DecodingError("the answer does not end")
            return answer.status_code, body


def _read(witness: Party, status: int, body: bytes) -> bytes:
    if status == 200:
        return body
    size = _SIZE.fullmatch(body) if status == 409 else None
    if size:
        raise OtherSize(int(size[1]))
    refusal = _REFUSALS.get(status)
    if refusal is None:
        raise _useless(witness, status)
    text = body[:200].decode(errors="replace")
    said = "".join(one if one.isprintable() else " " for one in text)
    raise refusal(
        f"见证方 {witness.key.name} 拒绝：{said}",
        f"The witness {witness.key.name} refused: {said}",
    )


def _useless(witness: Party, status: int) -> WitnessUnreachable:
    return WitnessUnreachable(
        f"见证方 {witness.key.name} 的答复无法使用。",
        f"The witness {witness.key.name} answered {status}, which is of no use.",
        status=status,
    )
