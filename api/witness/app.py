"""A witness over HTTP (c2sp.org/tlog-witness): POST add-checkpoint, and what was cosigned last."""

import hashlib

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import PlainTextResponse

from waste_trace.ledger.errors import LedgerError
from waste_trace.ledger.witness import (
    Inconsistent,
    MalformedSubmission,
    NotSignedByLog,
    OtherSize,
    UnknownLog,
)
from waste_trace.witness.witness import Witness

MAX_BODY_BYTES = 64 * 1024
_STATUS: tuple[tuple[type[LedgerError], int], ...] = (
    (MalformedSubmission, 400),
    (NotSignedByLog, 403),
    (UnknownLog, 404),
    (OtherSize, 409),
    (Inconsistent, 422),
)


def create_witness(witness: Witness) -> FastAPI:
    """The application of one witness. Submission prefix and monitoring prefix are its root."""
    app = FastAPI(title="Waste Trace witness", docs_url=None, redoc_url=None, openapi_url=None)

    @app.post("/add-checkpoint")
    async def add_checkpoint(request: Request) -> PlainTextResponse:
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > MAX_BODY_BYTES:
                return PlainTextResponse("the request is too large\n", 413)
        try:
            answer = await run_in_threadpool(witness.add_checkpoint, body)
        except LedgerError as error:
            return _refusal(error)
        return PlainTextResponse(answer.decode())

    @app.get("/{origin_hash}/checkpoint")
    def newest(origin_hash: str) -> PlainTextResponse:
        """The newest cosigned checkpoint of a log, named by the hex SHA-256 of its origin."""
        for origin in witness.logs:
            if hashlib.sha256(origin.encode()).hexdigest() == origin_hash:
                note = witness.states.note(origin)
                return PlainTextResponse(note or "nothing cosigned yet\n", 200 if note else 404)
        return PlainTextResponse("unknown log\n", 404)

    @app.get("/")
    def about() -> PlainTextResponse:
        """Who this is; for people who set up a policy."""
        lines = [f"witness {witness.vkey.text}", *(f"log {origin}" for origin in witness.logs)]
        return PlainTextResponse("\n".join(lines) + "\n")

    return app


def _refusal(error: LedgerError) -> PlainTextResponse:
    if isinstance(error, OtherSize):
        # The size alone, so that the log can prove consistency from there.
        return PlainTextResponse(f"{error.size}\n", 409, media_type="text/x.tlog.size")
    status = next((code for kind, code in _STATUS if isinstance(error, kind)), 400)
    return PlainTextResponse(f"{error.en}\n{error.zh}\n", status)
