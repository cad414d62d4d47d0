"""The application: routers, problems, security headers, the handheld's files."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.console.pages import router as console
from api.console.problem_page import problem_page
from api.console.render import STATIC
from api.http import (
    accounts,
    bundles,
    changes,
    collection,
    compliance,
    desk,
    devices,
    events,
    imports,
    labels,
    ledger,
    manifests,
    medical,
    notices,
    parties,
    personal,
    pictures,
    problems,
    quarantine,
    records,
    registers,
    reports,
    session,
    webhooks,
)
from api.http.permissions import Anybody, House
from api.worker.runner import OutboxRunner
from waste_trace.services.deployment import Deployment

HANDHELD = Path(__file__).parents[2] / "mobile_stub" / "dist"
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
    "img-src 'self' blob: data:; worker-src 'self'; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)


#: The subjects, in the order in which their addresses are tried.
PARTS = (
    events,
    desk,
    personal,
    devices,
    ledger,
    bundles,
    quarantine,
    records,
    compliance,
    manifests,
    registers,
    labels,
    pictures,
    session,
    accounts,
    parties,
    notices,
    webhooks,
    changes,
    reports,
    collection,
    imports,
    medical,
)


class SecurityHeaders:
    """Pure ASGI (a wrapping middleware of the framework costs throughput)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("content-security-policy", CONTENT_SECURITY_POLICY)
                headers.setdefault("x-content-type-options", "nosniff")
                headers.setdefault("referrer-policy", "same-origin")
            await send(message)

        await self._app(scope, receive, with_headers)


def create_app(deployment: Deployment) -> FastAPI:
    """The application over an open deployment; in the embedded default it also runs the jobs."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        runner = OutboxRunner.start_for(deployment)
        try:
            yield
        finally:
            runner.stop()

    app = FastAPI(
        title="一码溯源 Waste Trace",
        version="0.1.0",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
    )
    app.state.deployment = deployment
    app.add_middleware(SecurityHeaders)
    problems.install(app, problem_page)
    for part in PARTS:
        app.include_router(part.router)

    @app.get("/healthz")
    def health(house: House, _: Anybody) -> JSONResponse:
        """Up, and whether the ledger takes events."""
        fault = house.sequencer.read_only
        body = {"ledger": "read-only" if fault else "open", "origin": house.sequencer.origin}
        return JSONResponse(body, 503 if fault else 200)

    app.include_router(console)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    if HANDHELD.exists():
        app.mount("/handheld", StaticFiles(directory=HANDHELD, html=True), name="handheld")
    return app
