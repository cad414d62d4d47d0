"""The house rules that a machine can check: lengths, directions, errors with advice, no traces."""

import ast
import importlib
import pkgutil
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import api
import scanner
import waste_trace
from waste_trace.errors import WasteTraceError

ROOT = Path(__file__).resolve().parents[1]
PRODUCT = ("waste_trace", "scanner", "api", "migrations")
#: A step of the schema is one thing, however many tables it makes.
LONG_BY_NATURE = "migrations/versions/"
MOST_LINES = {"product": 350, "tests": 500}
MOST_FUNCTION_LINES = {"product": 60, "tests": 90}

_HOMES = "|".join(["work", "home", "root", "Users"])
#: An absolute path on somebody's machine, or a host that packages come from.
TRACES = {
    "machine path": re.compile(rf"(?<![\w.:/~-])/({_HOMES})/[\w.-]+"),
    "registry host": re.compile(
        r"pypi\.org|pythonhosted|registry\.npmjs|npmmirror|index-url|artifactory|nexus\d*\.", re.I
    ),
}
_KEBAB = re.compile(r"[a-z]+(-[a-z]+)*")
_CHINESE = re.compile(r"[一-鿿]")


def python_files(*folders: str) -> Iterator[Path]:
    """Source files of these folders."""
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def committed_files() -> list[Path]:
    """What is in the repository; all files beside generated ones where there is no git."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        ignored = {".venv", ".local", "node_modules", "dist", "__pycache__"}
        found = [one for one in ROOT.rglob("*") if not ignored.intersection(one.parts)]
        return [one for one in found if one.is_file()]
    names = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    return [path for name in names.stdout.decode().split("\0") if (path := ROOT / name).is_file()]


def kind_of(path: Path) -> str:
    """Product or tests."""
    return "tests" if path.relative_to(ROOT).parts[0] == "tests" else "product"


@pytest.fixture(scope="module")
def sources() -> list[Path]:
    """Every Python file that is ours."""
    found = list(python_files(*PRODUCT, "tests"))
    assert len(found) > 200
    return found


def test_files_are_short(sources: list[Path]) -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in sources
        if LONG_BY_NATURE not in path.as_posix()
        and (lines := len(path.read_text(encoding="utf-8").splitlines()))
        > MOST_LINES[kind_of(path)]
    }
    assert long == {}


def test_functions_are_short(sources: list[Path]) -> None:
    long = {}
    for path in sources:
        if LONG_BY_NATURE in path.as_posix():
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > MOST_FUNCTION_LINES[kind_of(path)]:
                    long[f"{path.relative_to(ROOT)}:{node.name}"] = lines
    assert long == {}


def test_every_module_says_what_it_owns(sources: list[Path]) -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in sources
        if path.stat().st_size and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert silent == []


def test_imports_go_downward() -> None:
    run = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()",
         "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    assert "0 broken" in run.stdout


def errors() -> list[type[WasteTraceError]]:
    """Every error class of the product, found by importing all of it."""
    for package in (waste_trace, scanner, api):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    found: list[type[WasteTraceError]] = [WasteTraceError]
    for kind in found:
        found.extend(
            sub for sub in kind.__subclasses__() if sub.__module__.split(".")[0] in PRODUCT
        )
    return found


def test_every_error_has_a_code_of_its_own_and_advice_in_both_languages() -> None:
    found = errors()
    assert len(found) > 40
    codes: dict[str, list[str]] = {}
    for kind in found:
        codes.setdefault(kind.code, []).append(f"{kind.__module__}.{kind.__name__}")
        assert _KEBAB.fullmatch(kind.code), kind
        assert _CHINESE.search(kind.default_do_zh), kind
        assert kind.default_do_en, kind
        assert kind.default_do_en.isascii(), kind
        assert kind.__doc__, kind
    assert {code: kinds for code, kinds in codes.items() if len(kinds) > 1} == {}


#: Codes are part of the public contract: programs compare them. Adding is free, removing is not.
STABLE_CODES = {
    "waste-trace-error", "malformed-request", "malformed-event", "unknown-device",
    "revoked-device", "wrong-signature", "foreign-ledger", "wrong-organisation", "not-permitted",
    "unknown-event-type", "malformed-body", "device-fork", "ledger-busy", "ledger-rolled-back",
    "enrolment-refused", "codes-used-up", "not-in-ledger", "unknown-container",
    "sign-in-refused", "too-many-attempts", "no-label-font", "not-canonical",
    "invalid-signature", "invalid-proof", "refused-key-event", "unknown-key", "ledger-forked",
    "enrolment-failed",
}  # fmt: skip


def test_codes_that_programs_know_are_still_there() -> None:
    assert {kind.code for kind in errors()} >= STABLE_CODES


def test_no_file_tells_where_it_was_made() -> None:
    traces = []
    for path in committed_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # no text
        for what, pattern in TRACES.items():
            for match in pattern.finditer(text):
                line = text.count("\n", 0, match.start()) + 1
                where = f"{path.relative_to(ROOT)}:{line}"
                if path != Path(__file__).resolve():
                    traces.append(f"{where}: {what} {match[0]!r}")
    assert traces == []
