"""Transfer manifests: the list, and one manifest in its three parts."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.console.event_view import event_lines
from api.console.manifest_view import view_manifest
from api.console.render import page
from api.http.errors import NotFound
from api.http.permissions import House, Reader
from waste_trace.custody.manifest_progress import PROGRESS_ZH
from waste_trace.services.look_up import (
    MOST,
    find_manifest,
    list_manifests,
    name_organisations,
    name_sites,
    visible_among,
)

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@router.get("/manifests")
def manifests(
    request: Request, deployment: House, person: Reader, number: str = "", state: str = ""
) -> HTMLResponse:
    """The manifests that one is a party of, by number and progress."""
    rows = [
        row
        for row in list_manifests(deployment, person, MOST)
        if number.strip() in row["manifest"] and state in ("", row["state"])
    ]
    return page(
        request,
        "manifests.html",
        person,
        "转移联单",
        "Manifests",
        rows=[view_manifest(row) for row in rows],
        states=PROGRESS_ZH,
        asked={"number": number, "state": state},
    )


@router.get("/manifests/{number}")
def manifest(number: str, request: Request, deployment: House, person: Reader) -> HTMLResponse:
    """One manifest: who sent, carried and received what, and what each of them weighed."""
    found = find_manifest(deployment, person, number)
    if found is None:
        raise NotFound(f"没有联单 {number}。", f"There is no manifest {number}.")
    names = name_organisations(deployment)
    events = [row | {"org_name": names.get(row["org"], "")} for row in found["events"]]
    return page(
        request,
        "manifest.html",
        person,
        "危险废物转移联单",
        "Transfer manifest",
        crumbs=(("转移联单", "/manifests"), (number, "")),
        view=view_manifest(found),
        events=event_lines(events, name_sites(deployment)),
        seen=visible_among(deployment, person, found["containers"]),
    )
