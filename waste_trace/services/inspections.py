"""Inspections: announce a random selection, draw it, record a visit, keep the positive list."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from sqlalchemy import select

from waste_trace.compliance.checklist import GRADE_ZH, Grade, assess
from waste_trace.compliance.selection import (
    Announcement,
    ImpossibleSelection,
    name_beacon,
    name_purpose,
    select_visits,
)
from waste_trace.custody.bodies.inspections import PURPOSE
from waste_trace.custody.vocabulary import REGULATOR
from waste_trace.errors import WasteTraceError
from waste_trace.ledger.checkpoint import Checkpoint
from waste_trace.ledger.encoding import b64
from waste_trace.services.deployment import Deployment
from waste_trace.services.look_up import name_organisations
from waste_trace.services.record_at_desk import record_at_desk
from waste_trace.services.rule_book import rule_book
from waste_trace.services.sign_in import Person
from waste_trace.services.statements import Statement, read_words
from waste_trace.store.projector.inspections import TRUE, announced_by
from waste_trace.store.sequencer import Recorded
from waste_trace.store.tables import Inspection, Organisation, PositiveListing, Selection
from waste_trace.store.tiles import read_head
from waste_trace.store.tree import root_at
from waste_trace.store.writing import table_of

Row = dict[str, Any]
MOST = 500


class UnknownSelection(WasteTraceError):
    """There is no selection with that number."""

    code: ClassVar[str] = "unknown-selection"
    default_do_zh: ClassVar[str] = "请从检查页面打开。"
    default_do_en: ClassVar[str] = "Open it from the page of inspections."


class UnknownInspection(WasteTraceError):
    """There is no inspection with that number, or none that this person sees."""

    code: ClassVar[str] = "unknown-inspection"
    default_do_zh: ClassVar[str] = "请从检查页面打开。"
    default_do_en: ClassVar[str] = "Open it from the page of inspections."


class OnlineOnly(WasteTraceError):
    """The organisation is on the positive list: it is inspected online only."""

    code: ClassVar[str] = "online-only"
    default_do_zh: ClassVar[str] = "请改为线上检查；确需现场检查的，先将其移出正面清单。"
    default_do_en: ClassVar[str] = "Inspect it online, or take it off the positive list first."


def announce_selection(
    deployment: Deployment,
    person: Person,
    *,
    purpose: str,
    words: str = "",
    candidates: Sequence[str],
    inspectors: Sequence[str],
    orgs: int,
    per_org: int,
    entries_ahead: int,
    beacon: str = "",
) -> Recorded:
    """Fix the lists; the root after ``entries_ahead`` (at least 2) further entries decides.

    Args:
        purpose: a code of `selection.PURPOSES`. words: what it is for, beside the ledger.
        beacon: a public number of later, "SOURCE/ROUND"; "" for none.

    Raises:
        ImpossibleSelection, and what `record_at_desk` raises.
    """
    if entries_ahead < 2:
        raise ImpossibleSelection("至少等待 2 条新记录。", "Wait for at least 2 entries.")
    with deployment.engine.connect() as connection:
        head = read_head(connection)
    # Others may write in between: then so much less lies ahead, and the projector would see it.
    at_size = (head.size if head else 0) + entries_ahead + 1
    announced = Announcement(
        purpose,
        at_size,
        tuple(sorted(candidates)),
        tuple(sorted(inspectors)),
        orgs,
        per_org,
        beacon,
    )
    body = {
        "purpose": purpose,
        "at_size": at_size,
        "candidates": list(announced.candidates),
        "inspectors": list(announced.inspectors),
        "orgs": orgs,
        "per_org": per_org,
        "beacon": beacon,
    }
    return record_at_desk(deployment, person, "announce_selection", body, personal={PURPOSE: words})


def draw_selection(
    deployment: Deployment, person: Person, announcement: int, beacon_value: str = ""
) -> Recorded:
    """Record what follows from an announcement, once the ledger has the announced size.

    Raises:
        UnknownSelection, ImpossibleSelection, and what `record_at_desk` raises.
    """
    row = _selection(deployment, announcement)
    if row["verdict"]:
        raise ImpossibleSelection(
            "该公告已抽取或不能抽取。", "This announcement was drawn, or cannot be."
        )
    checkpoint = tree_of(deployment, row)
    visits = select_visits(announced_by(row), checkpoint, beacon_value)
    body = {
        "announcement": announcement,
        "root": b64(checkpoint.root),
        "beacon_value": beacon_value,
        "visits": [{"org": one.org, "inspectors": list(one.inspectors)} for one in visits],
    }
    return record_at_desk(deployment, person, "draw_selection", body)


def tree_of(deployment: Deployment, row: Mapping[str, Any]) -> Checkpoint:
    """The tree of the announced size. Raises ImpossibleSelection while it lies ahead."""
    with deployment.engine.connect() as connection:
        head = read_head(connection)
        size = head.size if head else 0
        if size < row["at_size"]:
            raise ImpossibleSelection(
                f"账本现有 {size} 条，公告为 {row['at_size']} 条，尚不能抽取。",
                f"The ledger has {size} entries; the draw waits for {row['at_size']}.",
                do_zh="请等待账本增长到公告的大小。",
                do_en="Wait until the ledger has grown to the announced size.",
                size=size,
                at_size=row["at_size"],
            )
        root = root_at(connection, row["at_size"])
    return Checkpoint(deployment.sequencer.origin, row["at_size"], root)


def inspect_org(
    deployment: Deployment,
    person: Person,
    org: str,
    *,
    mode: str,
    day: date,
    scores: Mapping[str, int],
    selection: int | None = None,
    photographs: Sequence[str] = (),
) -> Recorded:
    """Record an assessment by the checklist.

    Raises:
        UnfitScores, OnlineOnly, and what `record_at_desk` raises.
    """
    checklist = rule_book(deployment.settings).checklist
    assess(checklist, scores)
    listing = positive_listing(deployment, org)
    if mode == "on_site" and listing is not None and listing["listed"] and day <= listing["until"]:
        raise OnlineOnly(
            f"该单位在正面清单内（至 {listing['until']}），只做线上检查。",
            f"It is on the positive list until {listing['until']}: online inspections only.",
        )
    body: Row = {
        "org": org,
        "mode": mode,
        "day": day.isoformat(),
        "edition": checklist.edition,
        "scores": dict(scores),
        "photographs": list(photographs),
    }
    if selection is not None:
        body["selection"] = selection
    return record_at_desk(deployment, person, "inspect_org", body)


def positive_listing(deployment: Deployment, org: str) -> Row | None:
    """The newest word about an organisation on the positive list."""
    table = table_of(PositiveListing)
    return _first(deployment, select(table).where(table.c.org == org))


def list_positive(deployment: Deployment) -> list[Row]:
    """The positive list (正面清单)."""
    table = table_of(PositiveListing)
    names = name_organisations(deployment)
    rows = _rows(deployment, select(table).where(table.c.listed).order_by(table.c.until.desc()))
    return [{**row, "org_name": names.get(row["org"], "")} for row in rows]


def list_selections(deployment: Deployment) -> list[Row]:
    """Selections, the newest first. They are public: that is what they are for."""
    table = table_of(Selection)
    query = select(table).order_by(table.c.idx.desc()).limit(MOST)
    names = name_organisations(deployment)
    return [_view_selection(row, names) for row in _rows(deployment, query)]


def read_purpose(deployment: Deployment, person: Person, announcement: int) -> Statement:
    """What a selection is for in words: for the bureaus; all others are told its code."""
    row = _selection(deployment, announcement)
    if person.role != REGULATOR or not row["digests"]:
        return Statement()
    return read_words(deployment, person, PURPOSE, [announcement])[announcement]


def find_selection(deployment: Deployment, announcement: int) -> Row:
    """One selection with all that a stranger needs to recompute it. Raises UnknownSelection."""
    row = _selection(deployment, announcement)
    found = _view_selection(row, name_organisations(deployment))
    with deployment.engine.connect() as connection:
        head = read_head(connection)
    origin = deployment.sequencer.origin
    return found | {"origin": origin, "size_now": head.size if head else 0}


def list_inspections(deployment: Deployment, person: Person, org: str = "") -> list[Row]:
    """Inspections, the newest first: of one's own organisation, or all for a regulator."""
    table = table_of(Inspection)
    query = select(table).order_by(table.c.idx.desc()).limit(MOST)
    if person.role != REGULATOR:
        query = query.where(table.c.org == person.org)
    if org:
        query = query.where(table.c.org == org)
    names = name_organisations(deployment)
    return [_view_inspection(row, names) for row in _rows(deployment, query)]


def find_inspection(deployment: Deployment, person: Person, idx: int) -> Row:
    """One inspection. Raises UnknownInspection."""
    table = table_of(Inspection)
    row = _first(deployment, select(table).where(table.c.idx == idx))
    if row is None or (person.role != REGULATOR and row["org"] != person.org):
        raise UnknownInspection("没有这次检查。", "There is no such inspection.")
    return _view_inspection(row, name_organisations(deployment))


def inspectable(deployment: Deployment) -> list[Row]:
    """Organisations that can be inspected: all but the bureaus."""
    table = table_of(Organisation)
    query = select(table).where(table.c.kinds != REGULATOR).order_by(table.c.name, table.c.org)
    return _rows(deployment, query)


def _selection(deployment: Deployment, announcement: int) -> Row:
    table = table_of(Selection)
    row = _first(deployment, select(table).where(table.c.idx == announcement))
    if row is None:
        raise UnknownSelection("没有这次抽取。", "There is no such selection.")
    return row


def _view_selection(row: Row, names: Mapping[str, str]) -> Row:
    visits = [
        {**visit, "org_name": names.get(visit["org"], "")} for visit in json.loads(row["visits"])
    ]
    purpose_zh, purpose_en = name_purpose(row["purpose"])
    beacon_zh, beacon_en = name_beacon(row["beacon"])
    return {
        **{key: value for key, value in row.items() if key != "digests"},
        "purpose_zh": purpose_zh,
        "purpose_en": purpose_en,
        "beacon_zh": beacon_zh,
        "beacon_en": beacon_en,
        "candidates": json.loads(row["candidates"]),
        "inspectors": json.loads(row["inspectors"]),
        "visits": visits,
        "drawn": row["verdict"] == TRUE,
    }


def _view_inspection(row: Row, names: Mapping[str, str]) -> Row:
    return {
        **row,
        "org_name": names.get(row["org"], ""),
        "scores": json.loads(row["scores"]),
        "photographs": json.loads(row["photographs"]),
        "failed": [key for key in row["failed"].split(",") if key],
        "grade_zh": GRADE_ZH[Grade(row["grade"])] if row["grade"] else "未评级",
    }


def _first(deployment: Deployment, query: Any) -> Row | None:
    rows = _rows(deployment, query)
    return rows[0] if rows else None


def _rows(deployment: Deployment, query: Any) -> list[Row]:
    with deployment.engine.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]
