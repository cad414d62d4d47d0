"""A step of custody that nobody recorded (漏扫): the container was not where the event found it."""

from waste_trace.compliance.rule import Raised, Rule, Severity
from waste_trace.custody.fold import MissingStep, Present
from waste_trace.custody.states import STATE_ZH, State, transition
from waste_trace.custody.vocabulary import event_type

CUSTODY_GAP = Rule(
    "custody_gap",
    "流转环节缺失",
    "Missing custody step",
    "HJ 1259-2022 6.2 (每个容器逐次记录); 固废法 36 (可追溯)",
    "P",
    Severity.WARNING,
)
UNKNOWN_CONTAINER = Rule(
    "unknown_container",
    "容器未赋码",
    "Container was never issued a code here",
    "HJ 1276-2022 (一物一码)",
    "1",
    Severity.SERIOUS,
)


def custody_gaps(container: str, present: Present) -> list[Raised]:
    """One finding for each event that found the container in a wrong state."""
    return [_raise(container, step) for step in present.missing]


def _raise(container: str, step: MissingStep) -> Raised:
    verb = event_type(step.typ)
    rule = UNKNOWN_CONTAINER if step.found is State.UNKNOWN else CUSTODY_GAP
    row = transition(step.typ, step.role)
    wanted = sorted(row.before) if row else []
    wanted_zh = "、".join(STATE_ZH[state] for state in wanted)
    return Raised(
        rule=rule,
        key=f"{rule.name}:{container}:{step.idx}",
        subject=container,
        org=step.org,
        zh=f"登记“{verb.zh}”时容器为“{STATE_ZH[step.found]}”，应为“{wanted_zh}”。",
        en=f"{verb.en}: the container was {step.found.value}, expected {' or '.join(wanted)}.",
        facts={"event": step.idx, "typ": step.typ, "found": step.found.value, "expected": wanted},
    )
