"""What somebody may do with a manifest now, and why not the rest (联单可办事项): one table."""

from dataclasses import dataclass

from waste_trace.custody.actions import Action
from waste_trace.custody.manifest import ManifestPresent
from waste_trace.custody.manifest_fields import CARRIER, RECEIVER, ROLE_ZH, SENDER
from waste_trace.custody.manifest_progress import PROGRESS_ZH
from waste_trace.custody.vocabulary import VOCABULARY, EventType


@dataclass(frozen=True, slots=True)
class Step:
    """A row: the verb, whose it is on the manifest, and the stages that it is expected in."""

    verb: str
    role: str
    before: tuple[str, ...]


_ON_THE_WAY = ("in_transit",)
_REFUSED = ("rejected", "returning", "accepted_in_part")
_AT_THE_GATE = ("arrived", "weighed")
STEPS: tuple[Step, ...] = (
    Step("open_manifest", SENDER, ("numbered", "opened")),
    Step("void_manifest", SENDER, ("numbered", "opened")),
    Step("load", CARRIER, ("opened", "loaded")),
    Step("depart", CARRIER, ("loaded",)),
    Step("waypoint", CARRIER, _ON_THE_WAY),
    Step("hand_over", CARRIER, _ON_THE_WAY),
    Step("take_over", CARRIER, _ON_THE_WAY),
    Step("arrive", CARRIER, _ON_THE_WAY),
    Step("weigh_in", RECEIVER, _AT_THE_GATE),
    Step("accept", RECEIVER, ("weighed",)),
    Step("accept_with_difference", RECEIVER, ("weighed",)),
    Step("accept_in_part", RECEIVER, _AT_THE_GATE),
    Step("reject", RECEIVER, _AT_THE_GATE),
    Step("return", CARRIER, _REFUSED),
    Step("take_back", SENDER, _REFUSED),
)


def roles_of(present: ManifestPresent, org: str) -> frozenset[str]:
    """What an organisation is on the manifest."""
    found = {
        SENDER: org == present.sender,
        CARRIER: org in present.named,
        RECEIVER: org == present.receiver,
    }
    return frozenset(role for role, is_it in found.items() if is_it)


def manifest_actions(kinds: frozenset[str], org: str, present: ManifestPresent) -> list[Action]:
    """Every verb of a manifest in the order of its life, with why it is not expected now.

    Args:
        kinds: what the organisation is registered as. org: which it is.
    """
    roles = roles_of(present, org)
    return [_action(step, VOCABULARY[step.verb], kinds, roles, present) for step in STEPS]


def _action(
    step: Step,
    row: EventType,
    kinds: frozenset[str],
    roles: frozenset[str],
    present: ManifestPresent,
) -> Action:
    def no(zh: str, en: str) -> Action:
        return Action(row.typ, row.zh, row.en, False, zh, en)

    if not row.kinds & kinds:
        return no("本单位类型无此权限。", "Not for this kind of organisation.")
    if step.role not in roles:
        return no(
            f"应由本联单的{ROLE_ZH[step.role]}办理。", f"The manifest's {step.role} does this."
        )
    if present.state not in step.before:
        wanted = "、".join(PROGRESS_ZH[stage] for stage in step.before)
        return no(
            f"联单“{PROGRESS_ZH[present.state]}”，应为“{wanted}”。",
            f"The manifest is {present.state}, not {' or '.join(step.before)}.",
        )
    if step.verb in ("return", "take_back") and _nothing_refused(present):
        return no("没有待退回的容器。", "Nothing that was refused is still to be returned.")
    return Action(row.typ, row.zh, row.en, True)


def _nothing_refused(present: ManifestPresent) -> bool:
    if present.refuses_loose:
        return False
    return all(one.verdict != "refused" or one.returned for one in present.decisions.values())
