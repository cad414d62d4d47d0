"""Containers: the list, and the page that traces one of them end to end."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api.console.event_view import timeline
from api.console.finding_view import view_findings
from api.console.render import page
from api.console.trace_view import view_trace
from api.http.errors import NotFound
from api.http.permissions import House, Reader
from waste_trace.custody.states import STATE_ZH
from waste_trace.custody.vocabulary import REGULATOR
from waste_trace.services.look_up import (
    list_containers,
    may_see_container,
    name_organisations,
    name_sites,
    visible_among,
)
from waste_trace.services.trace_container import trace_container

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
PAGE_ROWS = 50


@router.get("/containers")
def containers(
    request: Request,
    deployment: House,
    person: Reader,
    state: str = "",
    code: str = "",
    waste: str = "",
    number: Annotated[int, Query(alias="page", ge=1, le=10_000)] = 1,
) -> HTMLResponse:
    """The containers that one sees, by state, code and waste."""
    rows = list_containers(
        deployment,
        person,
        state=state,
        # A code is often pasted as people read it: with spaces between its segments.
        code="".join(code.split()).upper(),
        waste=waste.strip(),
        limit=PAGE_ROWS + 1,
        offset=(number - 1) * PAGE_ROWS,
    )
    return page(
        request,
        "containers.html",
        person,
        "容器溯源",
        "Containers",
        rows=rows[:PAGE_ROWS],
        more=len(rows) > PAGE_ROWS,
        number=number,
        states=STATE_ZH,
        asked={"state": state, "code": code, "waste": waste},
        sites=name_sites(deployment),
    )


@router.get("/containers/{code}")
def container(code: str, request: Request, deployment: House, person: Reader) -> HTMLResponse:
    """The life of one container."""
    if not may_see_container(deployment, person, code):
        raise NotFound(f"没有容器 {code}。", f"There is no container {code}.")
    trace = trace_container(deployment, code)
    sources = [row["container"] for row in trace.sources]
    ends = [row["container"] for row in trace.ends]
    names, sites = name_organisations(deployment), name_sites(deployment)
    return page(
        request,
        "trace.html",
        person,
        "容器轨迹",
        "Trace",
        crumbs=(("容器溯源", "/containers"), (code[26:], "")),
        view=view_trace(trace, names, sites),
        names=names,
        steps=timeline(code, trace.events, sources, ends, sites, names),
        findings=view_findings(trace.findings),
        seen=visible_among(deployment, person, [*sources, *ends]),
        all_events=person.role == REGULATOR,
    )
