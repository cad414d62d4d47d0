"""Findings as pages show them: severity, clause, facts in words, and what is not yet confirmed."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from api.console.show import Fact, Named, event_name, shanghai, tail
from waste_trace.compliance.rule import SEVERITY_ZH
from waste_trace.custody.states import STATE_ZH, State
from waste_trace.services.look_up import find_rule

#: Rules whose source nobody has confirmed are marked so.
_UNCONFIRMED = ("M", "?")
_WORDS: Mapping[str, Callable[[Any], Fact]] = {
    "typ": lambda typ: Fact("动作", event_name(str(typ)).zh),
    "found": lambda state: Fact("实际状态", STATE_ZH[State(state)]),
    "expected": lambda states: Fact("应为", "、".join(STATE_ZH[State(one)] for one in states)),
    "dispatched_kg": lambda weight: Fact("移出量", f"{weight} kg"),
    "received_kg": lambda weight: Fact("接收量", f"{weight} kg"),
    "stock_kg": lambda weight: Fact("账面库存", f"{weight} kg"),
    "booked_kg": lambda weight: Fact("账面", f"{weight} kg"),
    "counted_kg": lambda weight: Fact("实盘", f"{weight} kg"),
    "loose_kg": lambda weight: Fact("其中散装", f"{weight} kg"),
    "shared_kg": lambda weight: Fact("合称差额", f"{weight} kg"),
    "found_kg": lambda weight: Fact("来源不明", f"{weight} kg"),
    "difference_kg": lambda weight: Fact("差值", f"{weight} kg"),
    "permille": lambda share: Fact("差率", f"{share}‰"),
    "tolerance_kg": lambda weight: Fact("容差", f"{weight} kg"),
    "tolerance_permille": lambda share: Fact("容差率", f"{share}‰"),
    "hours": lambda hours: Fact("迟报", f"{hours} 小时"),
    "missing": lambda ranges: Fact("缺号", "、".join(f"{a}–{b}" for a, b in ranges)),
    "site": lambda site: Fact("场所", str(site)),
    "calendar_known": lambda known: Fact("工作日历", "已公布" if known else "未核实"),
    "camera": lambda camera: Fact("摄像机", str(camera), "/frames"),
    "label": lambda text: Fact("扫描文本", str(text).rpartition("/")[2]),
}


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding, ready to be shown."""

    severity: str
    severity_zh: str
    rule: Named
    subject: Fact
    org_name: str
    zh: str
    en: str
    clause: str
    unconfirmed: bool
    facts: tuple[Fact, ...]
    raised_idx: int
    raised: str
    cleared_idx: int | None
    key: str
    status: str
    status_zh: str


def view_findings(rows: Iterable[Mapping[str, Any]]) -> list[FindingView]:
    """Findings in the order of ``rows`` (of the finding table, facts parsed or not)."""
    return [_view(row) for row in rows]


def _view(row: Mapping[str, Any]) -> FindingView:
    rule = find_rule(row["rule"])
    facts = json.loads(row["facts"]) if isinstance(row["facts"], str) else row["facts"]
    return FindingView(
        severity=row["severity"],
        severity_zh=SEVERITY_ZH[row["severity"]],
        rule=Named(rule.zh, rule.en) if rule else Named(row["rule"], row["rule"]),
        subject=subject_of(row["subject"]),
        org_name=row.get("org_name", ""),
        zh=row["zh"],
        en=row["en"],
        clause=row["clause"],
        unconfirmed=rule is None or rule.certainty in _UNCONFIRMED,
        facts=tuple(_facts(facts)),
        raised_idx=row["raised_idx"],
        raised=shanghai(row["raised_at"]),
        cleared_idx=row["cleared_idx"],
        key=row["key"],
        status=row.get("status", ""),
        status_zh=row.get("status_zh", ""),
    )


def subject_of(subject: str) -> Fact:
    """What a finding is about, with the page that shows it."""
    if len(subject) == 37:
        return Fact("容器", tail(subject), f"/containers/{subject}")
    if len(subject) == 14 and subject.isdigit():
        return Fact("联单", subject, f"/manifests/{subject}")
    if subject.startswith("#"):
        return Fact("事件", subject, f"/ledger/{subject[1:]}")
    if ":" in subject:
        org, _, waste = subject.partition(":")
        return Fact("物料", waste or "多种废物", f"/reports/mass-balance?org={org}")
    if subject.startswith("finding:"):
        key = subject.removeprefix("finding:")
        return Fact("问题", key.split(":")[0], f"/findings/one?key={quote(key)}")
    if "/" in subject:
        return Fact("设备", subject, "/devices")
    return Fact("对象", subject)


def _facts(facts: Mapping[str, Any]) -> Iterator[Fact]:
    """The facts in words: what it is first, where it stands in the ledger last."""
    for key, words in _WORDS.items():
        if key in facts:
            yield words(facts[key])
    for key in ("event", "events"):
        indices = facts.get(key, [])
        for index in indices if isinstance(indices, list) else [indices]:
            yield Fact("事件", f"#{index}", f"/ledger/{index}")
