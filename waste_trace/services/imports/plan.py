"""What an import would write: drafts of the registrar, codes to issue, words of the desk."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import select

from waste_trace.custody.errors import CustodyError
from waste_trace.custody.vocabulary import parse_body
from waste_trace.errors import WasteTraceError
from waste_trace.services.deployment import Deployment
from waste_trace.services.imports.sheet import CellProblem, Line
from waste_trace.services.record_at_desk import sealed
from waste_trace.services.sign_in import Person
from waste_trace.store.sequencer import Draft
from waste_trace.store.tables import Client, Organisation, Site
from waste_trace.store.writing import table_of


@dataclass(frozen=True, slots=True)
class Containers:
    """Containers that want codes: one row of opening stock."""

    line: int
    unit: str
    waste_code: str
    day: date
    count: int
    site: str
    body: Mapping[str, Any]


@dataclass
class Plan:
    """Filled row by row; nothing of it is written while there is a problem.

    Attributes:
        person: for whom it is said. organisations: registered ones by code; the rows of this file
            are added as they are read. sites: site to its organisation.
        clients: producers whose platform the person's organisation is.
    """

    deployment: Deployment
    person: Person
    organisations: dict[str, Mapping[str, Any]]
    sites: dict[str, str]
    clients: set[str]
    registrations: list[Draft] = field(default_factory=list)
    containers: list[Containers] = field(default_factory=list)
    said: list[Draft] = field(default_factory=list)
    problems: list[CellProblem] = field(default_factory=list)
    unchanged: int = 0
    _seen: set[tuple[str, ...]] = field(default_factory=set)

    @classmethod
    def begin(cls, deployment: Deployment, person: Person) -> "Plan":
        """An empty plan over what is registered now."""
        org, site, client = table_of(Organisation), table_of(Site), table_of(Client)
        with deployment.engine.connect() as connection:
            organisations: dict[str, Mapping[str, Any]] = {
                row["org"]: dict(row) for row in connection.execute(select(org)).mappings()
            }
            sites = {
                code: owner for code, owner in connection.execute(select(site.c.site, site.c.org))
            }
            signed = select(client.c.producer).where(
                client.c.platform == person.org, client.c.status == "signed"
            )
            clients = set(connection.execute(signed).scalars())
        return cls(deployment, person, organisations, sites, clients)

    def wrong(self, line: Line, column: str, zh: str, en: str) -> None:
        """A row that cannot be imported, although each of its cells can be read."""
        self.problems.append(line.problem(column, zh, en))

    def twice(self, line: Line, column: str, *key: str) -> bool:
        """True (and a problem) if an earlier row of the file has this key."""
        if key in self._seen:
            self.wrong(line, column, "与前面的行重复", "an earlier row has it already")
            return True
        self._seen.add(key)
        return False

    def register(self, line: Line, column: str, draft: Callable[[], Draft]) -> None:
        """Let the registrar say it; what it refuses is a problem of the row."""
        try:
            self.registrations.append(draft())
        except WasteTraceError as error:
            self.wrong(line, column, error.zh.rstrip("。"), error.en.rstrip("."))

    def say(
        self,
        line: Line,
        typ: str,
        body: Mapping[str, Any],
        *,
        site: str = "",
        claimed_at: datetime | None = None,
        personal: Mapping[str, str] | None = None,
    ) -> None:
        """Let the desk say it for the person; what is no event is a problem of the row."""
        said, disclosures = sealed(body, personal or {})
        try:
            parse_body(typ, said)
        except CustodyError as error:
            self.wrong(line, "", error.zh.rstrip("。"), error.en.rstrip("."))
            return
        vault, now = self.deployment.vault, self.deployment.now()
        keep = partial(vault.keep, disclosures=disclosures, now=now) if disclosures else None
        person = self.person
        self.said.append(Draft(typ, said, person.org, site, person.pseudonym, claimed_at, keep))

    def may_speak_for(self, line: Line, column: str, unit: str) -> bool:
        """True if the person's organisation files for this unit; else a problem."""
        if self.person.role == "regulator" or unit == self.person.org or unit in self.clients:
            if unit in self.organisations:
                return True
            self.wrong(line, column, f"单位 {unit} 未登记", f"{unit} is not registered")
            return False
        self.wrong(
            line, column, f"{unit} 不是本单位，也不是已签约客户",
            f"{unit} is neither one's own organisation nor a signed client",
        )  # fmt: skip
        return False


#: Reads the lines of one kind of file into the plan.
Fill = Callable[[Plan, Sequence[Line]], None]
