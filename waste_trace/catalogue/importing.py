"""Another edition from rows: what it would hold, and how it differs. Nothing is stored here.

Rows have the columns of ``hw_catalogue_2021.csv``; a row that cannot be read becomes a problem with
its line number and does not stop the others.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count
from types import MappingProxyType

from waste_trace.catalogue.loader import by_code, entry_of, hazards_of
from waste_trace.catalogue.model import Edition, WasteEntry
from waste_trace.codes import waste_code
from waste_trace.codes.errors import InvalidCode
from waste_trace.codes.waste_code import WasteKind

REQUIRED = (
    "code", "category", "category_name", "industry_code", "industry", "description", "hazard_raw",
)  # fmt: skip
_COLUMNS = (*REQUIRED, "hazard_rule")
_COMPARED = ("category", "category_name", "industry", "description", "hazards", "hazard_rule")


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row that was left out, and why; lines count the header as 1, ``column`` is its name."""

    line: int
    zh: str
    en: str
    column: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one code that reads differently."""

    code: str
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class EditionDiff:
    """How an edition differs from the one before it."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """A dry run: the edition as it would be, the difference, the rows left out."""

    edition: Edition
    diff: EditionDiff
    problems: tuple[RowProblem, ...]


def plan_import(
    rows: Iterable[Mapping[str, str]],
    *,
    name: str,
    title: str,
    effective: date,
    certainty: str,
    base: Edition,
    lines: Sequence[int] | None = None,
) -> ImportPlan:
    """Read rows into an edition and compare it with ``base``; pure, nothing is stored.

    Args:
        lines: the line of each row in its file; counted from 2 if not given.
    """
    entries: dict[str, WasteEntry] = {}
    problems: list[RowProblem] = []
    numbers: Iterable[int] = count(2) if lines is None else lines
    for line, row in zip(numbers, rows, strict=False):
        entry = _read(row, name, certainty, base.kind, line)
        if isinstance(entry, RowProblem):
            problems.append(entry)
        elif entry.code in entries:
            problems.append(
                RowProblem(
                    line, f"代码{entry.code}重复。", f"Code {entry.code} appears twice.", "code"
                )
            )
        else:
            entries[entry.code] = entry
    edition = Edition(
        name=name,
        title=title,
        kind=base.kind,
        effective=effective,
        superseded=None,
        complete=not problems,
        certainty=certainty,
        entries=by_code(entries.values()),
        classes=MappingProxyType({e.category: e.category_name for e in entries.values()}),
    )
    return ImportPlan(edition, compare(base, edition), tuple(problems))


def compare(before: Edition, after: Edition) -> EditionDiff:
    """Return codes added and removed, and fields that read differently."""
    changed = [
        Change(code, field, _spell(old, field), _spell(new, field))
        for code, old in before.entries.items()
        if (new := after.entries.get(code)) is not None
        for field in _COMPARED
        if getattr(old, field) != getattr(new, field)
    ]
    return EditionDiff(
        added=tuple(sorted(after.entries.keys() - before.entries.keys())),
        removed=tuple(sorted(before.entries.keys() - after.entries.keys())),
        changed=tuple(changed),
    )


def _read(
    row: Mapping[str, str], edition: str, certainty: str, kind: WasteKind, line: int
) -> WasteEntry | RowProblem:
    missing = [column for column in REQUIRED if row.get(column) is None]
    if missing:
        names = ", ".join(missing)
        return RowProblem(line, f"缺少列：{names}。", f"Columns are missing: {names}.")
    stripped = {key: (row.get(key) or "").strip() for key in _COLUMNS}
    try:
        code = waste_code.parse(stripped["code"])
    except InvalidCode as problem:
        return RowProblem(line, problem.zh, problem.en, "code")
    if code.kind is not kind or code.category != stripped["category"]:
        return RowProblem(
            line,
            f"代码{code}与类别{stripped['category']}不一致。",
            f"Code {code} does not belong to class {stripped['category']}.",
            "category",
        )
    if not stripped["description"]:
        return RowProblem(line, "没有废物名称。", "There is no description.", "description")
    try:
        return entry_of({**stripped, "code": str(code)}, edition, certainty)
    except ValueError:
        return _hazards_wrong(stripped, line)


def _hazards_wrong(row: Mapping[str, str], line: int) -> RowProblem:
    """Say which of the two hazard columns cannot be read."""
    try:
        hazards_of(row["hazard_raw"])
    except ValueError:
        raw = row["hazard_raw"]
        return RowProblem(
            line, f"危险特性“{raw}”无法识别。", f"Unknown hazards {raw!r}.", "hazard_raw"
        )
    rule = row["hazard_rule"]
    return RowProblem(
        line, f"危险特性规则“{rule}”无法识别。", f"Unknown hazard rule {rule!r}.", "hazard_rule"
    )


def _spell(entry: WasteEntry, field: str) -> str:
    value = getattr(entry, field)
    return ",".join(value) if isinstance(value, tuple) else str(value)
