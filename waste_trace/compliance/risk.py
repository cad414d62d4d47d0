"""A risk score of an organisation that explains itself (企业环境风险评分): reasons with points.

The score is the sum of its reasons and nothing else, at most 100. Weights are data, 未核实.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

MOST = 100


class RiskLevel(StrEnum):
    """How much attention an organisation needs."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


RISK_ZH: Mapping[RiskLevel, str] = MappingProxyType(
    {RiskLevel.HIGH: "高", RiskLevel.MEDIUM: "中", RiskLevel.LOW: "低"}
)


@dataclass(frozen=True, slots=True)
class Weight:
    """What one thing counts: points for each, and no more than ``most`` together."""

    key: str
    zh: str
    en: str
    points_each: int
    most: int


@dataclass(frozen=True, slots=True)
class Weights:
    """All weights, the cut-offs of the levels, and where they come from."""

    source: str
    certainty: str
    high: int
    medium: int
    reasons: tuple[Weight, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """A part of a score: so many of something, for so many points."""

    key: str
    zh: str
    en: str
    count: int
    points: int


@dataclass(frozen=True, slots=True)
class Risk:
    """A score from 0 to 100 with its reasons, the heaviest first."""

    score: int
    level: RiskLevel
    reasons: tuple[Reason, ...]


def score_risk(counts: Mapping[str, int], weights: Weights) -> Risk:
    """The score of an organisation.

    Args:
        counts: how many of each thing that has a weight; what is absent is none.
    """
    reasons = sorted(
        (reason for weight in weights.reasons if (reason := _reason(weight, counts)).points),
        key=lambda reason: (-reason.points, reason.key),
    )
    score = min(MOST, sum(reason.points for reason in reasons))
    return Risk(score, _level(score, weights), tuple(reasons))


def _reason(weight: Weight, counts: Mapping[str, int]) -> Reason:
    count = counts.get(weight.key, 0)
    points = min(weight.most, count * weight.points_each)
    return Reason(weight.key, weight.zh, weight.en, count, points)


def _level(score: int, weights: Weights) -> RiskLevel:
    if score >= weights.high:
        return RiskLevel.HIGH
    return RiskLevel.MEDIUM if score >= weights.medium else RiskLevel.LOW


@cache
def packaged_weights() -> Weights:
    """The weights that come with the software."""
    data = resources.files("waste_trace.compliance") / "data" / "risk_weights.json"
    return read_weights(json.loads(data.read_text("utf-8")))


def read_weights(document: Mapping[str, Any]) -> Weights:
    """Weights from their JSON form. Raises KeyError, TypeError or ValueError for another form."""
    return Weights(
        source=document["source"],
        certainty=document["certainty"],
        high=int(document["levels"]["high"]),
        medium=int(document["levels"]["medium"]),
        reasons=tuple(
            Weight(row["key"], row["zh"], row["en"], int(row["points_each"]), int(row["most"]))
            for row in document["reasons"]
        ),
    )
