"""Fill a kind's templates from a fact: the words of a notice, and whom it is for."""

from collections.abc import Mapping
from dataclasses import dataclass

from waste_trace.notices.kinds import BUREAU, Kind

MOST_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class Said:
    """A notice in words, with the page that shows what it is about."""

    zh: str
    en: str
    href: str


class _Known(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "—"


def say(kind: Kind, fact: Mapping[str, str]) -> Said:
    """The words of a notice; what the fact does not name is a dash."""
    known = _Known(fact)
    zh, en = kind.says_zh.format_map(known), kind.says_en.format_map(known)
    return Said(zh[:MOST_CHARACTERS], en[:MOST_CHARACTERS], kind.href.format_map(known))


def addressees(kind: Kind, fact: Mapping[str, str]) -> set[str]:
    """The organisations that are told: those the fact names, but for whoever caused it.

    A value may name several, with commas between.
    """
    named = {org for key in kind.to if key != BUREAU for org in fact.get(key, "").split(",")}
    return {org for org in named if org and org != fact.get("by", "")}
