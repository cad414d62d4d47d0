"""Programs of others that tests start, and where they keep what they fetched."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCAL = ROOT / ".local" / "foreign"


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
