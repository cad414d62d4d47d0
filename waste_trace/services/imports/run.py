"""Run an import: a dry run says what is wrong and what would be written; else all of it is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import Connection

from waste_trace.codes import uscc, waste_code
from waste_trace.codes.digital_id import DigitalId
from waste_trace.custody.vocabulary import DESK, REGULATOR
from waste_trace.errors import WasteTraceError
from waste_trace.services.deployment import Deployment
from waste_trace.services.imports.kinds import KINDS, ImportKind
from waste_trace.services.imports.plan import Containers, Plan
from waste_trace.services.imports.sheet import CellProblem, read_sheet
from waste_trace.services.issue_labels import CodesUsedUp, draft_issue
from waste_trace.services.open_ledger import enrol_service
from waste_trace.services.sign_in import Person
from waste_trace.store.sequencer import Build, Draft

MOST_BYTES = 8 * 1024 * 1024


class ImportRefused(WasteTraceError):
    """Who asks may not import this kind, or there is no such kind."""

    code: ClassVar[str] = "import-refused"
    default_do_zh = "请选择本单位可用的导入种类，或由监管部门管理员导入。"
    default_do_en = "Choose a kind that your organisation may import, or ask the bureau."


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of it.

    Attributes:
        rows: that the file has. problems: if there is one, nothing was written.
        entries: how many leaves there are, or would be. unchanged: rows that say nothing new.
        first: the index of the first leaf, or None where nothing was written.
        containers: line and code of each container that was given one.
    """

    kind: str
    rows: int
    problems: tuple[CellProblem, ...]
    entries: int
    unchanged: int
    written: bool = False
    first: int | None = None
    containers: tuple[tuple[int, str], ...] = ()


def kinds_for(person: Person) -> list[ImportKind]:
    """The kinds that a person may import, in the order of a beginning."""
    return [kind for kind in KINDS.values() if _may(kind, person)]


def run_import(
    deployment: Deployment, person: Person, kind: str, data: bytes, *, dry_run: bool
) -> Imported:
    """Read a file, check it, and (unless ``dry_run``) write it in one transaction.

    Raises:
        ImportRefused, UnreadableSheet, UnusableSheet, CodesUsedUp
    """
    chosen = KINDS.get(kind)
    if chosen is None or not _may(chosen, person):
        raise ImportRefused(f"不能导入“{kind}”。", f"You may not import {kind!r}.", kind=kind)
    sheet = read_sheet(data, chosen.columns)
    plan = Plan.begin(deployment, person)
    chosen.fill(plan, sheet.lines)
    problems = tuple(sorted([*sheet.problems, *plan.problems], key=lambda one: one.line))
    entries = len(plan.registrations) + len(plan.said) + _leaves_of(plan.containers)
    found = Imported(kind, sheet.rows, problems, entries, plan.unchanged)
    if dry_run or problems or not entries:
        return found
    return _write(plan, found)


def _may(kind: ImportKind, person: Person) -> bool:
    if kind.registrar:
        return person.role == REGULATOR and person.admin
    return person.role in kind.roles


def _leaves_of(containers: Sequence[Containers]) -> int:
    """One leaf gives a row its codes, and one for each container opens it."""
    return sum(1 + row.count for row in containers)


def _write(plan: Plan, found: Imported) -> Imported:
    deployment = plan.deployment
    enrol_service(deployment, DESK)
    issued: list[tuple[int, str]] = []
    parts: list[tuple[str, Build]] = [("registrar", lambda _: plan.registrations)]
    for row in plan.containers:
        parts += _open(plan, row, issued)
    parts.append((DESK, lambda _: plan.said))
    recorded = deployment.sequencer.compose_together(parts)
    return Imported(
        found.kind,
        found.rows,
        (),
        len(recorded),
        found.unchanged,
        written=True,
        first=recorded[0].index,
        containers=tuple(issued),
    )


def _open(
    plan: Plan, row: Containers, issued: list[tuple[int, str]]
) -> Iterator[tuple[str, Build]]:
    codes: list[DigitalId] = []

    def issue(connection: Connection) -> Sequence[Draft]:
        issued[:] = [one for one in issued if one[0] != row.line]  # tried again: it starts anew
        draft, codes[:] = draft_issue(
            plan.deployment,
            connection,
            uscc.parse(row.unit),
            waste_code.parse(row.waste_code),
            row.day,
            row.count,
        )
        issued.extend((row.line, str(code)) for code in codes)
        return [draft]

    def open_stock(_: Connection) -> Sequence[Draft]:
        person = plan.person
        return [
            Draft(
                "open_stock",
                {"containers": [str(code)], **row.body},
                person.org,
                row.site,
                person.pseudonym,
            )
            for code in codes
        ]

    yield ("issuer", issue)
    yield (DESK, open_stock)


__all__ = ["CodesUsedUp", "ImportRefused", "Imported", "kinds_for", "run_import"]
