"""A label that is in two places (标签被复制): found from the record, with the events that show it.

A signature stops forging, not copying. What gives a copy away is that a container cannot be held by
two parties at once, cannot be scanned after its end, and cannot show a label that was replaced.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from waste_trace.compliance.rule import Raised, Rule, Severity
from waste_trace.custody.fold import CLOCK_SKEW, MissingStep, Present, Touch
from waste_trace.custody.states import FINAL, STATE_ZH, State

COPIED_LABEL = Rule(
    "copied_label",
    "标签疑被复制",
    "Label may have been copied",
    "HJ 1276-2022 (一物一码)",
    "1",
    Severity.SERIOUS,
)
#: A container in these states stands with its holder; another party's scan is a second container.
_STANDING = frozenset({State.STORED, State.COLLECTED, State.WEIGHED, State.ACCEPTED})


def copied_labels(container: str, present: Present, touches: Sequence[Touch]) -> list[Raised]:
    """Findings on one container from its fold and its events."""
    custody = [_two_custodies(container, step) for step in present.missing if _is_second(step)]
    return [*custody, *_replaced(container, touches)]


def _is_second(step: MissingStep) -> bool:
    if step.found in FINAL and step.found is not State.VOID:
        return True
    return step.found in _STANDING and bool(step.holder) and step.holder != step.org


def _two_custodies(container: str, step: MissingStep) -> Raised:
    after_end = step.found in FINAL
    zh = f"该码已“{STATE_ZH[step.found]}”，却又被扫描" if after_end else "该码同时处于两家单位保管"
    en = "scanned after its end" if after_end else "in the custody of two parties at once"
    return Raised(
        rule=COPIED_LABEL,
        key=f"{COPIED_LABEL.name}:{container}:{step.idx}",
        subject=container,
        org=step.org,
        zh=f"{zh}（第 {step.held_since} 条与第 {step.idx} 条）。",
        en=f"The code was {en} (entries {step.held_since} and {step.idx}).",
        facts={
            "events": [step.held_since, step.idx],
            "found": step.found.value,
            "holder": step.holder,
            "seen_by": step.org,
        },
    )


def _replaced(container: str, touches: Sequence[Touch]) -> list[Raised]:
    """Scans of a rotation after a newer one was issued: the old label is still about."""
    newer = {int(str(touch.body["rotation"])): touch for touch in touches if touch.typ == "reissue"}
    if not newer:
        return []  # the usual case, asked at each event
    shown = re.compile(rf"/Q/{container}\.(\d+)\.")
    raised = []
    for touch in touches:
        labels = touch.body.get("labels")
        for text in labels if isinstance(labels, list) else []:
            match = shown.search(str(text))
            since = _replaced_by(newer, int(match[1])) if match else None
            if since and since.claimed_at + CLOCK_SKEW < touch.claimed_at:
                raised.append(_stale(container, touch, since, int(match[1]) if match else 0))
    return raised


def _replaced_by(newer: dict[int, Touch], rotation: int) -> Touch | None:
    later = [number for number in newer if number > rotation]
    return newer[min(later)] if later else None


def _stale(container: str, touch: Touch, since: Touch, rotation: int) -> Raised:
    when: datetime = since.claimed_at
    return Raised(
        rule=COPIED_LABEL,
        key=f"{COPIED_LABEL.name}:{container}:{touch.idx}:{rotation}",
        subject=container,
        org=touch.org,
        zh=f"扫描到已被补发标签取代的旧标签（第 {rotation} 版，第 {since.idx} 条起作废）。",
        en=f"Label {rotation} was scanned after entry {since.idx} had replaced it.",
        facts={
            "events": [since.idx, touch.idx],
            "rotation": rotation,
            "replaced_at": when.isoformat(),
        },
    )
