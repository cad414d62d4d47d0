"""规范化环境管理评估: the checklist of an inspection as data, and its score.

Each item is scored 2 (达标), 1 (基本达标) or 0 (不达标), or left out where it does not apply. The
grade follows from the share of the possible points; a key item at 0 is 不达标 whatever the share.
Items and cut-offs are configuration (a file in the same form), because no verified text is at hand.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, ClassVar

from waste_trace.errors import WasteTraceError

FULL_SCORE = 2


class Grade(StrEnum):
    """The result of an assessment."""

    STANDARD = "standard"
    BASIC = "basic"
    BELOW = "below"


GRADE_ZH: Mapping[Grade, str] = MappingProxyType(
    {Grade.STANDARD: "达标", Grade.BASIC: "基本达标", Grade.BELOW: "不达标"}
)


class UnfitScores(WasteTraceError):
    """Scores that do not fit the checklist."""

    code: ClassVar[str] = "unfit-scores"
    default_do_zh: ClassVar[str] = "请按检查表逐项填写 2、1、0 或“不适用”。"
    default_do_en: ClassVar[str] = "Score each item of the checklist 2, 1 or 0, or leave it out."


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to look at. ``key_item``: a 0 here decides the whole."""

    key: str
    zh: str
    en: str
    key_item: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Items of one institution (制度)."""

    key: str
    zh: str
    en: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Checklist:
    """A checklist with where it comes from. Cut-offs in per mille of the possible points."""

    edition: str
    title: str
    source: str
    certainty: str
    standard_permille: int
    basic_permille: int
    cut_offs_certainty: str
    groups: tuple[Group, ...]

    @property
    def items(self) -> Mapping[str, Item]:
        """Every item by its key."""
        return {item.key: item for group in self.groups for item in group.items}


@dataclass(frozen=True, slots=True)
class Assessment:
    """The score: points of ``possible``, in per mille, the grade, and which key items failed."""

    points: int
    possible: int
    permille: int
    grade: Grade
    failed_key_items: tuple[str, ...]


def assess(checklist: Checklist, scores: Mapping[str, int]) -> Assessment:
    """Score an inspection.

    Args:
        scores: 0, 1 or 2 by item key; an item that does not apply is absent.

    Raises:
        UnfitScores: an unknown item, another number, or nothing at all.
    """
    items = checklist.items
    unknown = sorted(scores.keys() - items.keys())
    wrong = sorted(key for key, score in scores.items() if score not in (0, 1, FULL_SCORE))
    if unknown or wrong or not scores:
        named = "、".join(unknown + wrong) or "-"
        raise UnfitScores(
            f"评分与检查表不符：{named}。",
            f"These scores do not fit the checklist: {named}.",
            unknown=unknown,
            wrong=wrong,
        )
    points, possible = sum(scores.values()), FULL_SCORE * len(scores)
    permille = points * 1000 // possible
    failed = tuple(key for key in items if items[key].key_item and scores.get(key) == 0)
    return Assessment(points, possible, permille, _grade(checklist, permille, failed), failed)


def _grade(checklist: Checklist, permille: int, failed: tuple[str, ...]) -> Grade:
    if failed or permille < checklist.basic_permille:
        return Grade.BELOW
    return Grade.STANDARD if permille >= checklist.standard_permille else Grade.BASIC


@cache
def packaged_checklist() -> Checklist:
    """The checklist that comes with the software, 未核实."""
    data = resources.files("waste_trace.compliance") / "data" / "checklist.json"
    return read_checklist(json.loads(data.read_text("utf-8")))


def read_checklist(document: Mapping[str, Any]) -> Checklist:
    """A checklist from its JSON form. Raises KeyError, TypeError or ValueError for another form."""
    cut_offs = document["cut_offs_permille"]
    groups = tuple(
        Group(
            group["key"],
            group["zh"],
            group["en"],
            tuple(Item(i["key"], i["zh"], i["en"], bool(i["key_item"])) for i in group["items"]),
        )
        for group in document["groups"]
    )
    keys = [item.key for group in groups for item in group.items]
    if len(set(keys)) != len(keys):
        raise ValueError("an item stands there twice")
    return Checklist(
        edition=document["edition"],
        title=document["title"],
        source=document["source"],
        certainty=document["certainty"],
        standard_permille=int(cut_offs["standard"]),
        basic_permille=int(cut_offs["basic"]),
        cut_offs_certainty=document["cut_offs_certainty"],
        groups=groups,
    )
