"""Starting is a matter of sentences: whatever is wrong is said in one, with no traceback."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from tests.cli.program import run_program

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]


def _sentence(done: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    for word in words:
        assert word in done.stderr


def test_a_port_in_use(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = run_program("serve", "--port", port, WASTE_TRACE_DATA_DIR=str(tmp_path))
    _sentence(done, 3, "无法使用", "take another port")


def test_a_data_folder_that_cannot_be_written() -> None:
    done = run_program("serve", "--port", "0", WASTE_TRACE_DATA_DIR="/proc/nowhere/data")
    _sentence(done, 3, "不可写", "WASTE_TRACE_DATA_DIR")


def test_a_database_that_is_not_there(tmp_path: Path) -> None:
    done = run_program(
        "rebuild",
        WASTE_TRACE_DATA_DIR=str(tmp_path),
        WASTE_TRACE_DATABASE_URL="postgresql+psycopg://nobody@127.0.0.1:1/none",
    )
    _sentence(done, 3, "数据库不可用", "WASTE_TRACE_DATABASE_URL")


def test_a_container_that_nobody_knows(tmp_path: Path) -> None:
    code = "91330100716105852F9002490820261123001"
    done = run_program("trace", code, "--json", WASTE_TRACE_DATA_DIR=str(tmp_path))
    _sentence(done, 3, "没有容器", "No container")


def test_a_worker_without_a_broker(tmp_path: Path) -> None:
    done = run_program("worker", WASTE_TRACE_DATA_DIR=str(tmp_path), WASTE_TRACE_BROKER_URL="")
    _sentence(done, 3, "WASTE_TRACE_BROKER_URL")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The set-up script in a folder of its own, with nothing installed."""
    folder = tmp_path / "clone"
    shutil.copytree(ROOT / ".ci", folder / ".ci")
    for name in ("pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, folder / name)
    return folder


def _set_up(clone: Path, path: str, **own: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", str(clone / ".ci/set-up"), "run"],
        env={"PATH": path, "HOME": str(clone), **own},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_python_that_is_too_old(clone: Path, tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("bash", "cat", "sha256sum", "cut", "mkdir", "dirname", "id", "ls"):
        found = shutil.which(name)
        assert found
        (programs / name).symlink_to(found)
    old = programs / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.2" && exit 0\nexit 1\n')
    old.chmod(0o755)
    done = _set_up(clone, str(programs))
    _sentence(done, 3, "需要 Python 3.11", "Python 3.9.2")


def test_a_registry_that_is_out_of_reach(clone: Path) -> None:
    """Nothing listens there: the answer is a sentence that names the network."""
    own = {"PIP_INDEX_URL": "http://127.0.0.1:1/simple", "PIP_CONFIG_FILE": "/dev/null"}
    done = _set_up(clone, os.environ["PATH"], **own)
    _sentence(done, 3, "网络", "no network or package registry")
