"""The handheld's part of the API over a real tree in memory, served by uvicorn on localhost.

It signs with the product's own ledger formats, so what the browser accepts is what the product
sends. The tests reach the server only through `Backend`, which the whole product can also be.
"""

import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from fastapi.staticfiles import StaticFiles

from waste_trace.codes import digital_id, label_token, place_token
from waste_trace.codes.place_token import PlaceKind
from waste_trace.codes.signature import key_id
from waste_trace.errors import WasteTraceError
from waste_trace.ledger import keys, merkle
from waste_trace.ledger.canonical import JsonValue
from waste_trace.ledger.checkpoint import Checkpoint, sign_checkpoint
from waste_trace.ledger.device_chain import DeviceChain
from waste_trace.ledger.dsse import Envelope, envelope_from_value, verify_envelope
from waste_trace.ledger.encoding import b64, decode_b64
from waste_trace.ledger.event import Event, parse_event, payload_hash
from waste_trace.ledger.keys import SigningKey
from waste_trace.ledger.leaf import leaf_bytes
from waste_trace.ledger.note import log_vkey
from waste_trace.ledger.receipt import build_receipt

ORIGIN = "pinghu.waste-trace.example/1"
ORG = "91330100716105852F"
CSP = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
    "img-src 'self' blob: data:; worker-src 'self'; connect-src 'self'"
)
ACTIONS: list[dict[str, JsonValue]] = [
    {"typ": "fill", "zh": "装桶贴标", "en": "Fill and label",
     "needs": ["containers", "batch", "weight_kg"]},
    {"typ": "store_in", "zh": "入库", "en": "Store in", "needs": ["containers", "site"]},
    {"typ": "store_out", "zh": "出库", "en": "Store out", "needs": ["containers"]},
    {"typ": "load", "zh": "装车", "en": "Load",
     "needs": ["containers", "manifest", "vehicle_plate"]},
    {"typ": "weigh_in", "zh": "过磅", "en": "Weigh in",
     "needs": ["containers", "manifest", "weight_kg"]},
    {"typ": "treat", "zh": "利用处置", "en": "Treat", "needs": ["containers", "method"]},
]  # fmt: skip


@dataclass(frozen=True)
class Logged:
    """One accepted event with the key that signed it."""

    event: Event
    envelope: Envelope
    algorithm: str
    public_key: bytes


class Backend(Protocol):
    """What the browser tests need from a server."""

    url: str

    def new_code(self) -> str:
        """A fresh one-time enrolment code."""

    def label(self, text: str, rotation: int = 0) -> str:
        """The signed text of a container's label."""

    def place(self, kind: PlaceKind, code: str) -> str:
        """The signed text of a place's code."""

    def logged(self) -> list[Logged]:
        """The events of handhelds that are in the ledger, oldest first."""

    def log_key(self) -> str:
        """The ledger's verifier key."""


class Refusal(WasteTraceError):
    """What this server refuses, told as the product tells it."""

    code = "not-in-store"


@dataclass
class ReferenceServer:
    """The state behind the three routes."""

    url: str = ""
    log: SigningKey = field(default_factory=SigningKey.generate)
    registrar: SigningKey = field(default_factory=SigningKey.generate)
    issuer: SigningKey = field(default_factory=SigningKey.generate)
    codes: set[str] = field(default_factory=set)
    devices: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    leaves: list[bytes] = field(default_factory=list)
    answers: dict[bytes, dict[str, JsonValue]] = field(default_factory=dict)
    accepted: list[Logged] = field(default_factory=list)
    chains: dict[str, DeviceChain] = field(default_factory=dict)
    stored: set[str] = field(default_factory=set)

    def new_code(self) -> str:
        code = secrets.token_urlsafe(9)
        self.codes.add(code)
        return code

    def label(self, text: str, rotation: int = 0) -> str:
        return label_token.sign(digital_id.parse(text), rotation, self.issuer).text

    def place(self, kind: PlaceKind, code: str) -> str:
        return place_token.sign(kind, code, self.issuer).text

    def logged(self) -> list[Logged]:
        return list(self.accepted)

    def log_key(self) -> str:
        return log_vkey(ORIGIN, self.log).text

    def append(self, leaf: bytes, ms: int) -> dict[str, JsonValue]:
        """Put a leaf into the tree and answer with its receipt."""
        self.leaves.append(merkle.leaf_hash(leaf))
        size = len(self.leaves)
        reader = merkle.list_reader(self.leaves)
        checkpoint = Checkpoint(ORIGIN, size, merkle.root_at(size, reader))
        proof = merkle.inclusion_proof(size - 1, size, reader)
        note = sign_checkpoint(checkpoint, self.log)
        return {
            "index": size - 1,
            "ms": ms,
            "receipt": build_receipt(size - 1, ms, proof, note),
        }

    def enrol(self, request: dict[str, str]) -> dict[str, JsonValue]:
        """Check code and proof of possession, and let the device in."""
        code, alg, pub = request["code"], request["alg"], request["pub"]
        if code not in self.codes:
            raise Refusal(
                "登记码无效或已使用。",
                "The enrolment code is not valid, or was used before.",
                do_zh="请向管理员索取新的登记码。",
                do_en="Ask the administrator for a new code.",
            )
        statement = f"waste-trace-enrol-v1\n{code}\n{alg}\n{pub}".encode()
        keys.verify(alg, decode_b64(pub), decode_b64(request["proof"]), statement)
        self.codes.discard(code)
        dev = f"hh-{len(self.devices) + 1:03d}-{secrets.token_hex(3)}"
        self.devices[f"{dev}/0"] = (alg, decode_b64(pub))
        opening = self.append(f"enrol {dev}".encode(), 0)
        return {
            "dev": dev,
            "ep": 0,
            "org": ORG,
            "org_name": "平湖市小微危废收集平台",
            "act": "usr_k3m9x2",
            "site": "PH-SITE-01",
            "origin": ORIGIN,
            "log_vkey": self.log_key(),
            "registrar_vkey": log_vkey("registrar", self.registrar).text,
            "actions": list(ACTIONS),
            "issuers": {key_id(self.issuer.public_key): b64(self.issuer.public_key)},
            "receipt": opening["receipt"],
        }

    def record(self, body: JsonValue) -> tuple[int, dict[str, JsonValue]]:
        """Verify, apply the one rule of custody that the tests need, and log."""
        envelope = envelope_from_value(body)
        known = self.answers.get(payload_hash(envelope.payload))
        if known is not None:
            return 200, known
        algorithm, public_key = self.devices[envelope.key_id]
        verify_envelope(envelope, algorithm, public_key)
        event = parse_event(envelope.payload)
        self.check_custody(event)
        flags = self.chains.setdefault(event.key_id, DeviceChain()).accept(
            event, payload_hash(envelope.payload)
        )
        if "fork" in flags:
            raise AssertionError("the handheld forked its chain")
        ms = int(time.time() * 1000)
        answer = self.append(leaf_bytes(envelope, ms), ms)
        self.answers[payload_hash(envelope.payload)] = answer
        self.accepted.append(Logged(event, envelope, algorithm, public_key))
        return 201, answer

    def check_custody(self, event: Event) -> None:
        """What was never stored cannot be taken out of the store."""
        listed = event.body.get("containers")
        containers = {str(code) for code in listed} if isinstance(listed, list) else set()
        if event.typ == "store_out" and not containers <= self.stored:
            raise Refusal(
                "容器不在库中，不能出库。",
                "The container is not in the store.",
                do_zh="请先办理入库，再重新发送。",
                do_en="Store it in first, then send again.",
            )
        if event.typ == "store_in":
            self.stored |= containers

    def consistency(self, size1: int, size2: int) -> list[str]:
        """RFC 6962 proof between two sizes of the tree."""
        reader = merkle.list_reader(self.leaves)
        return [b64(node) for node in merkle.consistency_proof(size1, size2, reader)]


def application(server: ReferenceServer, dist: Path) -> FastAPI:
    """The three routes and the page, with the policy that the product sends."""
    app = FastAPI(openapi_url=None)

    @app.middleware("http")
    async def policy(request: Request, call_next) -> Response:  # type: ignore[no-untyped-def]
        response: Response = await call_next(request)
        response.headers["content-security-policy"] = CSP
        return response

    @app.exception_handler(WasteTraceError)
    async def problem(request: Request, error: WasteTraceError) -> JSONResponse:
        detail = {"zh": error.zh, "en": error.en, "do_zh": error.do_zh, "do_en": error.do_en}
        content = {"type": "about:blank", "code": error.code, "title": error.en, "detail": error.zh}
        return JSONResponse(content | detail, 422, media_type="application/problem+json")

    @app.post("/v1/devices/enrol")
    async def enrol(body: dict[str, str]) -> JSONResponse:
        return JSONResponse(server.enrol(body), 201)

    @app.post("/v1/events")
    async def events(request: Request) -> JSONResponse:
        status, answer = server.record(await request.json())
        return JSONResponse(answer, status)

    @app.get("/v1/ledger/consistency")
    async def consistency(request: Request) -> dict[str, list[str]]:
        query = request.query_params
        return {"proof": server.consistency(int(query["from"]), int(query["to"]))}

    app.mount("/handheld", StaticFiles(directory=dist, html=True))
    return app


@contextmanager
def serve_reference(dist: Path) -> Iterator[Backend]:
    """Run the reference server until the block ends."""
    server = ReferenceServer()
    config = uvicorn.Config(
        application(server, dist), host="127.0.0.1", port=0, log_level="warning", lifespan="off"
    )
    process = uvicorn.Server(config)
    thread = threading.Thread(target=process.run, daemon=True)
    thread.start()
    while not process.started:
        time.sleep(0.01)
    port = process.servers[0].sockets[0].getsockname()[1]
    server.url = f"http://localhost:{port}"
    try:
        yield server
    finally:
        process.should_exit = True
        thread.join(5)
