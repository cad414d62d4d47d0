"""Sigstore's verifier for JavaScript reads our checkpoints and inclusion proofs."""

import json
import shutil
from collections import Counter
from pathlib import Path

import pytest

from tests.databases import unavailable
from tests.ledger.foreign_cases import Inclusion, good_inclusions, spoiled_inclusions
from tests.ledger.tools import LOCAL, run

SOURCE = Path(__file__).with_name("foreign")
FILES = ("package.json", "package-lock.json", ".npmrc", "check.cjs")


@pytest.fixture(scope="session")
def checker() -> Path:
    """Our checker beside the pinned package, which is fetched once."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        unavailable("Node is missing: install Node 20 or newer")
    folder = LOCAL / "node"
    lock = folder / "package-lock.json"
    wanted = (SOURCE / "package-lock.json").read_bytes()
    fresh = lock.exists() and lock.read_bytes() == wanted and (folder / "node_modules").exists()
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copy(SOURCE / name, folder / name)
    if not fresh:
        try:
            run([npm, "ci", "--ignore-scripts"], cwd=folder, timeout=120)
        except BaseException as error:
            lock.unlink()
            unavailable(f"npm cannot fetch @sigstore/verify: {error}")
    return folder


def ask(checker: Path, cases: list[Inclusion]) -> list[str]:
    values = json.dumps([case.to_value() for case in cases]).encode()
    answer: list[str] = json.loads(run(["node", "check.cjs"], cwd=checker, stdin=values))
    assert len(answer) == len(cases)
    return answer


def test_it_accepts_every_proof_of_ours(checker: Path) -> None:
    assert set(ask(checker, list(good_inclusions()))) == {""}


def test_it_rejects_every_spoiled_proof(checker: Path) -> None:
    cases = list(spoiled_inclusions())
    answer = ask(checker, cases)
    accepted = Counter(case.kind for case, why in zip(cases, answer, strict=True) if not why)
    assert accepted == Counter()
