"""The kinds of notices (通知): one row for each thing that people want to hear of.

A new kind is a new row. What makes a notice is an event type, or one of the ``Source`` names; whom
it concerns are organisations that the fact names; the words are templates over the fact.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from waste_trace.custody.vocabulary import (
    PLATFORM,
    PRODUCER,
    REGULATOR,
    TRANSPORTER,
    TREATMENT,
)


class Email(StrEnum):
    """Whether a notice goes by e-mail: not, at once, or in the daily summary."""

    OFF = "off"
    EACH = "each"
    DIGEST = "digest"


class Source(StrEnum):
    """What makes a notice and is no event: the rules, and the calendar."""

    RAISED = "finding-raised"
    CLEARED = "finding-cleared"
    DEADLINE = "deadline"


#: Addressee beside the organisations that a fact names: everybody of the bureau.
BUREAU = "bureau"


@dataclass(frozen=True, slots=True)
class Kind:
    """A row.

    Attributes:
        name: stable; part of subscriptions and of what webhooks receive.
        zh, en: what people call it.
        on: event types or sources that make one.
        to: keys of the fact whose values are organisations to tell, or BUREAU. Whoever caused the
            fact is not told of it.
        says_zh, says_en: templates over the fact. href: the page that shows the thing.
        only: keys of the fact that must have one of these values.
        email: how it goes by e-mail unless a person says otherwise, by role; others: not.
        shown: whether it is in the list on screen unless a person says otherwise.
    """

    name: str
    zh: str
    en: str
    on: frozenset[str]
    to: tuple[str, ...]
    says_zh: str
    says_en: str
    href: str
    only: Mapping[str, frozenset[str]] = field(default_factory=dict)
    email: Mapping[str, Email] = field(default_factory=dict)
    shown: bool = True

    def concerns(self, fact: Mapping[str, str]) -> bool:
        """True if the fact is one of those that this kind is about."""
        return all(fact.get(key, "") in values for key, values in self.only.items())


def _all(email: Email) -> Mapping[str, Email]:
    return dict.fromkeys((PRODUCER, PLATFORM, TRANSPORTER, TREATMENT), email)


_ROWS = (
    Kind("finding_raised", "本单位问题", "Finding on us", frozenset({Source.RAISED}), ("org",),
         "发现{severity_zh}问题：{zh}", "A finding ({severity}): {en}", "{page}",
         email=_all(Email.EACH)),
    Kind("finding_cleared", "问题已消除", "Finding cleared", frozenset({Source.CLEARED}), ("org",),
         "问题已消除：{zh}", "No longer a finding: {en}", "{page}", email=_all(Email.DIGEST)),
    Kind("district_finding", "辖区严重问题", "Serious finding in the district",
         frozenset({Source.RAISED}), (BUREAU,), "{org_name}：{zh}", "{org_name}: {en}", "{page}",
         only={"severity": frozenset({"serious"})}, email={REGULATOR: Email.DIGEST}),
    Kind("finding_answered", "问题说明与整改", "Finding answered",
         frozenset({"explain_finding", "rectify_finding"}), (BUREAU,),
         "{org_name}{typ_zh}：{finding_zh}", "{org_name}, {typ_en}: {finding_en}", "{page}",
         only={"applied": frozenset({"yes"})}, email={REGULATOR: Email.DIGEST}),
    Kind("finding_replied", "监管部门答复", "The bureau's answer",
         frozenset({"accept_explanation", "send_back", "close_finding"}), ("finding_org",),
         "{typ_zh}：{finding_zh}", "{typ_en}: {finding_en}", "{page}",
         only={"applied": frozenset({"yes"})}, email=_all(Email.EACH)),
    Kind("manifest_addressed", "收到联单", "Manifest addressed to us",
         frozenset({"open_manifest"}), ("carrier", "receiver"),
         "{org_name}填写了联单 {manifest}，贵单位为承运人或接受人",
         "{org_name} opened manifest {manifest}; you carry or receive it",
         "/manifests/{manifest}", email=_all(Email.EACH)),
    Kind("manifest_confirmed", "联单已确认", "Manifest confirmed",
         frozenset({"accept", "accept_with_difference", "accept_in_part"}), ("sender", "carrier"),
         "{org_name}对联单 {manifest} 作出：{typ_zh}",
         "{org_name} on manifest {manifest}: {typ_en}",
         "/manifests/{manifest}", email=_all(Email.DIGEST)),
    Kind("manifest_refused", "联单被拒收或作废", "Manifest rejected or void",
         frozenset({"reject", "void_manifest"}), ("sender", "carrier", "receiver"),
         "{org_name}对联单 {manifest} 作出：{typ_zh}",
         "{org_name} on manifest {manifest}: {typ_en}",
         "/manifests/{manifest}", email=_all(Email.EACH)),
    Kind("correction_asked", "请确认更正", "A correction to confirm", frozenset({"correct"}),
         ("others",), "{org_name}更正第 {corrects} 条记录：{old} 改为 {new}，请确认或提出异议",
         "{org_name} corrects entry {corrects}: {old} to {new}; confirm or dispute it", "{page}",
         email=_all(Email.EACH)),
    Kind("correction_answered", "更正答复", "A correction answered",
         frozenset({"confirm_correction", "dispute_correction"}), ("corrector",),
         "{org_name}对第 {corrects} 条记录的更正作出：{typ_zh}",
         "{org_name} on the correction of entry {corrects}: {typ_en}", "{page}",
         email=_all(Email.EACH)),
    Kind("collection_request", "收集预约", "Collection request",
         frozenset({"request_collection"}), ("platform", "unit"),
         "{org_name}登记了上门收集预约", "{org_name} entered a request for collection", "/requests",
         email={PLATFORM: Email.EACH}),
    Kind("deadline_coming", "期限将至", "Deadline coming", frozenset({Source.DEADLINE}), ("org",),
         "{due} 日终前：{zh}", "By the end of {due}: {en}", "{href}", email=_all(Email.EACH)),
)  # fmt: skip

KINDS: Mapping[str, Kind] = {row.name: row for row in _ROWS}
#: Kinds by what makes them.
BY_CAUSE: Mapping[str, tuple[Kind, ...]] = {
    cause: tuple(row for row in _ROWS if cause in row.on)
    for cause in sorted({cause for row in _ROWS for cause in row.on})
}


@dataclass(frozen=True, slots=True)
class Wish:
    """How somebody wants to hear of a kind."""

    shown: bool
    email: Email


def default_wish(kind: Kind, role: str) -> Wish:
    """What counts for a role until a person says otherwise."""
    return Wish(kind.shown, kind.email.get(role, Email.OFF))


def kinds_for(role: str) -> tuple[Kind, ...]:
    """The kinds that somebody of this role can be told of."""
    return tuple(row for row in _ROWS if (BUREAU in row.to) == (role == REGULATOR))
