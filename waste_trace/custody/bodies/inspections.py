"""Inspections (执法检查): the random selection, the visit, the positive list, filings by class.

What a selection is for in words is a disclosure named `PURPOSE` beside the ledger; the body has a
code, and the public number of later is one of a list. Older entries hold both as free text.
"""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from waste_trace.custody.bodies.fields import (
    Body,
    DayText,
    EntryIndex,
    OrgCode,
    Pseudonym,
    Sha256Text,
    Strict,
    Text,
)

#: A tree's root in base64, as the third line of a checkpoint has it.
RootText = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$")]
#: An item of a checklist; a key of a payload.
ItemKey = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,60}$")]
#: The name of the disclosure that says in words what a selection is for.
PURPOSE = "purpose"
#: What a selection is for, as the ledger has it.
PurposeCode = Literal["routine", "joint", "special", "follow_up", "other"]
#: A public number of later: its source and which of its rounds, "ssq/2026140"; "" for none.
BeaconText = Annotated[
    str, StringConstraints(pattern=r"^((ssq|dlt|fc3d|drand|nist)/[0-9]{1,12})?$")
]
#: What that number was: decimal or lower-case hexadecimal digits and spaces.
BeaconValue = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]( ?[0-9a-f]){0,127})?$")]
_PERIODS = {
    "month": re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])"),
    "quarter": re.compile(r"20[0-9]{2}-Q[1-4]"),
    "year": re.compile(r"20[0-9]{2}"),
    "plan": re.compile(r"20[0-9]{2}"),
}


def _period(text: str) -> str:
    if not any(shape.fullmatch(text) for shape in _PERIODS.values()):
        raise ValueError("a period is written as 2026-10, 2026-Q3 or 2026")
    return text


class AnnounceSelectionBody(Body):
    """公告抽取 (双随机): the lists and the tree size that decide, before anybody knows its root."""

    purpose: PurposeCode
    at_size: EntryIndex
    candidates: list[OrgCode] = Field(min_length=1, max_length=1500)
    inspectors: list[Pseudonym] = Field(min_length=1, max_length=200)
    orgs: int = Field(ge=1, le=300)
    per_org: int = Field(ge=1, le=10)
    beacon: BeaconText = ""


class SelectedVisit(Strict):
    """An organisation that was drawn, and who goes there."""

    org: OrgCode
    inspectors: list[Pseudonym] = Field(min_length=1, max_length=10)


class DrawSelectionBody(Body):
    """抽取结果: what follows from the announcement and the root of the announced size."""

    announcement: EntryIndex
    root: RootText
    beacon_value: BeaconValue = ""
    visits: list[SelectedVisit] = Field(min_length=1, max_length=300)


class InspectOrgBody(Body):
    """检查: an organisation was assessed by the checklist (规范化环境管理评估), item by item.

    ``selection``: the announcement that it was drawn by. ``edition``: of the checklist.
    """

    org: OrgCode
    mode: Literal["on_site", "online"]
    day: DayText
    selection: EntryIndex | None = None
    edition: Text
    scores: dict[ItemKey, Annotated[int, Field(ge=0, le=2)]] = Field(min_length=1, max_length=100)
    photographs: list[Sha256Text] = Field(default_factory=list, max_length=20)


class SetPositiveListBody(Body):
    """正面清单: an organisation is inspected online only, until a day; or no longer."""

    org: OrgCode
    listed: bool
    until: DayText
    reason: Literal["good_record", "key_project", "findings", "expired", "other"]


class ClassifyOrgBody(Body):
    """管理类别 (HJ 1259-2022 5): which declarations an organisation has to file."""

    org: OrgCode
    management: Literal["key", "simplified", "registered"]


class FileDeclarationBody(Body):
    """申报: a declaration or the yearly plan was filed, in the national system or here."""

    kind: Literal["month", "quarter", "year", "plan"]
    period: Annotated[str, AfterValidator(_period)]
    document: Sha256Text | None = None
