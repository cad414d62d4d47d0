"""Post a message to a webhook, and to nothing that only this server can reach.

The name is resolved here and the connection goes to an address that was looked at, so that a name
server cannot answer one thing to the check and another to the connection. Redirects are not
followed, proxies of the environment not used.
"""

import socket
import ssl
from collections.abc import Iterable
from contextlib import closing

import httpcore
from httpcore import SOCKET_OPTION

from waste_trace.notices.reachable import is_public
from waste_trace.services.notices.deliver import Message

_TIMEOUT = {"connect": 5.0, "read": 10.0, "write": 10.0, "pool": 5.0}
_MOST_ANSWER_BYTES = 64 * 1024


class _Guarded(httpcore.NetworkBackend):
    """Connects to public addresses only; to every one where the setting allows it."""

    def __init__(self, private: bool) -> None:
        self._private = private
        self._below = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Resolve, look, connect to what was looked at."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(f"{host} is unknown") from error
        addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
        if not self._private and not all(is_public(address) for address in addresses):
            raise httpcore.ConnectError(f"{host} is no public address")
        last: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in addresses:
            try:
                return self._below.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as failed:
                last = failed
        raise last

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Never: a webhook is no file."""
        raise httpcore.ConnectError("no unix sockets")


def post(
    message: Message, *, private: bool, trust: ssl.SSLContext | None = None
) -> tuple[int, str]:
    """Post it once; the status (0: no answer) and a sentence about it.

    Args:
        private: private and loopback addresses are allowed.
        trust: certificates to trust; the system's.
    """
    pool = httpcore.ConnectionPool(
        ssl_context=trust or ssl.create_default_context(), network_backend=_Guarded(private)
    )
    headers = [(name.encode(), value.encode()) for name, value in message.headers.items()]
    try:
        with (
            closing(pool),
            pool.stream(
                "POST",
                message.url,
                headers=headers,
                content=message.body,
                extensions={"timeout": _TIMEOUT},
            ) as answer,
        ):
            return answer.status, f"HTTP {answer.status}{_beginning(answer)}"
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
        return 0, f"{type(error).__name__}: {error}"
    except (ssl.SSLError, OSError, httpcore.UnsupportedProtocol) as error:
        return 0, f"{type(error).__name__}: {error}"


def _beginning(answer: httpcore.Response) -> str:
    """The first words of a bad answer; a receiver that talks for ever is cut off."""
    if 200 <= answer.status < 300:
        return ""
    received = b""
    for part in answer.iter_stream():
        received += part
        if len(received) > _MOST_ANSWER_BYTES:
            break
    text = " ".join(received.decode(errors="replace").split())
    return f": {text[:200]}" if text else ""
