"""What a rule is, and what it raises."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad it is: 提示, 预警, 严重."""

    NOTICE = "notice"
    WARNING = "warning"
    SERIOUS = "serious"


SEVERITY_ZH: Mapping[str, str] = {"notice": "提示", "warning": "预警", "serious": "严重"}


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule's name and where it comes from.

    Attributes:
        name: stable, the same in findings, settings and documentation.
        clause: standard and clause, or the reason of our own.
        certainty: the tag of the domain facts: P, 2, 1, M or ? (M and ? are shown as 未核实).
        settings: names of the settings that hold its figures.
    """

    name: str
    zh: str
    en: str
    clause: str
    certainty: str
    severity: Severity
    settings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Raised:
    """A finding before it is kept. ``key`` makes it one: the same facts raise the same key."""

    rule: Rule
    key: str
    subject: str
    org: str
    zh: str
    en: str
    facts: Mapping[str, object]
