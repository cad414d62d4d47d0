"""Transfer manifests: the list, and one manifest in its three parts."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.console.desk_forms import FORMS
from api.console.event_view import event_lines
from api.console.manifest_view import DECISION_ZH, correctable, view_manifest
from api.console.render import page
from api.console.show import event_name
from api.http.errors import NotFound
from api.http.permissions import House, Numberer, Permission, Reader, can
from waste_trace.custody.manifest_fields import ROLE_ZH
from waste_trace.custody.manifest_forms import manifest_forms
from waste_trace.custody.manifest_parts import DIFFERENCE_ZH
from waste_trace.custody.manifest_progress import PROGRESS_ZH
from waste_trace.custody.vocabulary import PLATFORM, TRANSPORTER, TREATMENT, VOCABULARY
from waste_trace.services.deployment import Deployment
from waste_trace.services.list_registers import list_applications
from waste_trace.services.look_at_manifest import (
    list_corrections,
    list_manifest_actions,
    list_manifest_fields,
)
from waste_trace.services.look_up import (
    MOST,
    find_manifest,
    list_manifests,
    list_organisations,
    list_sites,
    name_organisations,
    name_sites,
    visible_among,
)
from waste_trace.services.sign_in import Person
from waste_trace.services.write_manifest import list_ready, write_manifest

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
        may_write=can(person.role, Permission.NUMBER),
        asked={"number": number, "state": state},
    )


@router.get("/manifests/new")
def new(request: Request, deployment: House, person: Numberer) -> HTMLResponse:
    """Write a manifest for containers that one holds."""
    carriers, receivers = parties_of_a_transfer(deployment, person)
    return page(
        request,
        "manifest_new.html",
        person,
        "填写联单",
        "Open a manifest",
        crumbs=(("转移联单", "/manifests"), ("填写联单", "")),
        ready=list_ready(deployment, person),
        carriers=carriers,
        receivers=receivers,
        approvals=[
            row
            for row in list_applications(deployment, person)
            if row["status"] == "approved" and row["org"] == person.org
        ],
    )


def parties_of_a_transfer(
    deployment: Deployment, person: Person
) -> tuple[dict[str, str], dict[str, str]]:
    """Who may carry and who may receive what one sends, each by code with its name."""
    kinds = {row["org"]: set(row["kinds"].split(",")) for row in list_organisations(deployment)}
    names = name_organisations(deployment)
    carriers = {org: names[org] for org, found in kinds.items() if TRANSPORTER in found}
    receivers = {
        org: names[org]
        for org, found in kinds.items()
        if {TREATMENT, PLATFORM} & found and org != person.org
    }
    return carriers, receivers


@router.post("/manifests/new")
def write(
    deployment: House,
    person: Numberer,
    carrier: Annotated[str, Form()],
    receiver: Annotated[str, Form()],
    containers: Annotated[list[str], Form()] = [],  # noqa: B006 - FastAPI copies it
    vehicle_plate: Annotated[str, Form()] = "",
    method: Annotated[str, Form()] = "",
    transfer: Annotated[int, Form()] = 0,
) -> Response:
    """Number it, sign it at the desk, and show it."""
    number = write_manifest(
        deployment,
        person,
        containers,
        (carrier, receiver),
        vehicle_plate=vehicle_plate.strip(),
        method=method.strip(),
        transfer=transfer,
    )
    return RedirectResponse(f"/manifests/{number}", 303)


@router.get("/manifests/{number}")
def manifest(number: str, request: Request, deployment: House, person: Reader) -> HTMLResponse:
    """One manifest: who sent, carried and received what, and what each of them weighed."""
    found = find_manifest(deployment, person, number)
    if found is None:
        raise NotFound(f"没有联单 {number}。", f"There is no manifest {number}.")
    names = name_organisations(deployment)
    form = manifest_forms()[found["kind"]]
    events = [row | {"org_name": names.get(row["org"], "")} for row in found["events"]]
    return page(
        request,
        "manifest.html",
        person,
        form.zh,
        form.en,
        crumbs=(("转移联单", "/manifests"), (number, "")),
        view=view_manifest(found),
        events=event_lines(events, name_sites(deployment)),
        seen=visible_among(deployment, person, found["containers"]),
        names=names,
        actions=[
            action
            for action in list_manifest_actions(deployment, person, number)
            if VOCABULARY[action.typ].kinds & {person.role}
        ],
        fields=list_manifest_fields(deployment, person, number),
        role_zh=ROLE_ZH,
        decisions_zh=DECISION_ZH,
        differences_zh=DIFFERENCE_ZH,
        corrections=list_corrections(deployment, person, number),
        correctable=correctable(found["events"]),
        forms=FORMS,
        # Loose waste goes from a heap and into one: where it lies is part of what is said.
        sites=() if found["containers"] else list_sites(deployment, person.org),
        name_of=event_name,
    )
