"""Inspections: random selections, visits by the checklist, the positive list."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any

import anyio
from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from api.console.render import page
from api.console.show import SHANGHAI, shanghai
from api.http.errors import BadParameters
from api.http.permissions import House, Inspector, Permission, Reader, can
from waste_trace.compliance.selection import BEACONS, PURPOSES
from waste_trace.custody.bodies.inspections import PurposeCode
from waste_trace.ledger.disclosure import MAX_VALUE
from waste_trace.services.deployment import Deployment
from waste_trace.services.evidence import keep_evidence
from waste_trace.services.inspections import (
    announce_selection,
    draw_selection,
    find_inspection,
    find_selection,
    inspect_org,
    inspectable,
    list_inspections,
    list_positive,
    list_selections,
    read_purpose,
)
from waste_trace.services.record_at_desk import record_at_desk
from waste_trace.services.rule_book import rule_book
from waste_trace.services.sign_in import Person

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
MODES = {"on_site": "现场检查", "online": "线上检查"}
REASONS = {
    "good_record": "环境管理良好",
    "key_project": "重点项目",
    "findings": "发现问题",
    "expired": "到期",
    "other": "其他",
}
VERDICTS = {
    "": "待抽取",
    "true": "已抽取，复算一致",
    "false": "抽取结果不可复算",
    "impossible": "公告无法抽取",
}
_SCORE = "score:"


@router.get("/inspections")
def inspections(request: Request, deployment: House, person: Reader) -> HTMLResponse:
    """Selections, visits and the positive list."""
    return page(
        request,
        "inspections.html",
        person,
        "执法检查",
        "Inspections",
        selections=[_selection(row) for row in list_selections(deployment)],
        visits=list_inspections(deployment, person),
        positive=list_positive(deployment),
        organisations=inspectable(deployment),
        modes=MODES,
        reasons=REASONS,
        purposes=PURPOSES,
        beacons=BEACONS,
        may_inspect=can(person.role, Permission.INSPECT),
        today=_today(deployment).isoformat(),
    )


@router.post("/inspections/selections")
def announce(
    deployment: House,
    person: Inspector,
    purpose: Annotated[PurposeCode, Form()],
    candidates: Annotated[list[str], Form()],
    inspectors: Annotated[str, Form()],
    orgs: Annotated[int, Form(ge=1)] = 1,
    per_org: Annotated[int, Form(ge=1)] = 2,
    entries_ahead: Annotated[int, Form(ge=2, le=100_000)] = 10,
    words: Annotated[str, Form(max_length=MAX_VALUE)] = "",
    beacon: Annotated[str, Form()] = "",
    beacon_round: Annotated[str, Form(max_length=12)] = "",
) -> Response:
    """Announce a draw; inspectors are pseudonyms, separated by spaces or line ends."""
    if bool(beacon) != bool(beacon_round.strip()):
        raise BadParameters(
            "公共随机数须同时选定来源和期号。", "A public number has a source and a round."
        )
    recorded = announce_selection(
        deployment,
        person,
        purpose=purpose,
        words=words.strip(),
        candidates=candidates,
        inspectors=inspectors.replace(",", " ").replace("，", " ").split(),
        orgs=orgs,
        per_org=per_org,
        entries_ahead=entries_ahead,
        beacon=f"{beacon}/{beacon_round.strip()}" if beacon else "",
    )
    return RedirectResponse(f"/inspections/selections/{recorded.index}", 303)


@router.get("/inspections/selections/{announcement}")
def selection(
    announcement: int, request: Request, deployment: House, person: Reader
) -> HTMLResponse:
    """One selection with what it follows from."""
    row = _selection(find_selection(deployment, announcement))
    return page(
        request,
        "selection.html",
        person,
        "双随机抽取",
        "Random selection",
        crumbs=(("执法检查", "/inspections"), (f"抽取 #{announcement}", "")),
        row=row,
        words=read_purpose(deployment, person, announcement),
        may_draw=can(person.role, Permission.INSPECT) and not row["verdict"],
        ready=row["size_now"] >= row["at_size"],
    )


@router.post("/inspections/selections/{announcement}/draw")
def draw(
    announcement: int,
    deployment: House,
    person: Inspector,
    beacon_value: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Record what follows from the announcement."""
    draw_selection(deployment, person, announcement, beacon_value.strip())
    return RedirectResponse(f"/inspections/selections/{announcement}", 303)


@router.get("/inspections/new")
def new(
    request: Request,
    deployment: House,
    person: Inspector,
    org: str = "",
    selection: int | None = None,
) -> HTMLResponse:
    """The checklist as a form."""
    return page(
        request,
        "inspection_new.html",
        person,
        "填写检查表",
        "New inspection",
        crumbs=(("执法检查", "/inspections"), ("填写检查表", "")),
        checklist=rule_book(deployment.settings).checklist,
        organisations=inspectable(deployment),
        chosen=org,
        selection=selection,
        modes=MODES,
        today=_today(deployment).isoformat(),
    )


@router.post("/inspections")
async def inspect(request: Request, deployment: House, person: Inspector) -> Response:
    """Record a visit: a score for each item that applies, and pictures."""
    async with request.form() as form:
        said = _visit(form)
        pictures = [await one.read() for one in _files(form)]
    index = await anyio.to_thread.run_sync(_inspect, deployment, person, said, pictures)
    return RedirectResponse(f"/inspections/{index}", 303)


@router.post("/inspections/positive-list")
def positive_list(
    deployment: House,
    person: Inspector,
    org: Annotated[str, Form()],
    until: Annotated[date, Form()],
    reason: Annotated[str, Form()],
    listed: Annotated[bool, Form()] = True,
) -> Response:
    """Put an organisation on the positive list, or take it off."""
    body = {"org": org, "listed": listed, "until": until.isoformat(), "reason": reason}
    record_at_desk(deployment, person, "set_positive_list", body)
    return RedirectResponse("/inspections#positive", 303)


@router.get("/inspections/{idx}")
def inspection(idx: int, request: Request, deployment: House, person: Reader) -> HTMLResponse:
    """One visit, item by item."""
    row = find_inspection(deployment, person, idx)
    return page(
        request,
        "inspection.html",
        person,
        "检查记录",
        "Inspection",
        crumbs=(("执法检查", "/inspections"), (f"检查 #{idx}", "")),
        row=row,
        checklist=rule_book(deployment.settings).checklist,
        modes=MODES,
    )


def _selection(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "announced": shanghai(row["announced_at"]),
        "verdict_zh": VERDICTS[row["verdict"]],
    }


def _visit(form: FormData) -> dict[str, Any]:
    """The fields of the form; an item without a score does not apply."""
    scores = {
        name.removeprefix(_SCORE): int(value)
        for name, value in form.multi_items()
        if name.startswith(_SCORE) and isinstance(value, str) and value in ("0", "1", "2")
    }
    try:
        day = date.fromisoformat(str(form.get("day", "")))
        selection = int(str(form["selection"])) if form.get("selection") else None
    except ValueError:
        raise BadParameters("检查日期有误。", "The day is not right.", field="day") from None
    return {
        "org": str(form.get("org", "")),
        "mode": str(form.get("mode", "")),
        "day": day,
        "scores": scores,
        "selection": selection,
    }


def _files(form: FormData) -> Iterator[UploadFile]:
    for one in form.getlist("photographs"):
        if not isinstance(one, str) and one.filename:
            yield one  # type: ignore[misc]


def _inspect(
    deployment: Deployment, person: Person, said: dict[str, Any], pictures: list[bytes]
) -> int:
    photographs = [keep_evidence(deployment, data) for data in pictures]
    return inspect_org(deployment, person, photographs=photographs, **said).index


def _today(deployment: Deployment) -> date:
    return deployment.now().astimezone(SHANGHAI).date()
