"""A story's hands: parties speak through handhelds and the desk, over HTTP; all of it is told."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import migrations
from api.demo.stage import Stage, prove
from tests.scenarios.books import Books, books_of
from tests.scenarios.clock import MONDAY, StillClock
from tests.scenarios.parties import BUREAU, EVERYBODY, REGIONS, Party
from tests.serving import application, serving
from waste_trace.custody.vocabulary import VOCABULARY
from waste_trace.services.deployment import Deployment
from waste_trace.services.open_ledger import open_ledger
from waste_trace.services.register_party import register_organisation, register_site
from waste_trace.services.review_deadlines import review_deadlines
from waste_trace.services.sign_in import create_user
from waste_trace.settings import Settings
from waste_trace.store.engine import open_engine
from waste_trace.store.tiles import read_head

PASSWORD = "correct horse battery"
PLATE = "浙F7K21挂"
MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Line:
    """What one party did, as the page shows it. ``index``: None until it is in the ledger."""

    at: datetime
    who: str
    typ: str
    zh: str
    en: str
    about: str
    index: int | None


@dataclass
class Scene(Stage):
    """The demonstration's stage with a clock that stands still, and a memory of what was done.

    Attributes:
        first: entries of the ledger before the story; the page counts from there.
        names: what the page calls containers (C1) and manifests (M1).
    """

    first: int = 0
    told: list[Line | str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    _waiting: dict[tuple[str, int], int] = field(default_factory=dict)

    @property
    def still(self) -> StillClock:
        """The clock as what it is here."""
        assert isinstance(self.clock, StillClock)
        return self.clock

    def entry(self, index: int | None) -> str:
        """An entry as the page names it: its place in the story."""
        return "—" if index is None else f"#{index - self.first + 1}"

    def narrate(self, zh: str, en: str) -> None:
        """A sentence between the events."""
        self.told.append(f"{zh} {en}")

    def labels(
        self, party: Party, waste: str, count: int = 1, unit: Party | None = None
    ) -> list[str]:
        """New signed codes for a party, or for the unit whose waste it fills."""
        day = self.clock.now().date().isoformat()
        asked = {"waste_code": waste, "day": day, "count": count}
        if unit is not None:
            asked["unit"] = unit.org
        issued = self.call(party, "POST", "/v1/labels", json=asked)
        codes = [str(one["container"]) for one in issued["labels"]]
        for code in codes:
            self._name("C", code)
        self._tell(party, "issue", {"containers": codes}, issued["index"])
        return codes

    def batches(self) -> int:
        """The running number of the next batch."""
        return 1 + sum(isinstance(one, Line) and one.typ == "produce" for one in self.told)

    def number(self, party: Party) -> str:
        """A new manifest number."""
        asked = {"year": self.clock.now().year}
        number = str(self.call(party, "POST", "/v1/manifests/numbers", json=asked)["manifest"])
        self._name("M", number)
        return number

    def say(
        self,
        party: Party,
        typ: str,
        body: Mapping[str, Any],
        *,
        personal: Mapping[str, str] | None = None,
        at: datetime | None = None,
    ) -> int:
        """One event by the party's handheld, sent at once; its ledger index.

        Args:
            at: when it happened, if that was before now.
        """
        seq = self._sign(party, typ, body, personal=personal, at=at)
        report = self.sync(party)
        prove(seq in report.received, f"{typ} of {party.name} was not received")
        index = self.handhelds[party.key].notebook.records()[seq].index
        prove(index is not None, f"{typ} has no index")
        self._tell(party, typ, body, index, at)
        return int(index or 0)

    def note(self, party: Party, typ: str, body: Mapping[str, Any]) -> None:
        """One event by a handheld without a network; `deliver` sends it."""
        seq = self._sign(party, typ, body, offline=True)
        self._waiting[party.key, seq] = len(self.told)
        self._tell(party, typ, body, None)

    def deliver(self, party: Party) -> int:
        """The handheld is in the net again; how many events were received."""
        report = self.sync(party)
        prove(report.waiting == 0, f"{report.waiting} events of {party.name} still wait")
        records = self.handhelds[party.key].notebook.records()
        for seq in report.received:
            place = self._waiting.pop((party.key, seq))
            line = self.told[place]
            assert isinstance(line, Line)
            self.told[place] = replace(line, index=records[seq].index)
        return len(report.received)

    def desk(
        self,
        party: Party,
        typ: str,
        body: Mapping[str, Any],
        claimed_at: datetime | None = None,
        *,
        statement: str = "",
    ) -> int:
        """One event that a signed-in person says without a device; its ledger index.

        Args:
            statement: what they say in words, which stays beside the ledger.
        """
        said: dict[str, Any] = {"body": dict(body), "site": party.site}
        if statement:
            said["personal"] = {"statement": statement}
        if claimed_at is not None:
            said["claimed_at"] = claimed_at.isoformat()
        index = int(self.call(party, "POST", f"/v1/desk/{typ}", json=said)["index"])
        self._tell(party, typ, body, index, claimed_at)
        return index

    def review(self) -> None:
        """The calendar's daily review, as the worker writes it."""
        review_deadlines(self.deployment)

    def findings(self) -> list[dict[str, Any]]:
        """All findings, as the bureau sees them, in the order in which they were raised."""
        found: list[dict[str, Any]] = self.call(BUREAU, "GET", "/v1/findings")
        return sorted(found, key=lambda row: (row["raised_idx"], row["key"]))

    def open_findings(self) -> set[str]:
        """The names of the rules that findings stand open of."""
        return {row["rule"] for row in self.findings() if row["cleared_idx"] is None}

    def books(self) -> Books:
        """Who has what, and where it came from and went."""
        days = {"from": f"{MONDAY - MONTH:%Y-%m-%d}", "to": f"{self.clock.now() + MONTH:%Y-%m-%d}"}
        balances = self.call(BUREAU, "GET", "/v1/balance", params=days)
        containers = self.call(BUREAU, "GET", "/v1/containers", params={"limit": 500})
        heaps = self.call(BUREAU, "GET", "/v1/heaps")
        return books_of(balances, containers, heaps)

    def _sign(
        self,
        party: Party,
        typ: str,
        body: Mapping[str, Any],
        *,
        offline: bool = False,
        personal: Mapping[str, str] | None = None,
        at: datetime | None = None,
    ) -> int:
        if party.key not in self.handhelds:
            self.enrol(party, f"{party.name}手持终端")
        return self.handhelds[party.key].record(
            typ, body, at=at or self.clock.now(), offline=offline, personal=personal
        )

    def _tell(
        self,
        party: Party,
        typ: str,
        body: Mapping[str, Any],
        index: int | None,
        at: datetime | None = None,
    ) -> None:
        row = VOCABULARY[typ]
        about = self._about(body)
        self.told.append(
            Line(at or self.clock.now(), party.name, typ, row.zh, row.en, about, index)
        )

    def _about(self, body: Mapping[str, Any]) -> str:
        """The containers, weights and parties of a body in a few words."""
        parts = [self._several(body.get("containers", ()))]
        into = body.get("into")
        if isinstance(into, str):
            parts.append(f"→ {self.names[into]}")
        elif into:
            named = [f"{self.names[one['container']]} {one['weight_kg']} kg" for one in into]
            parts.append(f"→ {', '.join(named)}")
        if "refused" in body:
            parts.append(f"拒 refused {self._several(body['refused'])}")
        loose = {"waste_code", "weight_kg"} <= body.keys() and "batch" not in body
        parts += [str(body["waste_code"])] if loose else []
        parts += [f"{body['weight_kg']} kg"] if body.get("weight_kg") else []
        parts += [self.names[body["manifest"]]] if body.get("manifest") in self.names else []
        if "old" in body:
            parts.append(f"{body['old']} → {body['new']} kg ({self.entry(body['corrects'])})")
        parts += [f"`{body['finding'].partition(':')[0]}`"] if "finding" in body else []
        parts += [str(body["department"])] if "department" in body else []
        parts += [self.entry(body["correction"])] if "correction" in body else []
        by_org = {party.org: party.name for party in EVERYBODY}
        parts += [self.entry(body["application"])] if "application" in body else []
        for name in ("unit", "from_org", "to_org"):
            parts += [by_org[body[name]]] if body.get(name) in by_org else []
        return " ".join(part for part in parts if part)

    def _name(self, letter: str, what: str) -> None:
        known = sum(name[0] == letter for name in self.names.values())
        self.names[what] = f"{letter}{known + 1}"

    def _several(self, codes: Sequence[str]) -> str:
        named = [self.names[code] for code in codes]
        return f"{named[0]}…{named[-1]}" if len(named) > 3 else ", ".join(named)


@contextmanager
def stage(folder: Path, database_url: str = "") -> Iterator[Scene]:
    """A district on a real server at a free port, with nothing done yet.

    Args:
        database_url: a migrated database without rows; a new SQLite file if empty.
    """
    settings = Settings(
        data_dir=folder / "data", database_url=database_url, broker_url="", blob_url=""
    )
    if not database_url:
        engine = open_engine(settings.database)
        migrations.upgrade(engine)
        engine.dispose()
    clock = StillClock()
    deployment = Deployment.open(settings, clock.ms)
    try:
        _register(deployment)
        with serving(application(deployment)) as url:
            passwords = {party.username: PASSWORD for party in EVERYBODY}
            scene = Scene(deployment, url, clock, folder, passwords)
            scene.first = _size(deployment)
            yield scene
            scene.close()
    finally:
        deployment.close()


def day_and_time(at: datetime) -> str:
    """Days since the story began and the time in Shanghai: the page is the same every year."""
    passed = at - MONDAY
    minutes = 8 * 60 + passed.seconds // 60
    return f"D{passed.days + 1 + minutes // 1440} {minutes // 60 % 24:02d}:{minutes % 60:02d}"


def kilograms(weight_kg: Decimal) -> str:
    """A weight as a body says it."""
    return f"{weight_kg:.3f}"


def _register(deployment: Deployment) -> None:
    open_ledger(deployment)
    for party in EVERYBODY:
        register_organisation(
            deployment, party.org, party.name, [party.kind], REGIONS.get(party.key, "330482")
        )
        if party.site:
            register_site(deployment, party.site, party.org, party.site_name, party.site_kind)
        person = (party.username, PASSWORD, party.person, party.kind, party.org)
        create_user(deployment, *person)


def _size(deployment: Deployment) -> int:
    with deployment.engine.connect() as connection:
        head = read_head(connection)
    return head.size if head else 0
