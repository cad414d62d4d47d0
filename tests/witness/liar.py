"""A listed witness that says what it likes: a real HTTP server with one lie for each request."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

#: So long a lie goes on if nobody hangs up: far longer than anybody should listen.
LONGEST_SECONDS = 40.0
Lie = Callable[["_Handler"], None]


@dataclass
class Liar:
    """What it answers, and what it saw.

    Attributes:
        to_post, to_get: the lies, to be changed between rounds.
        asked: method and path of each request. hung_up: somebody left before the end of a lie.
    """

    to_post: Lie
    to_get: Lie
    url: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)
    hung_up: threading.Event = field(default_factory=threading.Event)


@contextmanager
def lying(to_post: Lie, to_get: Lie | None = None) -> Iterator[Liar]:
    """The server, until the block ends; without ``to_get`` it shows nothing to anybody."""
    liar = Liar(to_post, to_get or says(404, b"no"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"liar": liar}))
    server.daemon_threads = True
    liar.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield liar
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def says(status: int, body: bytes, **headers: str) -> Lie:
    """A whole answer."""

    def answer(handler: _Handler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def talks_for_ever(status: int, part: bytes, pause: float) -> Lie:
    """A body that does not end: ``part`` again and again, ``pause`` seconds apart."""

    def answer(handler: _Handler) -> None:
        handler.send_response(status)
        handler.end_headers()
        handler.for_ever(part, pause)

    return answer


def never_begins(handler: "_Handler") -> None:
    """Headers that do not end, a few bytes at a time."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    handler.for_ever(b"x-more: 1\r\n", 0.05)


class _Handler(BaseHTTPRequestHandler):
    liar: Liar

    def do_POST(self) -> None:
        """Read the submission, then lie."""
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self._lie(self.liar.to_post)

    def do_GET(self) -> None:
        """Lie."""
        self._lie(self.liar.to_get)

    def for_ever(self, part: bytes, pause: float) -> None:
        """Write until the other side is gone."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16 * 1024)
        end = time.monotonic() + LONGEST_SECONDS
        try:
            while time.monotonic() < end:
                self.wfile.write(part)
                self.wfile.flush()
                time.sleep(pause)
        except OSError:
            self.liar.hung_up.set()

    def log_message(self, *_: object) -> None:
        """Quietly."""

    def _lie(self, lie: Lie) -> None:
        self.close_connection = True
        self.liar.asked.append((self.command, self.path))
        lie(self)
