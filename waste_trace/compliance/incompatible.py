"""Wastes that must not stand beside each other (不相容废物): pairs as data, applied to a zone."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from waste_trace.compliance.rule import Raised, Rule, Severity

INCOMPATIBLE_NEIGHBOURS = Rule(
    "incompatible_neighbours",
    "不相容废物相邻",
    "Incompatible wastes beside each other",
    "GB 18597-2023 4.3, 6.2.1; the pairs are configuration (GB 18597-2001 附录B)",
    "M",
    Severity.SERIOUS,
)
_NAMED = 10


@dataclass(frozen=True, slots=True)
class Pair:
    """Two kinds that do not go together: a class (HW34), or a first hazard letter (R)."""

    one: str
    other: str
    zh: str
    en: str
    source: str
    certainty: str


@dataclass(frozen=True, slots=True)
class Stored:
    """A container in a zone. ``first_hazard``: the letter that is certain of its code, or ""."""

    container: str
    waste_code: str
    first_hazard: str = ""

    def is_of(self, kind: str) -> bool:
        """Whether a pair's side means this container."""
        if kind.startswith("HW"):
            return self.waste_code.endswith(f"-{kind[2:]}")
        return self.first_hazard == kind


@cache
def packaged_pairs() -> tuple[Pair, ...]:
    """The pairs that come with the software; each has its source and certainty."""
    data = resources.files("waste_trace.compliance") / "data" / "incompatible.csv"
    return read_pairs(data.read_text("utf-8"))


def read_pairs(text: str) -> tuple[Pair, ...]:
    """Pairs from a CSV with the columns one, other, zh, en, source, certainty."""
    return tuple(Pair(**row) for row in csv.DictReader(io.StringIO(text, newline="")))


def incompatible_neighbours(
    site: str, place: str, org: str, stored: Sequence[Stored], pairs: Sequence[Pair]
) -> list[Raised]:
    """A finding for each pair of kinds that both stand in the zone.

    Args:
        place: the zone (分区) inside the site; "" where none was recorded.
    """
    raised = []
    for pair in pairs:
        ones = [item.container for item in stored if item.is_of(pair.one)]
        # A container is not its own neighbour: a code of one class may have the other's hazard.
        others = [
            item.container for item in stored if item.is_of(pair.other) and not item.is_of(pair.one)
        ]
        if ones and others:
            raised.append(_raise(site, place, org, pair, {"one": ones, "other": others}))
    return raised


def _raise(
    site: str, place: str, org: str, pair: Pair, containers: Mapping[str, Sequence[str]]
) -> Raised:
    rule = INCOMPATIBLE_NEIGHBOURS
    where = f"分区“{place}”" if place else "同一贮存设施（未记录分区）"
    where_en = "one zone" if place else "one store (no zone was recorded)"
    return Raised(
        rule,
        f"{rule.name}:{site}:{place}:{pair.one}:{pair.other}",
        site,
        org,
        f"{where}内同时存放 {pair.one} 与 {pair.other}：{pair.zh}。",
        f"{pair.one} and {pair.other} stand in {where_en}: {pair.en}.",
        {
            "site": site,
            "place": place,
            "pair": [pair.one, pair.other],
            "containers": [*containers["one"][:_NAMED], *containers["other"][:_NAMED]],
            "source": pair.source,
            "certainty": pair.certainty,
        },
    )
