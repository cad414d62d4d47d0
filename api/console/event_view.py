"""Events as lists and timelines show them: what, who, when, how heavy, where."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from api.console.frame_view import VERDICTS
from api.console.show import NOTHING, Fact, Named, event_name, kilograms, shanghai, tail
from api.console.trace_view import view_method
from waste_trace.custody.retelling import WITHDRAWN
from waste_trace.ledger.reasons import Reason, reason_given

#: A logged time that is so close to the claimed one says nothing to a reader.
SAME_TIME = timedelta(minutes=10)
#: Fields that are shown as they are.
_PLAIN = {
    "place": "货位", "camera": "摄像机", "name": "名称", "dev": "设备", "reason": "原因",
    "unit": "产废单位", "from_org": "来自", "to_org": "交给", "result": "巡检结果",
    "waste_code": "废物代码", "waste_name": "废物名称", "facility": "设施", "from_site": "原场所",
    "department": "科室", "day": "日期", "country": "目的国", "notice": "核准通知单",
}  # fmt: skip
#: What may differ from the manifest (转移管理办法 art. 18).
DIFFERENCES = {
    "name": "名称", "quantity": "数量", "property": "特性", "form": "形态", "packaging": "包装",
    "other": "其他",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event, ready to be shown.

    Attributes:
        claimed: when the device says it happened, Shanghai.
        logged: when the ledger took it, where that is another time; else "".
        weight: with its unit, and of how many containers together if it is more than one.
        facts: what else the event says.
        about: other containers of the family that the event is about, with their relation.
    """

    idx: int
    name: Named
    typ: str
    claimed: str
    logged: str
    offline: bool
    org: str
    org_name: str
    site: str
    weight: str
    containers: int
    facts: tuple[Fact, ...]
    about: tuple[Fact, ...] = ()
    own: bool = True


def event_lines(rows: Iterable[Mapping[str, Any]], sites: Mapping[str, str]) -> list[EventLine]:
    """Events in the order of ``rows`` (of the event index, with ``org_name``)."""
    return [event_line(row, sites) for row in rows]


def event_line(row: Mapping[str, Any], sites: Mapping[str, str]) -> EventLine:
    """One row of the event index, with ``org_name``, as a line."""
    body = json.loads(row["body"])
    touched = body.get("containers", [])
    return EventLine(
        idx=row["idx"],
        name=event_name(row["typ"]),
        typ=row["typ"],
        claimed=shanghai(row["claimed_at"]),
        logged=_logged(row["claimed_at"], row["logged_at"]),
        offline=row["offline"],
        org=row["org"],
        org_name=row["org_name"] or row["org"] or "台账服务",
        site=sites.get(row["site"], row["site"]),
        weight=_weight(body, len(touched)),
        containers=len(touched),
        facts=tuple(_facts(_with_words(row["typ"], body))),
    )


def _with_words(typ: str, body: dict[str, Any]) -> dict[str, Any]:
    """A log event's body with its reason as people say it."""
    reason = reason_given(typ, body)
    words = f"{reason.zh} {reason.en}" if isinstance(reason, Reason) else reason
    return {**body, "reason": words} if words else body


def _logged(claimed_at: datetime, logged_at: datetime) -> str:
    return shanghai(logged_at) if abs(logged_at - claimed_at) > SAME_TIME else ""


def _weight(body: Mapping[str, Any], containers: int) -> str:
    stated = body.get("weight_kg")
    if stated is None:
        return NOTHING
    together = f"（{containers} 个容器合计）" if containers > 1 and "into" not in body else ""
    return f"{kilograms(stated)} kg{together}"


def _facts(body: Mapping[str, Any]) -> Iterable[Fact]:
    if body.get("manifest"):
        yield Fact("联单", body["manifest"], f"/manifests/{body['manifest']}")
    if body.get("vehicle_plate"):
        yield Fact("车牌", body["vehicle_plate"])
    for field, zh in (("driver", "驾驶员"), ("escort", "押运员")):
        if body.get(field):
            yield Fact(zh, body[field])
    if body.get("batch"):
        yield Fact("批次", body["batch"])
    for into in _into(body):
        yield Fact("装入", tail(into), f"/containers/{into}")
    for refused in body.get("refused", []):
        yield Fact("拒收", tail(refused), f"/containers/{refused}")
    if body.get("differences"):
        yield Fact("差异", "、".join(DIFFERENCES[one] for one in body["differences"]))
    if body.get("corrects") is not None:
        shown = f"#{body['corrects']} {body['old']} → {body['new']}"
        yield Fact("更正", shown, f"/ledger/{body['corrects']}")
    if body.get("correction") is not None:
        yield Fact("更正", f"#{body['correction']}", f"/ledger/{body['correction']}")
    if body.get("method"):
        yield Fact("方式", view_method(body["method"]))
    for key, zh in _PLAIN.items():
        if body.get(key):
            yield Fact(zh, str(body[key]))
    if body.get("verdict"):
        verdict = VERDICTS.get(body["verdict"])
        yield Fact("结论", verdict.zh if verdict else body["verdict"])


def _into(body: Mapping[str, Any]) -> list[str]:
    into = body.get("into", [])
    return [into] if isinstance(into, str) else [one["container"] for one in into]


def timeline(
    code: str,
    rows: Sequence[Mapping[str, Any]],
    sources: Iterable[str],
    ends: Iterable[str],
    sites: Mapping[str, str],
    names: Mapping[str, str],
) -> list[EventLine]:
    """The family's events, one line each, oldest first; ``own`` where the container is in it.

    Args:
        code: the container that the page is about.
        rows: one for each event and container, as ``trace_container`` gives them.
        sources, ends: the container's ancestors and descendants.
        sites, names: of sites and organisations, by code.
    """
    relation = {one: "来源容器" for one in sources} | {one: "去向容器" for one in ends}
    grouped: dict[int, list[Mapping[str, Any]]] = {}
    for row in rows:
        grouped.setdefault(row["idx"], []).append(row)
    lines = []
    for same in grouped.values():
        line = event_line(same[0], sites)
        touched = [row["container"] for row in same]
        about = tuple(
            Fact(
                relation[one],
                f"{tail(one)} {names.get(one[:18], '')}".strip(),
                f"/containers/{one}",
            )
            for one in dict.fromkeys(touched)
            if one in relation
        )
        if any(row["container"] == code and row["role"] == WITHDRAWN for row in same):
            line = replace(line, facts=(*line.facts, Fact("更正", "不是本容器，已记为另一容器")))
        lines.append(replace(line, about=about, own=code in touched))
    return lines
