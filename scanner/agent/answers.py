"""What a server said: the ledger's own words, or something else that answered in its place."""

from collections.abc import Mapping
from typing import Any

import httpx


def json_object(answer: httpx.Response) -> dict[str, Any]:
    """The JSON object of an answer; empty where it is something else."""
    try:
        value = answer.json()
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def is_refusal(status: int, value: Mapping[str, Any]) -> bool:
    """True if the ledger itself says no: in its own words, and not for now only."""
    return 400 <= status < 500 and status != 429 and "code" in value
