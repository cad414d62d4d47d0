"""The product's server for tests: uvicorn, which begins and ends without being waited for.

uvicorn looks ten times a second whether it is to end, and then waits another tenth; a thousand
tests have servers of their own.
"""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI
from starlette.routing import BaseRoute

from api.http.app import create_app
from waste_trace.services.deployment import Deployment


class _Server(uvicorn.Server):
    def __init__(self, app: FastAPI) -> None:
        super().__init__(uvicorn.Config(app, port=0, log_level="warning", access_log=False))
        self.decided = threading.Event()
        self._loop: asyncio.AbstractEventLoop
        self._told: asyncio.Event

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            super().run(sockets)
        finally:
            self.decided.set()

    async def main_loop(self) -> None:
        self._loop, self._told = asyncio.get_running_loop(), asyncio.Event()
        self.decided.set()
        while not await self.on_tick(0):  # which also renews the answers' Date
            try:
                await asyncio.wait_for(self._told.wait(), timeout=1)
            except TimeoutError:
                continue

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        while self.server_state.connections or self.server_state.tasks:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        await self.lifespan.shutdown()

    def end(self) -> None:
        self.should_exit = True
        self._loop.call_soon_threadsafe(self._told.set)


_routes: list[BaseRoute] = []


def application(deployment: Deployment) -> FastAPI:
    """``create_app`` with the routes of the first one.

    What FastAPI reads out of their signatures at the first request takes 0.3 s of processor time.
    None of them holds a deployment; they ask the application that the request has come to.
    """
    app = create_app(deployment)
    if not _routes:
        _routes.extend(app.router.routes)
    app.router.routes[:] = _routes
    return app


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Run an application on a free port in a thread; its base URL. What was asked is answered."""
    server = _Server(app)
    thread = threading.Thread(target=server.run, name="http", daemon=True)
    thread.start()
    server.decided.wait()
    assert server.started
    host, port = server.servers[0].sockets[0].getsockname()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.end()
        thread.join()
