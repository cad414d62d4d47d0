"""Tools that a test needs and a machine may lack: it skips loudly there, and fails in CI."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCAL = ROOT / ".local" / "foreign"


def unavailable(reason: str) -> NoReturn:
    """Skip the test and say why; with CI=true the lack is a failure."""
    if os.environ.get("CI", "").lower() in ("true", "1"):
        pytest.fail(f"{reason} (CI=true)")
    pytest.skip(reason)


def run(
    command: Sequence[str | Path],
    *,
    cwd: Path,
    stdin: bytes = b"",
    environment: Mapping[str, str] | None = None,
    timeout: float = 300,
) -> bytes:
    """Standard output of a program that must succeed; its complaint is in the failure."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        input=stdin,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        check=False,
        timeout=timeout,
    )
    if done.returncode:
        pytest.fail(f"{command[0]} ended with {done.returncode}: {done.stderr.decode()[-2000:]}")
    return done.stdout
