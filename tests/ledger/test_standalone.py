"""The verifier as a wheel of its own, in an environment that has nothing else of the product."""

import json
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

from tests.databases import unavailable
from tests.ledger.sample_ledger import small_ledger
from tests.ledger.tools import ROOT

pytestmark = pytest.mark.long

PACKAGING = ROOT / "waste_trace/ledger/packaging"


def call(*command: str | Path, cwd: Path) -> "subprocess.CompletedProcess[str]":
    words = [str(word) for word in command]
    return subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip: list[str | Path] = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--quiet"]
    done = call(*pip, "--wheel-dir", folder, PACKAGING, cwd=folder)
    if done.returncode:
        unavailable(f"the wheel cannot be built here: {done.stderr[-400:]}")
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def bin_folder(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands of a fresh environment with the wheel and its dependencies."""
    folder = tmp_path_factory.mktemp("fresh") / "venv"
    venv.create(folder)
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--python", folder / "bin/python"]
    done = call(*pip, "install", "-q", "-c", ROOT / "constraints.txt", wheel, cwd=folder)
    if done.returncode:
        unavailable(f"the wheel's dependencies cannot be had: {done.stderr[-400:]}")
    return folder / "bin"


def test_the_wheel_holds_the_ledger_and_nothing_else(wheel: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    rest = {name for name in names if not name.startswith("waste_trace/ledger/")}
    ground = ("__init__", "errors", "value")
    assert rest == {f"waste_trace/{name}.py" for name in ground}
    ours = {
        f"waste_trace/ledger/{path.name}" for path in (ROOT / "waste_trace/ledger").glob("*.py")
    }
    assert ours < names


def test_it_has_the_products_version_and_two_dependencies() -> None:
    own = tomllib.loads((PACKAGING / "pyproject.toml").read_text())["project"]
    product = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert own["version"] == product["version"]
    assert {line.split(">")[0] for line in own["dependencies"]} == {"cryptography", "orjson"}
    assert set(own["dependencies"]) < set(product["dependencies"])


def test_no_server_code_can_be_imported(bin_folder: Path) -> None:
    program = (
        "import importlib.util as u, sys\n"
        "names = ['waste_trace.store', 'waste_trace.services', 'api', 'scanner', 'sqlalchemy',"
        " 'fastapi', 'httpx', 'numpy']\n"
        "sys.exit(' '.join(n for n in names if u.find_spec(n)) or 0)"
    )
    done = call(bin_folder / "python", "-c", program, cwd=bin_folder)
    assert (done.returncode, done.stderr) == (0, "")


def test_it_verifies_a_bundle_and_finds_a_flipped_byte(bin_folder: Path, tmp_path: Path) -> None:
    ledger = small_ledger(300)
    folder = ledger.write(tmp_path / "b")
    command: list[str | Path] = [
        bin_folder / "waste-trace-verify",
        folder,
        "--keys",
        tmp_path / "b-keys",
        "--json",
    ]
    done = call(*command, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["verdict"] == "proven"
    entries = folder / "tile/entries/000"
    data = entries.read_bytes()
    at = sum(2 + len(leaf) for leaf in ledger.leaves[:11]) + 40  # inside entry 11
    entries.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    done = call(*command, cwd=tmp_path)
    report = json.loads(done.stdout)
    assert (done.returncode, report["verdict"]) == (1, "tampered")
    assert report["problem"]["index"] == 11
    assert call(*command[:1], "nowhere", cwd=tmp_path).returncode == 3
