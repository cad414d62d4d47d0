"""Pictures in S3-compatible storage, by settings alone: the same contract as the folder."""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.worker.rabbitmq import free_port
from waste_trace.store.blobs import Blobs


@pytest.fixture(scope="module")
def s3_url() -> Iterator[str]:
    """A bucket on an S3 server (moto) of this test's own, named by the usual variables."""
    port = free_port()
    endpoint = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    own = {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
    }
    before = {name: os.environ.get(name) for name in own}
    os.environ.update(own)
    for _ in range(200):
        try:
            httpx.put(f"{endpoint}/pictures").raise_for_status()
            break
        except httpx.TransportError:
            time.sleep(0.1)
    yield "s3://pictures"
    server.terminate()
    server.wait()
    for name, value in before.items():
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value


@pytest.fixture(params=["folder", "s3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    """Both kinds of storage."""
    url = request.getfixturevalue("s3_url") if request.param == "s3" else ""
    return Blobs(url, tmp_path / "blobs")


def test_what_is_put_is_got_by_its_digest(blobs: Blobs) -> None:
    data = os.urandom(100_000)
    name = blobs.put(data)
    assert name == hashlib.sha256(data).hexdigest()
    assert blobs.get(name) == data


def test_the_same_bytes_again_are_the_same_blob(blobs: Blobs) -> None:
    assert blobs.put(b"picture") == blobs.put(b"picture")


def test_what_was_never_put_is_none(blobs: Blobs) -> None:
    assert blobs.get("0" * 64) is None
