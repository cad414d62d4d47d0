"""Requests, rounds and visits; a collection at a door is a visit, too (收集申请、线路、上门)."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from waste_trace.custody.fold import Touch
from waste_trace.store.projector.clients import client_row
from waste_trace.store.projector.work import Handler, Work, by_touch
from waste_trace.store.rows import Row
from waste_trace.store.tables import Client, CollectionRequest, Round, Stop

OPEN, PLANNED, DONE, REFUSED, CANCELLED, VOID = (
    "open", "planned", "done", "refused", "cancelled", "void",
)  # fmt: skip
#: What a visit makes of the requests that it was to serve; nobody there: they wait on.
_SERVED = {"collected": DONE, "nothing": DONE, "refused": REFUSED, "absent": OPEN}


def project_request(told: Touch, work: Work) -> None:
    """``request_collection``, by either party of it."""
    body = told.body
    platform, producer = str(body["platform"]), str(body["unit"])
    party = told.org in (platform, producer)
    work.rows.put(
        CollectionRequest,
        {
            "idx": told.idx,
            "platform": platform,
            "producer": producer,
            "wastes": json.dumps(body["wastes"], ensure_ascii=False, sort_keys=True),
            "wanted_by": str(body.get("before") or ""),
            "channel": str(body["channel"]),
            "asked_at": told.claimed_at,
            "status": OPEN if party else VOID,
            "round": "",
            "answered_idx": None,
        },
    )
    if party:
        client = client_row(platform, producer, work)
        waiting = _join([*_split(client["waiting"]), told.idx])
        work.rows.put(Client, {**client, "waiting": waiting})


def project_cancelling(told: Touch, work: Work) -> None:
    """``cancel_request`` by either party of the request."""
    request = work.rows.get(CollectionRequest, told.body["request"])
    if request is None or request["status"] not in (OPEN, PLANNED):
        return
    if told.org in (request["platform"], request["producer"]):
        _answer(request, CANCELLED, request["round"], told.idx, work)


def project_plan(told: Touch, work: Work) -> None:
    """``plan_round``: doors that the new plan leaves out are dropped, and their requests wait."""
    platform, body = told.org, told.body
    number = str(body["round"])
    stops = body["stops"] if isinstance(body["stops"], list) else []
    doors = {str(stop["unit"]): stop for stop in stops if isinstance(stop, dict)}
    before = work.rows.get(Round, platform, number)
    for producer in before["producers"].split(",") if before else []:
        if producer not in doors:
            _drop(platform, number, producer, work)
    row: Row = {
        "platform": platform,
        "round": number,
        "day": str(body["day"]),
        "vehicle_plate": str(body["vehicle_plate"]),
        "driver": str(body.get("driver", "")),
        "producers": ",".join(doors),
        "idx": told.idx,
    }
    work.rows.put(Round, row)
    for place, (producer, stop) in enumerate(doors.items(), start=1):
        listed = stop.get("requests")
        _plan_stop(row, place, producer, listed if isinstance(listed, list) else [], work)


def project_visit(told: Touch, work: Work) -> None:
    """``visit``: what the collector found."""
    body = told.body
    said = {"outcome": str(body["outcome"]), "reason": str(body.get("reason") or "")}
    _visit(told, str(body["unit"]), str(body.get("round") or ""), said, 0, work)


def project_collecting(told: Touch, work: Work) -> None:
    """``collect``, beside its custody: whoever took containers at a door was there."""
    body = told.body
    codes = body["containers"]
    count = len(codes) if isinstance(codes, list) else 0
    said = {"outcome": "collected", "reason": ""}
    _visit(told, str(body["from_org"]), "", said, count, work)


def _visit(
    told: Touch, producer: str, number: str, said: Mapping[str, str], count: int, work: Work
) -> None:
    platform, at = told.org, told.claimed_at
    client = client_row(platform, producer, work)
    number = number or client["planned_round"]
    stop = work.rows.get(Stop, platform, number, producer) if number else None
    served = [int(idx) for idx in _split(client["waiting"])]
    if stop is not None:
        fresh = stop["visited_at"] is None or at >= stop["visited_at"]
        newest = {**said, "visited_at": at, "visited_idx": told.idx} if fresh else {}
        work.rows.put(Stop, {**stop, **newest, "containers": stop["containers"] + count})
    if client["visited_at"] is None or at >= client["visited_at"]:
        client = {**client, "visited_at": at, "outcome": said["outcome"]}
    if said["outcome"] == "collected":
        client = {**client, "collected_at": max(at, client["collected_at"] or at)}
        number_left = ""
    else:
        # A collector who was there and took nothing may still come back on the same round.
        number_left = client["planned_round"]
    work.rows.put(Client, {**client, "planned_round": number_left})
    for idx in served:
        request = work.rows.get(CollectionRequest, idx)
        if request is not None and request["asked_at"] <= at:
            status = _SERVED[said["outcome"]]
            _answer(request, status, "" if status == OPEN else number, told.idx, work)


def _plan_stop(plan: Row, place: int, producer: str, requests: list[Any], work: Work) -> None:
    key = (plan["platform"], plan["round"], producer)
    before = work.rows.get(Stop, *key) or {
        "outcome": "", "reason": "", "visited_at": None, "visited_idx": None, "containers": 0,
    }  # fmt: skip
    work.rows.put(
        Stop,
        {
            **before,
            "platform": key[0],
            "round": key[1],
            "producer": producer,
            "n": place,
            "requests": _join(requests),
            "dropped": False,
        },
    )
    if not before["outcome"]:
        client = client_row(key[0], producer, work)
        work.rows.put(Client, {**client, "planned_round": key[1]})
    for idx in requests:
        request = work.rows.get(CollectionRequest, idx)
        theirs = request is not None and (request["platform"], request["producer"]) == (
            key[0], producer,
        )  # fmt: skip
        if request is not None and theirs and request["status"] in (OPEN, PLANNED):
            _answer(request, PLANNED, key[1], None, work)


def _drop(platform: str, number: str, producer: str, work: Work) -> None:
    stop = work.rows.get(Stop, platform, number, producer)
    if stop is None:
        return
    work.rows.put(Stop, {**stop, "dropped": True})
    client = client_row(platform, producer, work)
    if client["planned_round"] == number:
        work.rows.put(Client, {**client, "planned_round": ""})
    for idx in _split(stop["requests"]):
        request = work.rows.get(CollectionRequest, int(idx))
        if request is not None and request["status"] == PLANNED and request["round"] == number:
            _answer(request, OPEN, "", None, work)


def _answer(request: Row, status: str, number: str, idx: int | None, work: Work) -> None:
    """The request has this status now; it waits at its client as long as it is not served."""
    work.rows.put(
        CollectionRequest, {**request, "status": status, "round": number, "answered_idx": idx}
    )
    client = client_row(request["platform"], request["producer"], work)
    others = [one for one in _split(client["waiting"]) if int(one) != request["idx"]]
    waits = [request["idx"]] if status in (OPEN, PLANNED) else []
    ordered = sorted([*map(int, others), *waits])
    work.rows.put(Client, {**client, "waiting": _join(ordered)})


def _split(text: str) -> list[str]:
    return text.split(",") if text else []


def _join(values: Iterable[Any]) -> str:
    return ",".join(map(str, values))


HANDLERS: dict[str, Handler] = {
    "request_collection": by_touch(project_request),
    "cancel_request": by_touch(project_cancelling),
    "plan_round": by_touch(project_plan),
    "visit": by_touch(project_visit),
}
