"""One finding: what the rule says, its life so far, and the steps that are open."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

import anyio
from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import URL

from api.console.finding_view import view_findings
from api.console.render import page
from api.console.show import Named, shanghai
from api.http.errors import BadParameters
from api.http.permissions import House, Reader, Speaker
from waste_trace.compliance.calendar import day_of
from waste_trace.custody.vocabulary import event_type
from waste_trace.services.deployment import Deployment
from waste_trace.services.evidence import keep_evidence
from waste_trace.services.finding_life import find_finding, take_step
from waste_trace.services.sign_in import Person

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
_MOST_FILES = 20
REASONS: Mapping[str, Named] = {
    "recorded_late": Named("补录或迟报", "recorded late"),
    "device_failed": Named("设备故障", "device failed"),
    "no_network": Named("无网络", "no network"),
    "operator_mistake": Named("操作失误", "operator's mistake"),
    "scale_error": Named("计量误差", "scale error"),
    "label_damaged": Named("标签损坏", "label damaged"),
    "not_ours": Named("非本单位原因", "not ours"),
    "other": Named("其他", "other"),
}


@router.get("/findings/one")
def finding(request: Request, deployment: House, person: Reader, key: str) -> HTMLResponse:
    """The finding's page."""
    row = find_finding(deployment, person, key)
    return page(
        request,
        "finding.html",
        person,
        "问题详情",
        "Finding",
        crumbs=(("问题预警", "/findings"), ("问题详情", "")),
        row=row,
        view=view_findings([row])[0],
        due=_last_day(row["due_at"]),
        overdue=row["due_at"] is not None and row["due_at"] <= deployment.now(),
        steps=[_step(step) for step in row["steps"]],
        open_steps={typ: _name(typ) for typ in row["open_steps"]},
        reasons=REASONS,
    )


@router.post("/findings/step")
async def step(
    deployment: House,
    person: Speaker,
    key: Annotated[str, Form()],
    typ: Annotated[str, Form()],
    statement: Annotated[str, Form(max_length=500)] = "",
    reason: Annotated[str, Form()] = "",
    files: list[UploadFile] | None = None,
) -> Response:
    """Take a step; files become evidence by their SHA-256."""
    given = [await one.read() for one in files or () if one.filename]
    if len(given) > _MOST_FILES:
        raise BadParameters("材料过多。", "Too many files.", most=_MOST_FILES)
    await anyio.to_thread.run_sync(_take, deployment, person, typ, key, statement, reason, given)
    return RedirectResponse(str(URL("/findings/one").include_query_params(key=key)), 303)


def _take(
    deployment: Deployment,
    person: Person,
    typ: str,
    key: str,
    statement: str,
    reason: str,
    files: list[bytes],
) -> None:
    said: dict[str, Any] = {}
    if typ == "explain_finding":
        said["reason"] = reason
    if typ == "rectify_finding":
        said["evidence"] = [keep_evidence(deployment, data) for data in files]
    # A textarea sends line ends; a statement is shown as one paragraph.
    take_step(deployment, person, typ, key, said, " ".join(statement.split()))


def _last_day(due: datetime | None) -> str:
    """The last day on which an answer is in time; "" where none is waited for."""
    return day_of(due - timedelta(seconds=1)).isoformat() if due else ""


def _step(step: Mapping[str, Any]) -> dict[str, Any]:
    reason = REASONS.get(step["reason"])
    return {**step, "name": _name(step["typ"]), "at": shanghai(step["at"]), "reason": reason}


def _name(typ: str) -> Named:
    row = event_type(typ)
    return Named(row.zh, row.en)
