"""What an offline verification found, for people and for programs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from waste_trace.ledger.canonical import JsonValue
from waste_trace.ledger.encoding import b64
from waste_trace.ledger.errors import LedgerError

MAX_WARNINGS = 200
MAX_ERASED = 1000


class Verdict(StrEnum):
    """The outcome; `EXIT` gives the exit code of each."""

    PROVEN = "proven"
    TAMPERED = "tampered"
    INCOMPLETE = "incomplete"  # files are missing, or too few witnesses have cosigned
    UNUSABLE = "unusable"  # no bundle, no keys, or those of another ledger


EXIT = {Verdict.PROVEN: 0, Verdict.TAMPERED: 1, Verdict.INCOMPLETE: 2, Verdict.UNUSABLE: 3}


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry stands: its file, its index in the log, and its first byte in the file."""

    file: str
    index: int
    offset: int


@dataclass(frozen=True, slots=True)
class Problem:
    """The first thing that is wrong, as narrowly as it can be named.

    ``what``: the check that failed. ``offset``: of the byte in ``file`` where the trouble begins.
    ``device``, ``manifest``: read from the damaged entry as far as it can still be read.
    """

    what: str
    zh: str
    en: str
    file: str | None = None
    index: int | None = None
    offset: int | None = None
    device: str | None = None
    manifest: str | None = None

    def to_value(self) -> dict[str, JsonValue]:
        """As a JSON value."""
        return {
            "what": self.what,
            "file": self.file,
            "index": self.index,
            "offset": self.offset,
            "device": self.device,
            "manifest": self.manifest,
            "detail_zh": self.zh,
            "detail_en": self.en,
        }


class Finding(Exception):
    """Stops the verification: what was found, and the verdict that it means."""

    def __init__(self, problem: Problem, verdict: Verdict = Verdict.TAMPERED) -> None:
        super().__init__(problem.en)
        self.problem = problem
        self.verdict = verdict


@dataclass(frozen=True, slots=True)
class Notice:
    """Evidence that is no proof of tampering: gaps, forks, late events, unproven trust."""

    what: str
    zh: str
    en: str
    index: int | None = None
    device: str | None = None

    def to_value(self) -> dict[str, JsonValue]:
        """As a JSON value."""
        return {
            "what": self.what,
            "index": self.index,
            "device": self.device,
            "detail_zh": self.zh,
            "detail_en": self.en,
        }


@dataclass(slots=True)
class Report:
    """Collects checks and warnings while the verification runs."""

    keys: str = "from bundle"
    size: int | None = None
    root: bytes | None = None
    verdict: Verdict = Verdict.PROVEN
    problem: Problem | None = None
    warnings: list[Notice] = field(default_factory=list)
    unlisted_warnings: int = 0
    scope: dict[str, JsonValue] | None = None  # what a partial bundle speaks of
    erased: list[str] = field(default_factory=list)  # digests, at most `MAX_ERASED` of them
    erased_count: int = 0
    _checks: dict[str, tuple[bool | None, str]] = field(default_factory=dict)

    def plan(self, *names: str) -> None:
        """Announce checks; each counts as not reached until `passed` or `failed`."""
        for name in names:
            self._checks[name] = (None, "not reached / 未执行")

    def passed(self, name: str, detail: str) -> None:
        """A check went well."""
        self._checks[name] = (True, detail)

    def failed(self, name: str, detail: str) -> None:
        """A check went wrong."""
        self._checks[name] = (False, detail)

    def warn(self, warning: Notice) -> None:
        """Keep a warning; beyond `MAX_WARNINGS` they are only counted."""
        if len(self.warnings) < MAX_WARNINGS:
            self.warnings.append(warning)
        else:
            self.unlisted_warnings += 1

    def erase(self, digests: Sequence[str]) -> None:
        """Personal data that the ledger says is erased; beyond `MAX_ERASED` only counted."""
        self.erased += digests[: max(0, MAX_ERASED - len(self.erased))]
        self.erased_count += len(digests)

    def conclude(self, problem: Problem, verdict: Verdict) -> None:
        """Set the problem and verdict, and mark the check that found it."""
        self.problem, self.verdict = problem, verdict
        self.failed(problem.what, problem.en)

    @property
    def exit_code(self) -> int:
        """0 proven, 1 tampered, 2 incomplete or unwitnessed, 3 unusable."""
        return EXIT[self.verdict]

    def to_value(self) -> dict[str, JsonValue]:
        """The JSON result; ``scope`` and ``erased`` are in it where there is something to say."""
        more: dict[str, JsonValue] = {} if self.scope is None else {"scope": self.scope}
        if self.erased_count:
            more["erased"] = {"count": self.erased_count, "digests": [*self.erased]}
        return {
            **more,
            "verdict": str(self.verdict),
            "exit": self.exit_code,
            "size": self.size,
            "root": None if self.root is None else b64(self.root),
            "checks": [
                {"name": name, "ok": ok, "detail": detail}
                for name, (ok, detail) in self._checks.items()
            ],
            "problem": None if self.problem is None else self.problem.to_value(),
            "warnings": [warning.to_value() for warning in self.warnings],
            "warnings_not_listed": self.unlisted_warnings,
            "keys": self.keys,
        }


def problem_of(what: str, error: LedgerError, file: str | None = None) -> Problem:
    """The problem that an error stands for, with the file and offset that it names."""
    path, offset = error.facts.get("path"), error.facts.get("offset")
    return Problem(
        what,
        error.zh,
        error.en,
        file or (path if isinstance(path, str) else None),
        offset=offset if isinstance(offset, int) else None,
    )
