"""What somebody may do with a container now, and why not the rest (可办事项).

Reality first: a verb that is not expected in this state can still be recorded by a device, and
becomes a finding. This says what is expected.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from waste_trace.custody.states import FINAL, STATE_ZH, TRANSITIONS, State
from waste_trace.custody.vocabulary import VOCABULARY, EventType

#: Verbs with which one takes over what another has; all others are the holder's.
TAKING = frozenset(
    {"collect", "load", "take_over", "weigh_in", "accept", "accept_with_difference",
     "accept_in_part", "reject", "return", "take_back"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Action:
    """One verb: whether it is expected of this organisation now, and why not."""

    typ: str
    zh: str
    en: str
    expected: bool
    why_zh: str = ""
    why_en: str = ""


def actions(kinds: frozenset[str], org: str, state: State, holder: str) -> list[Action]:
    """Every verb that moves a container, in the order of its life.

    Args:
        kinds: what the organisation is registered as. org: which it is.
        state, holder: the container's.
    """
    return [_action(row, kinds, org, state, holder) for row in _movers()]


def _movers() -> Iterator[EventType]:
    verbs = {row.verb for row in TRANSITIONS}
    return (row for row in VOCABULARY.values() if row.typ in verbs and not row.service)


def _action(row: EventType, kinds: frozenset[str], org: str, state: State, holder: str) -> Action:
    before = {s for t in TRANSITIONS if t.verb == row.typ for s in t.before}
    if not row.kinds & kinds:
        return Action(row.typ, row.zh, row.en, False, "本单位类型无此权限。",
                      "Not for this kind of organisation.")  # fmt: skip
    if state not in before:
        wanted = "、".join(STATE_ZH[one] for one in State if one in before)
        over = "，已终结" if state in FINAL else ""
        return Action(
            row.typ, row.zh, row.en, False,
            f"容器为“{STATE_ZH[state]}”{over}，应为“{wanted}”。",
            f"The container is {state.value}, not {' or '.join(sorted(before))}.",
        )  # fmt: skip
    if row.typ not in TAKING and holder not in ("", org):
        return Action(row.typ, row.zh, row.en, False, "容器由其他单位保管。",
                      "Another organisation holds the container.")  # fmt: skip
    return Action(row.typ, row.zh, row.en, True)
