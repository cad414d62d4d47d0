"""HTTP clients of the tests' own servers."""

import ssl
from functools import cache
from typing import Any

import httpx


@cache
def _trust() -> ssl.SSLContext:
    """Read once: the list of the world's authorities costs a tenth of a second each time."""
    return ssl.create_default_context()


def http_client(base_url: str, **options: Any) -> httpx.Client:
    """An ``httpx.Client`` that waits longer than a busy machine takes."""
    return httpx.Client(base_url=base_url, verify=_trust(), **{"timeout": 60, **options})
