"""The custody state machine as one table: from these states, this verb leads to that state.

An authentic event that is not in the table still happened: it moves the container to its state all
the same, and the step that is missing before it becomes a finding (see ``fold``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where a container is in its life. The Chinese is what the console shows."""

    UNKNOWN = "unknown"
    ISSUED = "issued"
    FILLED = "filled"
    COLLECTED = "collected"
    STORED = "stored"
    OUT = "out"
    LOADED = "loaded"
    IN_TRANSIT = "in_transit"
    HANDED_OVER = "handed_over"
    ARRIVED = "arrived"
    WEIGHED = "weighed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    RETURNING = "returning"
    RETURNED = "returned"
    MERGED = "merged"
    DIVIDED = "divided"
    TREATED = "treated"
    EXPORTED = "exported"
    WRITTEN_OFF = "written_off"
    VOID = "void"


STATE_ZH: Mapping[State, str] = {
    State.UNKNOWN: "来源不明",
    State.ISSUED: "已赋码",
    State.FILLED: "已装桶",
    State.COLLECTED: "已收集",
    State.STORED: "在库",
    State.OUT: "已出库",
    State.LOADED: "已装车",
    State.IN_TRANSIT: "运输中",
    State.HANDED_OVER: "已交接",
    State.ARRIVED: "已运抵",
    State.WEIGHED: "已过磅",
    State.ACCEPTED: "已接收",
    State.REJECTED: "已拒收",
    State.RETURNING: "退运中",
    State.RETURNED: "已退回",
    State.MERGED: "已拼装",
    State.DIVIDED: "已分装",
    State.TREATED: "已处置",
    State.EXPORTED: "已出口",
    State.WRITTEN_OFF: "已核销",
    State.VOID: "已作废",
}

#: Nothing more is expected to happen to a container in these states.
FINAL = frozenset(
    {
        State.MERGED,
        State.DIVIDED,
        State.TREATED,
        State.EXPORTED,
        State.WRITTEN_OFF,
        State.VOID,
    }
)
#: In these, what was in the container is now in others.
PASSED_ON = frozenset({State.MERGED, State.DIVIDED})
#: Waste stands with its holder, full, and may be packed, moved or treated.
_AT_HOME = (
    State.FILLED,
    State.COLLECTED,
    State.STORED,
    State.OUT,
    State.ACCEPTED,
    State.RETURNED,
)


@dataclass(frozen=True, slots=True)
class Transition:
    """A row: ``verb`` in ``role`` leads from any of ``before`` to ``after``."""

    verb: str
    before: frozenset[State]
    after: State
    role: str = "subject"


def _row(verb: str, before: tuple[State, ...], after: State, role: str = "subject") -> Transition:
    return Transition(verb, frozenset(before), after, role)


_S = State
TRANSITIONS: tuple[Transition, ...] = (
    _row("issue", (_S.UNKNOWN,), _S.ISSUED),
    _row("void_label", (_S.ISSUED,), _S.VOID),
    _row("fill", (_S.ISSUED,), _S.FILLED),
    _row("open_stock", (_S.ISSUED,), _S.STORED),
    _row("collect", (_S.FILLED, _S.STORED, _S.OUT, _S.RETURNED), _S.COLLECTED),
    _row("store_in", (_S.FILLED, _S.COLLECTED, _S.OUT, _S.ACCEPTED, _S.RETURNED), _S.STORED),
    _row("move", (_S.STORED,), _S.STORED),
    _row("store_out", (_S.STORED,), _S.OUT),
    _row("write_off", (*_AT_HOME, _S.LOADED, _S.IN_TRANSIT), _S.WRITTEN_OFF),
    _row("merge", _AT_HOME[1:], _S.MERGED, "input"),
    _row("merge", (_S.ISSUED,), _S.FILLED, "output"),
    _row("split", _AT_HOME, _S.DIVIDED, "input"),
    _row("split", (_S.ISSUED,), _S.FILLED, "output"),
    _row("repack", _AT_HOME, _S.DIVIDED, "input"),
    _row("repack", (_S.ISSUED,), _S.FILLED, "output"),
    _row("load", (_S.OUT, _S.COLLECTED, _S.RETURNED), _S.LOADED),
    _row("depart", (_S.LOADED,), _S.IN_TRANSIT),
    _row("hand_over", (_S.IN_TRANSIT,), _S.HANDED_OVER),
    _row("take_over", (_S.HANDED_OVER, _S.IN_TRANSIT), _S.IN_TRANSIT),
    _row("arrive", (_S.IN_TRANSIT,), _S.ARRIVED),
    _row("weigh_in", (_S.ARRIVED,), _S.WEIGHED),
    _row("accept", (_S.WEIGHED,), _S.ACCEPTED),
    _row("accept_with_difference", (_S.WEIGHED,), _S.ACCEPTED),
    _row("accept_in_part", (_S.WEIGHED,), _S.ACCEPTED),
    _row("accept_in_part", (_S.WEIGHED, _S.ARRIVED), _S.REJECTED, "refused"),
    _row("reject", (_S.WEIGHED, _S.ARRIVED), _S.REJECTED),
    _row("return", (_S.REJECTED, _S.IN_TRANSIT), _S.RETURNING),
    _row("take_back", (_S.RETURNING, _S.REJECTED), _S.RETURNED),
    _row("treat", _AT_HOME, _S.TREATED),
    _row("export", (_S.OUT, _S.ACCEPTED), _S.EXPORTED),
)

_BY_VERB: Mapping[tuple[str, str], Transition] = {(row.verb, row.role): row for row in TRANSITIONS}


def transition(verb: str, role: str = "subject") -> Transition | None:
    """The row of a verb, or None where the verb does not move containers (a manifest, a frame)."""
    return _BY_VERB.get((verb, role))


def mermaid() -> str:
    """The table as a Mermaid state diagram, for the documentation."""
    lines = ["stateDiagram-v2"]
    for row in TRANSITIONS:
        for before in sorted(row.before):
            start = "[*]" if before is State.UNKNOWN else before.value
            lines.append(f"    {start} --> {row.after.value}: {row.verb}")
    lines += [f"    {state.value} --> [*]" for state in sorted(FINAL)]
    return "\n".join(lines) + "\n"
